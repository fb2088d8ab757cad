// One request and its answer, from the handler's call to the end of the body, as a gateway's worker has it: what is thrown, what is
// no valid answer and what breaks off comes to the client as it would come there.

import GatewayInterface
import Logging
import Synchronization

/// A call of an application. It is the end of a stream that whoever makes the body writes to.
final class TestCall: ResponseSink {
    struct State: Sendable {
        enum End: Sendable {
            case complete
            case broken(any Error)
        }

        var head: TestHead?
        /// The answer whose head has not been sent, because nothing of its body was there.
        var pending: (response: Response, length: Int?)?
        var parts: [[UInt8]] = []
        var buffered = 0
        /// Octets that the announced length still wants.
        var remaining: Int?
        var takesBody = true
        var end: End?
        var isWriting = false
        var hasLeft = false
        /// Whether the handler, and whoever made the body, are done.
        var hasReturned = false
    }

    let state = Monitor(State())
    let environ: Environ
    /// Octets of the body that may wait for the client before whoever makes it has to.
    let buffer: Int
    private let loop: TestLoop
    private let isHead: Bool
    private let log: Logger
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let delivery = Mutex<TestDelivery?>(nil)
    /// What serves the connection, where the client wants it to become a WebSocket.
    let socket: TestSocket?

    init(_ environ: Environ, _ loop: TestLoop, buffer: Int, socket: TestSocket? = nil) {
        self.environ = environ
        self.loop = loop
        self.buffer = buffer
        self.socket = socket
        isHead = environ.method == .head
        log = environ.logger
    }

    // MARK: The handler

    func start(_ application: Application, _ delivery: TestDelivery, timeout: Duration) {
        self.delivery.withLock { $0 = delivery }
        let request = Request(environ: environ, body: delivery.body)
        let task = Task(executorPreference: loop) {
            await self.run(application, request)
            // Nobody reads the rest.
            delivery.breakOff()
            self.state.change { $0.hasReturned = true }
        }
        let deadline = Task { [weak self] in
            guard (try? await Task.sleep(for: timeout)) != nil else { return }
            self?.refuse(504, "The application did not answer in time.")
        }
        tasks.withLock { $0 = [task, deadline] }
        if state.read({ $0.head != nil }) { deadline.cancel() }
    }

    private func run(_ application: Application, _ request: Request) async {
        let response: Response
        do {
            switch application.handler {
            case .inline(let handler): response = try handler(request)
            case .asynchronous(let handler): response = try await handler(request)
            }
        } catch {
            return await fail(error)
        }
        await respond(response)
    }

    private func fail(_ error: any Error) async {
        let answer = (error as? any AnsweringError)?.answer
        if let answer, answer.status.code < 500 { return await respond(answer) }
        if error is CancellationError, state.read({ $0.hasLeft }) { return }
        log.error("the application failed: \(error)")
        if let answer { return await respond(answer) }
        let hint = environ.showsErrors ? ": \(error)" : "."
        answerInstead(500, "The application failed\(hint)")
    }

    private func respond(_ answer: Response) async {
        guard answer.isValid else {
            log.error("the application's status or a field is malformed")
            return answerInstead(502, "The application did not give a valid answer.")
        }
        switch answer.body {
        case .bytes(let bytes): answerWhole(answer, bytes)
        case .file(let path):
            switch TestFile.read(path) {
            case .bytes(let bytes): answerWhole(answer, bytes)
            case .refused(let status, let text):
                log.error("the file '\(path)' of the answer cannot be read: \(status.code)")
                answerInstead(status, text)
            }
        case .stream(let stream): await produce(answer, stream)
        case .webSocket(let upgrade):
            guard let socket else {
                return answerInstead(.upgradeRequired, "This is a WebSocket.", [.upgrade: "websocket"])
            }
            if let (status, text) = socket.refusal(upgrade.options, environ) {
                return answerInstead(status, text)
            }
            begin(answer, length: nil)
            await socket.serve(upgrade, log)
            state.change { $0.end = .complete }
        }
    }

    // MARK: The answer

