// Swift applications in the worker itself. An inline handler is called on the loop, or on a thread in the class
// `thread`; an asynchronous one runs as a task on the worker's loop. Whatever runs elsewhere or later is a call: it has
// a deadline until it answers, and all that happens to its exchange happens on the loop.

import EventLoop
import GatewayInterface
import Logging
import Logs
import Plans
import Routing
import Settings
import Syscalls
import WebSockets

/// Exchanges answered by a Swift application.
final class InProcessBackend: Backend {
    private let application: Application
    /// For messages.
    let name: String
    let settings: Settings
    /// The application's own meta-variables, encoded.
    private let parameters: [UInt8]
    let loop: EventLoop
    let log: Logger
    let executor: LoopExecutor
    let services: HandlerServices
    /// In the class `thread`.
    private let threads: HandlerThreads?
    private var mailbox: Mailbox<Finished>?
    /// Calls that have not answered.
    private var calls = CallList()
    /// Calls whose answer has begun, and goes on.
    private var streams = CallList()
    private var overdue = 0
    /// What compresses messages of WebSockets.
    private let deflateStock = DeflateStock()
    /// What its handlers may send in a turn of the loop.
    var share = TurnShare()
    private var queue = ExchangeQueue()
    private var isServingQueue = false
    /// Called when handlers that do not return hold all threads, and when one has become free again.
    var isExhaustedChanged: (Bool) -> Void = { _ in }

    /// What the log calls who answers.
    private let upstream: Upstream

    private struct Finished: @unchecked Sendable {  // A thread only carries the call; the loop looks into it.
        let call: HandlerCall
        let result: Result<Response, any Error>
    }

    init(
        _ application: Application, _ view: SwiftView, policy: BuiltinClass, services: HandlerServices,
        loop: EventLoop, executor: LoopExecutor, log: Logger
    ) throws(SyscallError) {
        self.application = application
        (name, settings) = (view.name, view.settings)
        parameters = settings.encodedParameters
        upstream = Upstream(application: name, place: "")
        self.loop = loop
        self.log = log
        self.executor = executor
        self.services = services
        guard case .inline = application.handler, policy == .thread else {
            threads = nil
            return
        }
        threads = HandlerThreads(limit: settings.threads)
        mailbox = try Mailbox(loop: loop) { [unowned self] in threadIsDone($0.call, $0.result) }
    }

    func streamsBody(of exchange: Exchange, hasLength: Bool) -> Bool {
        guard case .asynchronous = application.handler else { return false }
        return application.streamsBody || exchange.route.limits.streamsBody
    }

    // MARK: A request comes

    func serve(_ exchange: Exchange) {
        switch application.handler {
        case .asynchronous(let handler): start(exchange, handler)
        case .inline(let handler):
            guard let threads else { return answer(exchange, handler) }
            if queue.isEmpty, calls.count < threads.limit { return start(exchange, handler, on: threads) }
            guard queue.count < settings.queueSize else {
                return exchange.fail(status: 503, "Too many requests are waiting.", retryAfter: 1)
            }
            queue.append(exchange)
        }
    }

    /// Calls the handler here and now. The scoreboard shows what a loop is stuck in.
    private func answer(_ exchange: Exchange, _ handler: @Sendable (Request) throws -> Response) {
        exchange.taken(by: upstream)
        let context = exchange.context
        context.show(exchange)
        let request = exchange.makeRequest(services, parameters)
        let result = settled(Result { try handler(request) }, exchange.mention)
        if case .success(let response) = result, response.body.isMadeLater {
            answerLater(response, HandlerCall(exchange, backend: self, startedAt: loop.now))
        } else {
            exchange.respond(result)
        }
        context.hideIfOver()
    }

    private func start(
        _ exchange: Exchange, _ handler: @escaping @Sendable (Request) async throws -> Response
    ) {
        let context = exchange.context
        let body =
            exchange.bodyState.isStreamed && exchange.authorization != .asked ? exchange.streamedBody : nil
        let call = begin(exchange)
        let request = exchange.makeRequest(call, parameters, body)
        call.begin(request)
        body?.call = call
        context.show(exchange)
        let task = Task.immediate(executorPreference: call) { await call.run(request, handler) }
        context.hideIfOver()
        adopt(task, call)
    }

