// A generation is one reading of the settings, with the application processes and the workers that go by it. Start-up,
// reload and shutdown are the life of a generation; two of them live side by side while one replaces the other.
//
//   booting the pool ─► booting workers ─► serving ─► draining workers ─► stopping the pool ─► gone

import GatewayInterface
import Syscalls

/// Application processes and workers that belong together.
final class Generation {
    enum Phase: Equatable {
        case bootingPool, bootingWorkers, serving
        /// Workers finish their exchanges; killed at this time.
        case draining(until: UInt64)
        /// No worker is left; application processes are killed at this time.
        case stoppingPool(until: UInt64)
    }

    /// Counted from 1.
    let number: Int
    let configuration: Configuration
    /// What its workers accept from. A listener closes when no generation has it any more.
    private(set) var listeners: [Listener]
    let backend: GenerationBackend
    let errorLog: ErrorLog
    /// Who its workers are; `nil` for who the master is.
    let identity: UserIdentity?
    /// When all of it must serve: each process and each worker has a deadline of its own, but one may die while another
    /// boots, again and again.
    let bootDeadline: UInt64
    var workers: WorkerTable
    var phase = Phase.bootingPool

    init(
        number: Int, configuration: Configuration, listeners: [Listener], backend: GenerationBackend,
        errorLog: ErrorLog, identity: UserIdentity?, workers: Int, now: UInt64
    ) {
        self.number = number
        self.configuration = configuration
        self.listeners = listeners
        self.backend = backend
        self.errorLog = errorLog
        self.identity = identity
        self.workers = WorkerTable(target: workers)
        bootDeadline = now + UInt64(configuration.settings.bootTimeout) * 2000 + 1000
    }

    var settings: Settings { configuration.settings }

    /// `nil` for a Swift application.
    var pool: ApplicationPool? {
        if case .pool(let pool) = backend { pool } else { nil }
    }

    /// Closes the master's copies.
    func closeListeners() { listeners = [] }

    /// Whether it has not served yet.
    var isBooting: Bool { phase == .bootingPool || phase == .bootingWorkers }

    /// Whether it is on its way out.
    var isLeaving: Bool {
        switch phase {
        case .draining, .stoppingPool: true
        case .bootingPool, .bootingWorkers, .serving: false
        }
    }

    /// Whether nothing of it is left.
    var isGone: Bool {
        if case .stoppingPool = phase { return workers.isEmpty && (pool?.isGone ?? true) }
        return false
    }
}

/// What the workers of a generation send requests to.
enum GenerationBackend {
    case pool(ApplicationPool)
    /// A Swift application, made by each worker.
    case inProcess(@Sendable () throws -> Application)
    /// Nothing: the application does not start, and the page says why (`--reload`).
    case broken(String)

    /// What crosses the fork.
    var plan: BackendPlan {
        switch self {
        case .pool(let pool): .pool(pool.view)
        case .inProcess(let build): .inProcess(build)
        case .broken(let why): .broken(why)
        }
    }
}
