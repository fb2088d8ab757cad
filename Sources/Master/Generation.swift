// A generation is one reading of the settings, with the application processes and the workers that go by it. Start-up,
// reload and shutdown are the life of a generation; two of them live side by side while one replaces the other.
//
//   booting the pool ─► booting workers ─► serving ─► draining workers ─► stopping the pool ─► gone

import GatewayInterface
import Logs
import Plans
import Scoreboard
import Settings
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

    /// Milliseconds that applications which are ready wait for those that are not, at the start.
    private static let patience: UInt64 = 5000

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
    /// When it begins to serve with the applications that are ready, where one takes long.
    let patienceEnds: UInt64
    var workers: WorkerTable
    var phase = Phase.bootingPool
    /// Until when it is not said yet that it serves, because workers of those before it may still accept.
    var announcement: UInt64?
    /// When its workers were killed.
    var killedAt: UInt64?
    /// Where its workers note their requests in flight, by their index.
    var inFlight: [Int: InFlightTable] = [:]

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
        patienceEnds = now + Self.patience
        var bootTimeout = configuration.settings.bootTimeout
        if case .applications(_, let set) = backend {
            // An application may have asked for more time than the workers have.
            bootTimeout = set.plans.reduce(bootTimeout) { max($0, $1.settings.bootTimeout) }
        }
        bootDeadline = now + UInt64(bootTimeout) * 2000 + 1000
    }

    var settings: Settings { configuration.settings }

    /// The processes of its applications, some of them perhaps shared with another generation.
    var pools: [ApplicationPool] {
        if case .applications(let pools, _) = backend { pools.compactMap(\.self) } else { [] }
    }

    /// How many applications its workers make themselves.
    var swiftCount: Int {
        if case .applications(let pools, _) = backend { pools.count { $0 == nil } } else { 0 }
    }

    /// Whether it has several applications, so that one that is broken does not keep the others from serving.
    var toleratesFailure: Bool {
        if case .applications(_, let set) = backend { set.isNamed } else { false }
    }

    /// Whether its workers serve though a Swift application cannot be made: one of several keeps the others from nothing at
    /// the start, and who develops one looks at the browser. At a reload the running generation is the better choice.
    var toleratesFailedBuild: Bool {
        guard case .applications(_, let set) = backend else { return false }
        return set.isNamed ? number == 1 : settings.reloads && set.plans[0].swift?.library != nil
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

    /// Whether it is stopping its application processes, or has done so.
    var isStoppingPools: Bool { if case .stoppingPool = phase { true } else { false } }
}

/// What the workers of a generation send requests to.
enum GenerationBackend {
    /// Applications, each with its pool where it has one: a Swift application is made by each worker.
    ///
    /// Plans without a pool are those of Swift applications, and no others.
    case applications([ApplicationPool?], ApplicationSet)
    /// Nothing: the application does not start, and the page says why (`--reload`).
    case broken(String)

    /// What crosses the fork.
    ///
    /// - Parameter toleratesFailure: Whether a worker serves though a Swift application cannot be made.
    func plan(toleratesFailure: Bool) -> BackendPlan {
        switch self {
        case .applications(let pools, let set):
            let views = zip(pools, set.plans).map { pool, plan in
                pool.map { ApplicationView.pool($0.view(plan)) }
                    ?? .swift(SwiftView(plan, mayFail: toleratesFailure))
            }
            return .applications(views, set.routes, fallback: set.fallback)
        case .broken(let why): return .broken(why)
        }
    }
}
