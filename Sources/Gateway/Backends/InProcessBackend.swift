// Swift applications in the worker itself. An inline handler is called on the loop, or on a thread in the class
// `thread`; an asynchronous one runs as a task on the worker's loop. Whatever runs elsewhere or later is a call: it has
// a deadline, and all that happens to its exchange happens on the loop.

import GatewayInterface
import Logging
import Syscalls

/// Exchanges answered by a Swift application.
final class InProcessBackend: Backend {
    private let application: Application
    private let settings: Settings
    private let loop: EventLoop
    private let log: Logger
    private let executor: LoopExecutor
    /// In the class `thread`.
    private let threads: HandlerThreads?
    private var mailbox: Mailbox<Finished>?
    private var calls: [HandlerCall] = []
    private var overdue = 0
    private var queue = ExchangeQueue()
    private var isServingQueue = false
    /// Called when handlers that do not return hold all threads, and when one has become free again.
    var isExhaustedChanged: (Bool) -> Void = { _ in }

    /// What the log calls who answers.
    private static let upstream = Upstream(application: "swift", place: "")

    private struct Finished: @unchecked Sendable {  // A thread only carries the call; the loop looks into it.
        let call: HandlerCall
        let result: Result<Response, any Error>
    }

    init(_ application: Application, policy: BuiltinClass, settings: Settings, loop: EventLoop, log: Logger)
        throws(SyscallError)
    {
        self.application = application
        self.settings = settings
        self.loop = loop
        self.log = log
        executor = try LoopExecutor(loop: loop)
        guard case .inline = application, policy == .thread else {
            threads = nil
            return
        }
        threads = HandlerThreads(limit: settings.threads)
        mailbox = try Mailbox(loop: loop) { [unowned self] in finish($0.call, $0.result) }
    }

    func serve(_ exchange: Exchange) {
        switch application {
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
        exchange.taken(by: Self.upstream)
        let context = exchange.context
        context.show(exchange)
        let result = Result { try handler(exchange.makeRequest()) }
        context.show(nil)
        respond(exchange, result)
    }

    private func start(
        _ exchange: Exchange, _ handler: @escaping @Sendable (Request) async throws -> Response
    ) {
        let request = exchange.makeRequest()
        let call = begin(exchange, request)
        // The task runs on this thread and no other, by the executor's promise.
        nonisolated(unsafe) let (backend, unsafeCall) = (self, call)
        Task(executorPreference: executor) {
            let result: Result<Response, any Error>
            do { result = .success(try await handler(request)) } catch { result = .failure(error) }
            backend.finish(unsafeCall, result)
        }
    }

    private func start(
        _ exchange: Exchange, _ handler: @escaping @Sendable (Request) throws -> Response,
        on threads: HandlerThreads
    ) {
        let request = exchange.makeRequest()
        let call = begin(exchange, request)
        // The thread hands the call back as it got it.
        nonisolated(unsafe) let unsafeCall = call
        let mailbox = mailbox!
        do {
            try threads.run(running: calls.count) {
                mailbox.post(Finished(call: unsafeCall, result: Result { try handler(request) }))
            }
        } catch {
            log.error("cannot start a thread for \(exchange.description): \(error)")
            end(call)
            exchange.fail(status: 503, "The server is busy.", retryAfter: 1)
        }
    }

    private func begin(_ exchange: Exchange, _ request: Request) -> HandlerCall {
        exchange.taken(by: Self.upstream)
        let call = HandlerCall(exchange, request.environ, startedAt: loop.now, position: calls.count)
        calls.append(call)
        return call
    }

    private func end(_ call: HandlerCall) {
        let last = calls.removeLast()
        if last !== call {
            last.position = call.position
            calls[call.position] = last
        }
    }

    /// A handler has returned, perhaps too late.
    private func finish(_ call: HandlerCall, _ result: Result<Response, any Error>) {
        end(call)
        if call.isOverdue {
            log.warning("\(call.description): the handler has returned after \(call.seconds(at: loop.now)) s")
            overdue -= 1
            if threads != nil, overdue + 1 == threads?.limit { isExhaustedChanged(false) }
        }
        if let exchange = call.takeExchange() { respond(exchange, result) }
        serveQueue()
    }

    private func respond(_ exchange: Exchange, _ result: Result<Response, any Error>) {
        switch result {
        case .success(let response): exchange.respond(response)
        case .failure(let error):
            log.error("\(exchange.mention): the application failed: \(error)")
            exchange.fail(status: 500, "The application failed.")
        }
    }

    private func serveQueue() {
        // An exchange that fails at once may bring the next request of its connection here: this loop takes it.
        guard let threads, case .inline(let handler) = application, !isServingQueue else { return }
        isServingQueue = true
        while calls.count < threads.limit, let exchange = queue.first {
            queue.removeFirst()
            start(exchange, handler, on: threads)
        }
        isServingQueue = false
    }

    /// One that waits is not called any more. A handler that runs goes on to its end; its answer finds nobody, and the
    /// exchange is given back then.
    func clientLeft(_ exchange: Exchange) {
        if queue.remove(exchange) { exchange.context.giveBack(exchange) }
    }

    func sweep(_ now: UInt64) {
        let patience = UInt64(settings.timeout) * 1000
        for call in calls where !call.isOverdue && call.startedAt + patience <= now { giveUp(call, now) }
        while let exchange = queue.takeOverdue(now: now) {
            log.error("no free thread within \(settings.queueTimeout) s: 503 to \(exchange.description)")
            exchange.fail(status: 503, "The server is busy.", retryAfter: 1)
        }
    }

    /// Answers in place of a handler that takes too long. It goes on: a thread cannot be told, and a task whose code
    /// overlooks its cancellation would turn from one that waits into one that spins on the loop.
    private func giveUp(_ call: HandlerCall, _ now: UInt64) {
        call.isOverdue = true
        overdue += 1
        log.error(
            "\(call.description): no answer for \(call.seconds(at: now)) s: 504, a later one is dropped")
        if threads != nil, overdue == threads?.limit { isExhaustedChanged(true) }
        call.takeExchange()?.fail(status: 504, "The application did not answer in time.")
    }

    func wake() {}
}
