import GatewayInterface
import Syscalls

/// What answers requests, as it is decided before the workers are forked.
enum BackendPlan: Sendable {
    /// FastCGI applications, and which request goes to which.
    case pools([PoolView], [RoutePlan], fallback: RoutePlan)
    /// A Swift application, which the worker makes.
    case inProcess(@Sendable () throws -> Application)
    /// Nothing: a page says why.
    case broken(String)
}

/// A listener as it crosses a fork.
struct ListenerPlan: Sendable {
    /// The descriptor's number; the master owns it.
    let number: CInt
    /// What it is bound to.
    let address: SocketAddress
}

/// Everything that crosses the fork from the master to a worker.
struct WorkerPlan: Sendable {
    /// The worker's index in the scoreboard.
    let index: Int
    /// The order of its spawning in its generation.
    let age: Int
    let settings: Settings
    let listeners: [ListenerPlan]
    let backend: BackendPlan
    /// What `ps` shows.
    let title: String
    /// Whom to become; `nil` stays who the master is.
    let identity: UserIdentity?
    let scoreboard: Scoreboard
    let doorbells: Doorbells
    let errorLog: ErrorLog
    let extensions: Extensions
    /// Where it notes its requests in flight; `nil` where nobody writes lines of them.
    var inFlight: InFlightTable?

    /// The settings of each application.
    var applicationSettings: [Settings] {
        if case .pools(let pools, _, _) = backend { pools.map(\.settings) } else { [settings] }
    }

    /// Connections to applications that a worker may have at once.
    var slotCount: Int {
        if case .pools(let pools, _, _) = backend { pools.reduce(0) { $0 + $1.slots.count } } else { 0 }
    }

    /// Lets go of the terminal, where the gateway is one in the background. What goes wrong before is still shown there.
    func leaveTerminal() {
        if settings.detaches { Detachment.silence(settings.unusedDescriptors) }
    }
}
