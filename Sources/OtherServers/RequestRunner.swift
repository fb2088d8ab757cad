// The life of one request under another web server, in order, whether that speaks FastCGI or has started a script: variables,
// handler, head, body, end. All of it happens on one thread; a handler that awaits leaves it to the executor meanwhile. What
// is answered is what a worker of the gateway answers.

import FastCGIBridge
import GatewayInterface
import HTTP
import Octets
import Routing
import Settings
import Syscalls
import Worker

/// What all requests of a process share.
struct RequestRunnerContext: Sendable {
    let application: Application
    let settings: Settings
    let types: MediaTypes
    let threads: HandlerThreads

    init(_ application: Application, _ settings: Settings) {
        self.application = application
        self.settings = settings
        types = settings.mediaTypes
        threads = HandlerThreads(limit: settings.offloadThreads)
    }

    /// Reads a request and answers it.
    ///
    /// - Returns: Whether the web server has got the whole answer.
    @discardableResult
    func answer(_ port: any RequestPort) -> Bool { RequestRunner(port, self).run() }
}

/// One request.
final class RequestRunner: @unchecked Sendable {  // Its thread alone uses it, and tasks come back to that.
    private let context: RequestRunnerContext
    private let port: any RequestPort
    private let executor = ThreadExecutor()
    private let log: RequestLog
    private let environ: Environ
    private var input: RequestInput?

    // MARK: The answer

    /// The answer whose head has not been sent, because nothing of its body was there.
    private var pending: (response: Response, length: Int?)?
    /// Octets of the body that may still be written; `nil` where the application has not said how many.
    private var left: Int?
    /// Whether the web server takes no more.
    private var isAbandoned = false
    /// Whether the application has written more than it said, and the log says so.
    private var hasExcess = false
    /// Whether the answer is whole.
    private var isWhole = true

    init(_ port: any RequestPort, _ context: RequestRunnerContext) {
        self.port = port
        self.context = context
        log = RequestLog(port, level: context.settings.logLevel.level, executor: executor)
        environ = Environ(
            constant: [], request: WebServerVariables(port.variables).pairs(isScript: port.isScript),
            services: RequestRunnerServices(log, executor: executor, threads: context.threads))
    }

    private var isHead: Bool { environ.method == .head }

    func run() -> Bool {
        if port.isResponder {
            serve(WebServerVariables(port.variables).bodyLength)
        } else {
            complain("this program is a responder, and was asked for another role")
            send(page(500, "This program is a responder."))
        }
        input?.end()
        // In this order: what a task that lives on says does not wait for a thread that has left.
        executor.end()
        log.end()
        return isWhole
    }

    private func serve(_ length: WebServerVariables.BodyLength) {
        let body: RequestBody
        switch length {
        case .malformed: return send(page(400, "Content-Length is no number."))
        case .known(0): body = .empty
        case .known(let count): body = makeBody(count)
        case .unknown: body = makeBody(nil)
        }
        let request = Request(environ: environ, body: body)
        switch context.application.handler {
        case .asynchronous(let handler):
            executor.run { [self] in
                do { await finish(try await handler(request)) } catch { fail(error) }
            }
        case .inline(let handler):
            do {
                let response = try handler(request)
                guard case .stream = response.body else { return send(response) }
                executor.run { [self] in await finish(response) }
            } catch {
                fail(error)
            }
        }
    }

    private func makeBody(_ count: Int?) -> RequestBody {
        let input = RequestInput(port, count: count, executor: executor)
        self.input = input
        return RequestBody(input)
    }

    // MARK: What the handler came to

    /// Sees an answer to its end.
    private func finish(_ response: Response) async {
        guard case .stream(let stream) = response.body, response.isValid, !isHead, response.mayHaveBody else {
            return send(response)
        }
        pending = (response, stream.length.map { max(0, $0) })
        // A client is told that its answer has begun, even if there is nothing of it yet.
        executor.perform { [self] in
            guard pending != nil else { return }
            beginPending()
            flush()
        }
        do {
            try await stream.produce(ResponseWriter(self))
            beginPending()
            if !isAbandoned, let left, left > 0 {
                breakOff("it is \(left) octets shorter than it was said to be")
            }
        } catch {
            guard pending == nil else {
                pending = nil
                return fail(error)
            }
            if !isAbandoned { breakOff("\(error)") }
        }
    }

    /// Answers in place of a handler that has thrown.
    private func fail(_ error: any Error) {
        guard let answer = (error as? any AnsweringError)?.answer else {
            complain("the application failed: \(error)")
            return send(page(500, "The application failed."))
        }
        if answer.status.code >= 500 { complain("the application failed: \(error)") }
        send(answer)
    }