    /// Gives a call its task, and tells it what has happened while it had none to be cancelled.
    private func adopt(_ task: Task<Void, Never>, _ call: HandlerCall) {
        guard let exchange = call.exchange else { return }
        call.task = task
        guard let connection = exchange.connection else { return call.clientLeft() }
        if call.isDismissed { task.cancel() }
        // A client that is done sending may be gone; the handler hears of it, and may answer all the same.
        if connection.peerHasEnded, connection.phase != .upgraded { call.clientHasEnded() }
    }

    private func start(
        _ exchange: Exchange, _ handler: @escaping @Sendable (Request) throws -> Response,
        on threads: HandlerThreads
    ) {
        let call = begin(exchange)
        let request = exchange.makeRequest(services, parameters)
        call.begin(request)
        let mailbox = mailbox!
        do {
            try threads.run {
                mailbox.post(Finished(call: call, result: Result { try handler(request) }))
            }
        } catch {
            log.error("cannot start a thread for \(exchange.description): \(error)")
            calls.remove(call)
            exchange.fail(status: 503, "The server is busy.", retryAfter: 1)
        }
    }

    private func begin(_ exchange: Exchange) -> HandlerCall {
        exchange.taken(by: upstream)
        let call = HandlerCall(exchange, backend: self, startedAt: loop.now)
        exchange.source = call
        calls.append(call)
        return call
    }

    // MARK: It is answered

    /// What is to be answered: an error that says so itself is an answer like any other. That of a failure is in the log too.
    func settled(
        _ result: Result<Response, any Error>, _ mention: @autoclosure () -> String
    ) -> Result<Response, any Error> {
        guard case .failure(let error as any AnsweringError) = result else { return result }
        let answer = error.answer
        if answer.status.code >= 500 { log.error("\(mention()): the application failed: \(error)") }
        return .success(answer)
    }

    /// A handler has returned on its thread.
    private func threadIsDone(_ call: HandlerCall, _ outcome: Result<Response, any Error>) {
        let result = settled(outcome, call.description)
        guard case .success(let response) = result, response.body.isMadeLater, !call.isOverdue,
            let exchange = call.takeExchange()
        else { return finish(call, result) }
        // The body is made by a task, and the thread is free.
        calls.remove(call)
        answerLater(response, HandlerCall(exchange, backend: self, startedAt: loop.now))
        serveQueue()
    }

    /// A handler has returned, perhaps too late.
    func finish(_ call: HandlerCall, _ result: Result<Response, any Error>) {
        calls.remove(call)
        if call.isOverdue { returnedLate(call) }
        if let exchange = call.takeExchange() {
            exchange.source = nil
            if call.isAbandoned, case .failure(let error) = result, error is CancellationError {
                exchange.abandon()
            } else {
                exchange.respond(result)
            }
        }
        serveQueue()
    }

    private func returnedLate(_ call: HandlerCall) {
        log.warning("\(call.description): the handler has returned after \(call.seconds(at: loop.now)) s")
        overdue -= 1
        if threads != nil, overdue + 1 == threads?.limit { isExhaustedChanged(false) }
    }

    private func serveQueue() {
        // An exchange that fails at once may bring the next request of its connection here: this loop takes it.
        guard let threads, case .inline(let handler) = application.handler, !isServingQueue else { return }
        isServingQueue = true
        while calls.count < threads.limit, let exchange = queue.first {
            queue.removeFirst()
            start(exchange, handler, on: threads)
        }
        isServingQueue = false
    }

    // MARK: Its body is made while it is sent

    /// Has the body of an answer made, for a handler that was not a task itself.
    private func answerLater(_ response: Response, _ call: HandlerCall) {
        call.exchange?.source = call
        calls.append(call)
        let task = Task.immediate(executorPreference: call) { await call.finish(response) }
        adopt(task, call)
    }

    /// The body of an answer begins to be made. Its head is sent with the first part of it, or soon.
    ///
    /// - Returns: False where nobody wants it.
    func begin(_ call: HandlerCall, _ response: Response, _ stream: ResponseStream) -> Bool {
        guard let exchange = call.exchange, exchange.mayBegin(response) else { return false }
        calls.remove(call)
        streams.append(call)
        call.pending = (response, stream)
        call.isEndless = stream.isEndless
        if stream.isEndless, exchange.context.isDraining { dismiss(call) }
        executor.perform {
            guard call.pending != nil else { return }
            call.backend.sendHead(call)
            call.exchange?.flushHead()
        }
        return true
    }

