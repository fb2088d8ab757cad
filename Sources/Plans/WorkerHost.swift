import Logging
import Scoreboard
import Settings
import Synchronization
import Syscalls

/// What a worker class of a program is handed: the sockets, and the words in which a worker and the master talk.
///
/// Everything may be called from any thread or task.
public final class WorkerHost: Sendable {
    /// A socket to accept from.
    public struct Listener: Sendable {
        /// The descriptor, bound and listening, not blocking. All workers share it, and it stays the gateway's.
        public let descriptor: Int32
        /// Where it listens, as `HOST:PORT`, or `unix` for a unix socket.
        public let address: String

        /// A descriptor of the same socket for a server that closes what it is given.
        ///
        /// - Throws: When the process has no descriptor left.
        public func duplicate() throws -> Int32 { try Descriptor.duplicate(descriptor).relinquish() }
    }

    /// The worker.
    public let worker: WorkerInfo
    /// The sockets.
    public let listeners: [Listener]
    /// Seconds that the loop may stand still (`--timeout`): the master kills a worker that does not call
    /// ``heartbeat()`` for so long.
    public let timeout: Int
    /// Seconds that a worker has to finish after TERM (`--graceful-timeout`); it is killed then.
    public let gracefulTimeout: Int
    /// `--threads`, at least 1.
    public let threads: Int

    private let plan: WorkerPlan
    private let logger: Logger
    private let state = Mutex(StopState())

    private struct StopState {
        var isStopping = false
        var isGraceful = true
        var isReady = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        /// Those that were cancelled before they could wait.
        var cancelled: Set<Int> = []
    }

    package init(_ plan: WorkerPlan, info: WorkerInfo, log: Logger) {
        self.plan = plan
        worker = info
        logger = log
        listeners = plan.listeners.map { listener in
            let (address, host) = (listener.address, listener.address.host)
            let text = host.contains(":") ? "[\(host)]:\(address.port)" : "\(host):\(address.port)"
            return Listener(descriptor: listener.number, address: address.isUnix ? "unix" : text)
        }
        (timeout, gracefulTimeout) = (plan.settings.timeout, plan.settings.gracefulTimeout)
        threads = max(1, plan.settings.threads)
    }

    /// Says that the worker is alive. To be called at least every half of ``timeout``, from where requests are served:
    /// a heart that beats elsewhere hides what stands still.
    public func heartbeat() {
        plan.scoreboard.setHeartbeat(Clock.monotonicMilliseconds(), worker: plan.index)
    }

    /// Says that the worker serves from here on. At a reload the old workers leave only then.
    public func ready() {
        state.withLock { $0.isReady = true }
        heartbeat()
        plan.leaveTerminal()
        plan.scoreboard.setState(.serving, worker: plan.index)
        plan.doorbells.ringMaster()
    }

    /// Counts a request, for `--max-requests` and for what is shown of the worker.
    public func countRequest() { plan.scoreboard.countRequestOfAnyThread(worker: plan.index) }

    /// Writes a line to the error log.
    public func log(_ message: String) { logger.info("\(message)") }

    /// Whether the worker was told to leave.
    public var isStopping: Bool { state.withLock { $0.isStopping } }
    /// Whether what has begun may be finished: TERM says so; INT and QUIT want the worker to leave at once.
    public var isGraceful: Bool { state.withLock { $0.isGraceful } }

    /// Returns when the worker was told to leave (TERM, INT or QUIT), or when the task is cancelled.
    public func stopRequested() async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isStopping || state.cancelled.remove(number) != nil { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: number)
                if waiter == nil, !state.isStopping { state.cancelled.insert(number) }
                return waiter
            }
            waiter?.resume()
        }
    }

    // MARK: The worker's side

    package var isReady: Bool { state.withLock { $0.isReady } }

    package func stop(gracefully: Bool) {
        plan.scoreboard.setState(.draining, worker: plan.index)
        let waiters = state.withLock { state in
            state.isStopping = true
            state.isGraceful = gracefully
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }
}
