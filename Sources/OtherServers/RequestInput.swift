// The body of a request on its way from the web server. An application may hold on to it longer than its request lives, and
// in a task that another thread runs: then there is nothing to be read any more.

import Worker
import EventLoop
import FastCGIBridge
import GatewayInterface
import Octets
import Synchronization
import Syscalls

/// A body that comes from the web server as it is read.
final class RequestInput: BodySource {
    private enum Source {
        case port(any RequestPort)
        /// Read before its answer has begun.
        case kept(Spool)
        case over
    }

    private struct State: @unchecked Sendable {  // Only whoever holds the lock uses the port or the spool.
        var source: Source
        /// Octets that are still to come; `nil` where the web server has not said how many.
        var left: Int?
        var isAtEnd = false
    }

    let count: Int?
    private let executor: ThreadExecutor
    private let state: Mutex<State>

    /// - Parameter count: Octets that the web server has announced; `nil` where it has not.
    init(_ port: any RequestPort, count: Int?, executor: ThreadExecutor) {
        self.count = count
        self.executor = executor
        let state = State(source: .port(port), left: count)
        self.state = Mutex(state)
    }

    /// Web servers hand trailers to nobody.
    var trailers: [TrailerField] { [] }

    func read(upTo limit: Int) throws -> [UInt8] {
        try state.withLock { state in
            switch state.source {
            case .over: throw RequestBodyError.tooLate
            case .kept(let spool):
                if spool.isEmpty, !state.isAtEnd { throw RequestBodyError.incomplete }
                let bytes = Array(try spool.front().prefix(max(1, limit)))
                spool.consume(bytes.count)
                return bytes
            case .port(let port):
                let wanted = Self.wanted(limit, state)
                let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { memory, count in
                    count = port.read(into: UnsafeMutableBufferPointer(rebasing: memory[..<wanted]))
                }
                try Self.took(bytes.count, of: wanted, &state)
                return bytes
            }
        }
    }

    func next(upTo limit: Int) async throws -> [UInt8] {
        // The web server is the request's thread's to talk to.
        guard executor.isHere else {
            return try await withTaskExecutorPreference(executor) { try self.read(upTo: limit) }
        }
        return try read(upTo: limit)
    }

    private static func wanted(_ limit: Int, _ state: borrowing State) -> Int {
        state.isAtEnd ? 0 : min(max(1, limit), state.left ?? .max, 1 << 30)
    }

    private static func took(_ count: Int, of wanted: Int, _ state: inout State) throws(RequestBodyError) {
        // Less than was asked for is the end.
        if count < wanted, state.left != nil { throw .incomplete }
        state.left = state.left.map { $0 - count }
        state.isAtEnd = count < wanted || state.left == 0
    }

    // MARK: The answer begins

    /// Reads what the application has not, before the answer and not after it: nginx sends no more of a body when an answer
    /// has begun, and keeps the connection open all the same; and two that write to each other wait for ever.
    ///
    /// - Parameter spool: Where it goes for an application that reads on while it answers; `nil` where nobody does.
    func finish(keepingIn spool: Spool?) throws {
        try state.withLock { state in
            guard case .port(let port) = state.source else { return }
            state.source = spool.map { .kept($0) } ?? .over
            try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { memory in
                while case let wanted = Self.wanted(memory.count, state), wanted > 0 {
                    let part = UnsafeMutableBufferPointer(rebasing: memory[..<wanted])
                    let count = port.read(into: part)
                    try spool?.append(UnsafeBufferPointer(rebasing: part[..<count]))
                    do { try Self.took(count, of: wanted, &state) } catch { return }
                }
            }
        }
    }

    /// The request is answered: what is the web server's belongs to it again.
    func end() { state.withLock { $0.source = .over } }
}