    private func answerWhole(_ answer: Response, _ bytes: [UInt8]) {
        // Two may want to answer at once: one of them does, head and body.
        guard begin(answer, length: bytes.count) else { return }
        state.change { state in
            guard state.end == nil else { return }
            if state.takesBody, !bytes.isEmpty { state.parts = [bytes] }
            state.end = .complete
        }
    }

    /// Answers in the place of the application, where that has not been answered yet.
    private func answerInstead(_ status: HTTPResponse.Status, _ text: String, _ fields: ResponseFields = []) {
        var answer = Response(status: status, text + "\n")
        answer.fields += fields
        guard state.read({ $0.head == nil }) else { return }
        answerWhole(answer, answer.body.bytes ?? [])
    }

    /// The same from elsewhere, for an application that is not waited for any more.
    func refuse(_ status: HTTPResponse.Status, _ text: String) {
        guard state.read({ $0.head == nil && !$0.hasLeft }) else { return }
        if status.code >= 500 { log.error("no answer: \(status.code)") }
        answerInstead(status, text)
        cancel()
    }

    /// Answers without calling the application.
    func answerWithoutApplication(_ status: HTTPResponse.Status, _ text: String) {
        answerInstead(status, text)
        state.change { $0.hasReturned = true }
    }

    /// - Returns: Whether the client gets this head, and no other.
    @discardableResult
    private func begin(_ answer: Response, length: Int?) -> Bool {
        let head = TestHead(answer, length: length)
        var isFirst = false
        state.change { state in
            guard state.head == nil else { return }
            isFirst = true
            state.pending = nil
            state.head = head
            state.remaining = length
            state.takesBody = !isHead && answer.mayHaveBody && answer.status.code != 205
        }
        tasks.withLock { $0.dropFirst().first?.cancel() }
        return isFirst
    }

    private func sendHead() {
        if let (answer, length) = state.read({ $0.pending }) { begin(answer, length: length) }
    }

    // MARK: A body that is made while it is sent

    private func produce(_ answer: Response, _ stream: ResponseStream) async {
        state.change { if $0.head == nil { $0.pending = (answer, stream.length.map { max(0, $0) }) } }
        guard state.read({ $0.pending != nil }) else { return }
        loop.perform { self.sendHead() }
        do {
            try await stream.produce(ResponseWriter(self))
            sendHead()
            let isShort = state.read { $0.takesBody && $0.remaining ?? 0 > 0 }
            if isShort { throw TestClientError.tooShort }
            state.change { $0.end = .complete }
        } catch {
            breakOff(error)
        }
    }

    private func breakOff(_ error: any Error) {
        let (hasLeft, hasHead) = state.read { ($0.hasLeft, $0.head != nil) }
        if !hasLeft { log.error("the answer broke off: \(error)") }
        if !hasHead {
            answerInstead(500, "The application failed.")
        } else {
            state.change { $0.end = .broken(error) }
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        sendHead()
        state.change { state in
            guard !state.hasLeft, state.end == nil else { return }
            let part = Array(bytes.prefix(state.remaining ?? .max))
            state.remaining = state.remaining.map { $0 - part.count }
            state.isWriting = true
            guard state.takesBody, !part.isEmpty else { return }
            state.parts.append(part)
            state.buffered += part.count
        }
        defer { state.change { $0.isWriting = false } }
        try await state.wait { [buffer] state in
            if state.hasLeft || state.end != nil { throw ClientLeft() }
            return state.buffered <= buffer ? () : nil
        }
    }

    // MARK: The client's side

    /// The next part of the body; `nil` at its end.
    func next() async throws -> [UInt8]? {
        try await state.wait { state -> [UInt8]?? in
            if state.hasLeft { throw ClientLeft() }
            if !state.parts.isEmpty {
                let part = state.parts.removeFirst()
                state.buffered = max(0, state.buffered - part.count)
                return part
            }
            switch state.end {
            case .complete: return .some(nil)
            case .broken(let error): throw TestClientError.broken(error)
            case nil: return nil
            }
        }
    }

    /// The client is gone: the task is cancelled, and whoever writes is told so.
    func leave() {
        state.change { $0.hasLeft = true }
        delivery.withLock { $0 }?.breakOff()
        socket?.breakOff()
        cancel()
    }

    private func cancel() { for task in tasks.withLock({ $0 }) { task.cancel() } }
}
