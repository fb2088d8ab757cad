import CFastCGI
import GatewayInterface
import Synchronization

/// The body of a request on its way from the web server. An application may hold on to it longer than its request lives,
/// and in a task that another thread runs: then there is nothing to be read any more.
final class ResponderInput: Sendable {
    private struct State: @unchecked Sendable {  // Only whoever holds the lock calls the library.
        var stream: UnsafeMutablePointer<FCGX_Stream>?
        var left: Int
    }

    private let state: Mutex<State>

    /// - Parameter count: Octets that the web server has announced.
    init(_ stream: UnsafeMutablePointer<FCGX_Stream>?, count: Int) {
        let state = State(stream: stream, left: count)
        self.state = Mutex(state)
    }

    /// The next octets, at most `limit`; none at the end.
    func read(upTo limit: Int) throws -> [UInt8] {
        try state.withLock { state in
            guard let stream = state.stream else { throw RequestBodyError.tooLate }
            let wanted = min(limit, state.left, 1 << 30)
            guard wanted > 0 else { return [] }
            let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { memory, count in
                count = UnsafeMutableRawBufferPointer(memory).withMemoryRebound(to: CChar.self) {
                    max(0, Int(FCGX_GetStr($0.baseAddress, CInt(wanted), stream)))
                }
            }
            // The library answers with less than it was asked for only at the end.
            guard bytes.count == wanted else { throw RequestBodyError.incomplete }
            state.left -= wanted
            return bytes
        }
    }

    /// The request is answered: its stream belongs to the library again.
    func end() { state.withLock { $0.stream = nil } }
}