    /// Sends the head of an answer, as far as that is decided already.
    func sendHead(_ call: HandlerCall) {
        guard let (response, stream) = call.pending else { return }
        call.pending = nil
        call.exchange?.begin(response, length: stream.length)
    }

    /// The body of an answer is complete, or will never be.
    func finish(_ call: HandlerCall, stream failure: (any Error)?) {
        streams.remove(call)
        guard let exchange = call.takeExchange() else { return }
        exchange.source = nil
        if let failure, !(call.isDismissed && (failure is CancellationError || failure is ClientLeft)) {
            let hasClient = exchange.connection != nil && !call.isAbandoned
            if hasClient { log.error("\(exchange.mention): the answer broke off: \(failure)") }
            if call.isAbandoned { return exchange.abandon() }
            return exchange.fail(status: 500, "The application failed.")
        }
        if let (response, stream) = call.pending { exchange.begin(response, length: stream.length) }
        exchange.complete()
    }

    // MARK: It becomes a WebSocket

    /// Makes the connection a WebSocket.
    ///
    /// - Returns: `nil` where the client was refused, or nobody is there any more.
    func open(_ call: HandlerCall, _ response: Response, _ options: WebSocketOptions) -> WebSocketSession? {
        calls.remove(call)
        if call.isOverdue { returnedLate(call) }
        guard let exchange = call.exchange else { return nil }
        guard let connection = exchange.connection,
            let handshake = exchange.beginWebSocket(response, options)
        else {
            _ = call.takeExchange()
            if exchange.connection == nil, exchange.source === call { exchange.context.giveBack(exchange) }
            return nil
        }
        streams.append(call)
        let session = WebSocketSession(
            call, handshake, options, stock: deflateStock, budget: exchange.context.budget)
        call.session = session
        connection.upgrade(to: session)
        return session
    }

    /// The handler of a WebSocket has thrown.
    func note(_ call: HandlerCall, failure: any Error) {
        // Who is cancelled because its client is gone has not failed, and neither has who sends a moment too late.
        guard !Task.isCancelled, !(failure is WebSocketClosed) else { return }
        log.error("\(call.description): the WebSocket's handler failed: \(failure)")
    }

    /// The handler of a WebSocket has returned, and the closing handshake is over.
    func finish(webSocket call: HandlerCall) {
        streams.remove(call)
        call.session?.release()
        call.session = nil
        guard let exchange = call.takeExchange() else { return }
        exchange.source = nil
        exchange.abandon()
    }

    // MARK: Others, and time

    /// One that waits is not called any more. A task is cancelled; a handler on a thread goes on to its end. Its answer finds
    /// nobody, and the exchange is given back then.
    func clientLeft(_ exchange: Exchange) {
        if queue.remove(exchange) { return exchange.context.giveBack(exchange) }
        exchange.source?.clientLeft()
    }

    /// The worker leaves. What ends by itself is waited for; what does not is ended.
    func drain() {
        for call in streams.calls where call.isEndless { dismiss(call) }
        for call in streams.calls { call.session?.goAway() }
    }

    private func dismiss(_ call: HandlerCall) {
        call.isDismissed = true
        call.task?.cancel()
    }

    /// A handler may have something left to do when its client is gone. One on a thread cannot be told to hurry.
    var isBusy: Bool { !streams.calls.isEmpty || threads == nil && calls.calls.contains { !$0.isOverdue } }

    func sweep(_ now: UInt64) {
        for call in calls.calls where !call.isOverdue && call.deadline <= now { giveUp(call, now) }
        while let exchange = queue.takeOverdue(now: now) {
            let patience = exchange.route.limits.queueTimeout / 1000
            log.error("no free thread within \(patience) s: 503 to \(exchange.description)")
            exchange.fail(status: 503, "The server is busy.", retryAfter: 1)
        }
    }

    /// Answers in place of a handler that takes too long. A task is told so; a thread cannot be told anything.
    private func giveUp(_ call: HandlerCall, _ now: UInt64) {
        call.isOverdue = true
        overdue += 1
        log.error(
            "\(call.description): no answer for \(call.seconds(at: now)) s: 504, a later one is dropped")
        if threads != nil, overdue == threads?.limit { isExhaustedChanged(true) }
        if let exchange = call.takeExchange() {
            exchange.source = nil
            exchange.fail(status: 504, "The application did not answer in time.")
        }
        call.task?.cancel()
        call.wakeAll()
    }

    func wake() {}
}