    /// Sends an answer that is there.
    private func send(_ response: Response) {
        guard response.isValid else {
            complain("the application's status or a field is malformed")
            return send(page(502, "The application did not give a valid answer."))
        }
        switch response.body {
        case .bytes(let bytes):
            begin(response, length: bytes.count)
            guard !isHead, response.mayHaveBody else { return }
            bytes.withUnsafeBufferPointer { write($0) }
        case .file(let path): send(response, file: path)
        // One whose body nobody wants: it is not made.
        case .stream(let stream): begin(response, length: stream.length.map { max(0, $0) })
        case .webSocket:
            complain(
                "a web server hands no connection over: there are no WebSockets but in a worker of the gateway"
            )
            send(page(501, "There are no WebSockets behind this web server."))
        }
    }

    private func send(_ response: Response, file path: String) {
        switch OutgoingFile.open(path) {
        case .refused(let status, let reason):
            complain("the file '\(path)' of the answer \(reason)")
            send(page(status, status == 404 ? "There is nothing here." : "This may not be read."))
        case .file(let file):
            begin(response.described(as: file, at: path, types: context.types), length: file.status.size)
            if !isHead, response.mayHaveBody, !write(file) {
                breakOff("the file '\(path)' has become shorter, or cannot be read")
            }
            file.finish()
        }
    }

    /// A page that says what is wrong.
    private func page(_ status: Int, _ explanation: String) -> Response {
        var text = ByteBuffer(capacity: 256)
        text.appendPage(status, explanation)
        return Response(
            status: .init(code: status), fields: [.contentType: "text/html; charset=utf-8"],
            body: Array(text.bytes))
    }

    // MARK: Octets

    /// Writes the head of an answer.
    private func begin(_ response: Response, length: Int?) {
        do {
            var spool: Spool?
            if case .stream = response.body {
                spool = Spool(
                    memoryLimit: context.settings.bufferMemory, folder: context.settings.temporaryFolder)
            }
            try input?.finish(keepingIn: spool)
        } catch {
            complain("the rest of the body cannot be kept: \(error)")
        }
        port.readRest()
        log.drain()
        var response = response
        let code = response.status.code
        response.status = .init(code: code, reasonPhrase: Status.reason(code).description)
        var head = ByteBuffer(capacity: 1024)
        CGIResponseEncoder.append(response, length: length, to: &head)
        write(head.bytes)
    }

    /// Writes the head of a stream, unless that has been done.
    private func beginPending() {
        guard let (response, length) = pending else { return }
        pending = nil
        begin(response, length: length)
        left = length
    }

    private func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        if !isAbandoned, !port.write(bytes) { isAbandoned = true }
    }

    /// Sends what was written. A handler whose client has left is told so.
    private func flush() {
        if !isAbandoned, !port.flush() { isAbandoned = true }
        if isAbandoned { executor.cancel() }
    }

    /// - Returns: Whether all of it was there.
    private func write(_ file: OutgoingFile) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { memory in
            while file.remaining > 0, !isAbandoned {
                let part = UnsafeMutableBufferPointer(rebasing: memory[..<min(memory.count, file.remaining)])
                guard let count = try? Files.read(file.number, into: part, at: file.offset), count > 0 else {
                    return false
                }
                write(UnsafeBufferPointer(rebasing: part[..<count]))
                file.advance(count)
            }
            return true
        }
    }

    private func breakOff(_ reason: String) {
        complain("the answer broke off: \(reason)")
        isWhole = false
        port.breakOff()
    }

    /// A line for the web server's log.
    private func complain(_ message: String) {
        log.write("\(environ.method) \((environ["REQUEST_URI"] ?? environ.path).prefix(200)): \(message)")
    }
}

extension RequestRunner: ResponseSink {
    func write(_ bytes: [UInt8]) async throws {
        // Whoever writes may be a task of its own, or an actor with a thread of its own.
        guard executor.isHere else {
            return try await withTaskExecutorPreference(executor) { try self.writePart(bytes) }
        }
        try writePart(bytes)
    }

    private func writePart(_ bytes: [UInt8]) throws {
        // One that outlives its call has lost the thread.
        guard executor.isHere, executor.isRunning else { throw ClientLeft() }
        beginPending()
        log.drain()
        bytes.withUnsafeBufferPointer { bytes in
            let count = min(bytes.count, left ?? .max)
            if let left { self.left = left - count }
            if count < bytes.count, !hasExcess {
                hasExcess = true
                complain("the answer has more octets than it was said to have; they are dropped")
            }
            write(UnsafeBufferPointer(rebasing: bytes[..<count]))
        }
        flush()
        if isAbandoned { throw ClientLeft() }
    }
}
