// One thread's request, again and again. What the library leaves to its users is done
// here: a body that the application did not read is read to its end, because the rest of it would be taken for the next
// request on the connection; and a kept connection that its peer has closed is closed here, because the library would go
// on to accept where nobody can tell it to stop.

import CFastCGI
import GatewayInterface
import Octets
import Syscalls

/// The library's request, with its connection. One thread at a time uses it.
final class ResponderRequest: @unchecked Sendable {  // Made by one thread, and then used by another alone.
    private let request: UnsafeMutablePointer<FCGX_Request>
    private let listener: CInt
    private var head = ByteBuffer(capacity: 4096)

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

    func answer(_ application: Application) {
        let environ = makeEnviron()
        guard request.pointee.role == FCGI_RESPONDER else {
            log(environ, "this program is a responder, and was asked for another role")
            return write(Response(status: 500, "This program is a responder.\n"), isHead: false)
        }
        let isHead = environ.method == .head
        guard let count = bodyCount(environ) else {
            return write(Response(status: 400, "Content-Length is no number.\n"), isHead: isHead)
        }
        let input = ResponderInput(request.pointee.in, count: count)
        let body =
            count == 0 ? .empty : RequestBody(FetchedBody(count: count, reader: { try input.read(upTo: $0) }))
        let result = application.answer(to: Request(environ: environ, body: body))
        input.end()
        switch result {
        case .success(let response) where response.isValid: write(response, isHead: isHead)
        case .success:
            log(environ, "the application's status or a field is malformed")
            write(Response(status: 500, "The application did not give a valid answer.\n"), isHead: isHead)
        case .failure(let error):
            log(environ, "the application failed: \(error)")
            write(Response(status: 500, "The application failed.\n"), isHead: isHead)
        }
    }

    /// Sends what is left of the answer, and closes the connection unless it is to be kept.
    func finish() { FCGX_Finish_r(request) }

    private func readRest() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { memory in
            while FCGX_GetStr(memory.baseAddress, CInt(memory.count), request.pointee.in) > 0 {}
        }
    }

    private func makeEnviron() -> Environ {
        var block = ByteBuffer(capacity: 2048)
        var entries = request.pointee.envp
        while let entry = entries?.pointee {
            // Octets as they came: no text is made of them before somebody asks for it.
            var count = 0
            while entry[count] != 0 { count += 1 }
            UnsafeRawBufferPointer(start: entry, count: count).withMemoryRebound(to: UInt8.self) {
                block.appendPair(entry: $0)
            }
            entries = entries?.advanced(by: 1)
        }
        return Environ(constant: [], request: Array(block.bytes))
    }

    /// Octets of the body; `nil` where CONTENT_LENGTH is no number that fits.
    private func bodyCount(_ environ: Environ) -> Int? {
        environ.withBytes(of: "CONTENT_LENGTH") { bytes in
            guard let bytes, bytes.count > 0 else { return 0 }
            guard case .value(let count) = bytes.span.decimal(ByteRange(0, bytes.count)) else { return nil }
            return Int(exactly: count)
        }
    }

    private func write(_ response: Response, isHead: Bool) {
        // Before the answer, and not after it: nginx sends no more of a body when an answer has begun, and keeps the
        // connection open all the same.
        readRest()
        head.clear()
        let body = response.body.bytes ?? []
        CGIResponseEncoder.append(response, length: body.count, to: &head)
        put(head.bytes, request.pointee.out)
        guard !isHead, response.mayHaveBody else { return }
        body.withUnsafeBufferPointer { put($0, request.pointee.out) }
    }

    /// A line for the web server's log.
    private func log(_ environ: Environ, _ message: String) {
        var line = "\(environ.method) \(environ["REQUEST_URI"] ?? environ.path): \(message)\n"
        line.withUTF8 { put($0, request.pointee.err) }
    }

    /// The library keeps in mind what went wrong, and closes the connection at the end.
    private func put(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: UnsafeMutablePointer<FCGX_Stream>?) {
        var rest = bytes
        while rest.count > 0 {
            let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
            let count = UnsafeRawBufferPointer(part).withMemoryRebound(to: CChar.self) {
                FCGX_PutStr($0.baseAddress, CInt($0.count), stream)
            }
            guard count == CInt(part.count) else { return }
            rest = UnsafeBufferPointer(rebasing: rest[part.count...])
        }
    }
}
