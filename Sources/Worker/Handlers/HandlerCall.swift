// A handler that runs on a thread or as a task, and the exchange that waits for it. It is the executor of its own task, so
// that every job says whose it is. What happens to its exchange happens on the loop.

import GatewayInterface
import Logging
import Routing

/// One call of a handler, from the request to the end of its answer.
final class HandlerCall: TaskExecutor, AnswerSource, @unchecked Sendable {  // The loop alone looks into it.
    let backend: InProcessBackend
    private(set) var exchange: Exchange?
    /// What it is about, for messages, also when the exchange has gone.
    private var environ: Environ?
    /// In the loop's milliseconds.
    let startedAt: UInt64
    /// When it has taken too long to answer.
    let deadline: UInt64
    /// Its place among the backend's calls.
    var position = 0
    /// The task that runs the handler, or makes the body of its answer.
    var task: Task<Void, Never>?
    /// Whether its client has been answered without it.
    var isOverdue = false
    /// Whether the client sends no more, and the handler was told so.
    private(set) var isAbandoned = false
    /// Whether the worker ends it because it leaves: what it has sent is all.
    var isDismissed = false

    // MARK: The answer's body, while it is made

    /// The answer whose head has not been sent, because nothing of its body was there.
    var pending: (response: Response, stream: ResponseStream)?
    /// Whether the body has no end of its own.
    var isEndless = false
    /// Who waits for the client to take what was sent.
    var roomWaiters: [UnsafeContinuation<Void, Never>] = []
    /// Who waits for a part of the request's body, or for a message.
    var bodyWaiters: [UnsafeContinuation<Void, Never>] = []
    /// The WebSocket that its answer has made of the connection.
    var session: WebSocketSession?

    init(_ exchange: Exchange, backend: InProcessBackend, startedAt: UInt64) {
        self.backend = backend
        self.exchange = exchange
        self.startedAt = startedAt
        deadline = startedAt + exchange.route.limits.timeout
    }

    /// Notes what it is about.
    func begin(_ request: Request) { environ = request.environ.withoutServices }

    /// The exchange, for the one who answers it.
    func takeExchange() -> Exchange? {
        defer { exchange = nil }
        return exchange
    }

    func seconds(at now: UInt64) -> UInt64 { (now - min(now, startedAt)) / 1000 }

    /// `GET /report from 10.0.0.1`, for messages; also when the exchange has gone.
    var description: String {
        guard let environ else { return exchange?.description ?? "a request" }
        let target = environ["REQUEST_URI"] ?? environ.path
        let host = environ.remoteAddress
        return "\(environ.method) \(target.prefix(200))" + (host.isEmpty ? "" : " from \(host)")
    }

    // MARK: As the executor of its tasks

    func enqueue(_ job: consuming ExecutorJob) { backend.executor.enqueue(UnownedJob(job), of: self) }

    // MARK: What the client's side tells

    func clientHasRoom() { wake(&roomWaiters) }

    func bodyHasCome() { wake(&bodyWaiters) }

    func clientLeft() {
        session?.lost()
        task?.cancel()
        wakeAll()
    }

    func clientHasEnded() {
        isAbandoned = true
        task?.cancel()
    }

    /// Lets whoever waits look again.
    func wakeAll() {
        wake(&roomWaiters)
        wake(&bodyWaiters)
    }

    private func wake(_ waiters: inout [UnsafeContinuation<Void, Never>]) {
        guard !waiters.isEmpty else { return }
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter.resume() }
    }

    /// Waits until ``clientHasRoom()`` or ``bodyHasCome()``, the client's leaving or the task's cancellation.
    func wait(_ waiters: ReferenceWritableKeyPath<HandlerCall, [UnsafeContinuation<Void, Never>]>) async {
        // The loop alone uses the call, and the key path is that of one of its properties.
        nonisolated(unsafe) let waiters = waiters
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { return continuation.resume() }
                self[keyPath: waiters].append(continuation)
            }
        } onCancel: {
            backend.executor.perform { self.wakeAll() }
        }
    }
}

extension HandlerCall: RequestServices {
    var logger: Logger { backend.services.logger }
    /// Tasks that go on in its place are named as it is.
    var executor: (any TaskExecutor)? { self }
    var showsErrors: Bool { backend.services.showsErrors }
    func offload(_ job: @escaping @Sendable () -> Void) { backend.services.offload(job) }
}
