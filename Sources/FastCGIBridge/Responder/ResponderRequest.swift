// One thread's request, again and again. A kept connection that its peer has closed is closed here, because the library
// would go on to accept where nobody can tell it to stop. What is left of a body has to be read before the answer: it
// would be taken for the next request on the connection.

import CFastCGI
import Syscalls

/// The library's request, with its connection. One thread at a time uses it.
final class ResponderRequest: @unchecked Sendable {  // Made by one thread, and then used by another alone.
    private let request: UnsafeMutablePointer<FCGX_Request>
    private let listener: CInt

    init(listener: CInt) throws(SyscallError) {
        // It looks itself whether it has been called before.
        guard FCGX_Init() == 0 else { throw .inputOutput("FCGX_Init") }
        self.listener = listener
        request = .allocate(capacity: 1)
        request.initialize(to: FCGX_Request())
        guard FCGX_InitRequest(request, listener, 0) == 0 else { throw .inputOutput("FCGX_InitRequest") }
    }

    // A connection that is still kept ends with the process: a thread ends only when that does.
    deinit { request.deallocate() }

    /// Makes the library refuse to accept, in every thread.
    static func takeNoMore() { FCGX_ShutdownPending() }

    // MARK: A request comes

    /// Waits until there is a request to take, on the connection that was kept or on a new one.
    func wait() {
        // The library has no name for its connection but this field; it is read here, and never written.
        while request.pointee.ipcFd >= 0 {
            Descriptor.waitForInput(request.pointee.ipcFd)
            guard Descriptor.hasEnded(request.pointee.ipcFd) else { return }
            FCGX_Free(request, 1)
        }
        Descriptor.waitForInput(listener)
    }

    /// Takes the request: accepts where no connection was kept, and reads up to the end of its variables.
    func take() -> Bool { FCGX_Accept_r(request) == 0 }

    // MARK: It is answered

    /// Sends what is left of the answer, and closes the connection unless it is to be kept.
    func finish() { FCGX_Finish_r(request) }

    private func put(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: UnsafeMutablePointer<FCGX_Stream>?)
        -> Bool
    {
        var rest = bytes
        while rest.count > 0 {
            let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
            let count = UnsafeRawBufferPointer(part).withMemoryRebound(to: CChar.self) {
                FCGX_PutStr($0.baseAddress, CInt($0.count), stream)
            }
            guard count == CInt(part.count) else { return false }
            rest = UnsafeBufferPointer(rebasing: rest[part.count...])
        }
        return true
    }
}

extension ResponderRequest: RequestPort {
    var isResponder: Bool { request.pointee.role == FCGI_RESPONDER }

    var isScript: Bool { false }

    var variables: [UnsafeBufferPointer<UInt8>] {
        var variables: [UnsafeBufferPointer<UInt8>] = []
        variables.reserveCapacity(48)
        var entries = request.pointee.envp
        while let entry = entries?.pointee {
            // Octets as they came: no text is made of them before somebody asks for it.
            var count = 0
            while entry[count] != 0 { count += 1 }
            let octets = UnsafeRawBufferPointer(start: entry, count: count)
            variables.append(octets.assumingMemoryBound(to: UInt8.self))
            entries = entries?.advanced(by: 1)
        }
        return variables
    }

    func read(into memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let room = min(memory.count, 1 << 30)
        guard room > 0 else { return 0 }
        return UnsafeMutableRawBufferPointer(memory).withMemoryRebound(to: CChar.self) {
            max(0, Int(FCGX_GetStr($0.baseAddress, CInt(room), request.pointee.in)))
        }
    }

    func readRest() {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16_384) { memory in
            while read(into: memory) > 0 {}
        }
    }

    func write(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // There is none after the answer was broken off.
        guard request.pointee.out != nil else { return false }
        return put(bytes, request.pointee.out)
    }

    func flush() -> Bool {
        guard request.pointee.out != nil else { return false }
        return FCGX_FFlush(request.pointee.out) == 0
    }

    func complain(_ line: UnsafeBufferPointer<UInt8>) {
        guard request.pointee.err != nil else { return }
        // The library keeps in mind what went wrong, and closes the connection at the end.
        guard put(line, request.pointee.err) else { return }
        FCGX_FFlush(request.pointee.err)
    }

    func breakOff() {
        // Without END_REQUEST, and what still waits is not sent.
        FCGX_Free(request, 1)
    }
}
