import GatewayInterface
import Syscalls

/// What answers requests, as it is decided before the workers are forked.
enum BackendPlan: Sendable {
    /// Applications, and which request goes to which.
    case applications([ApplicationView], [RoutePlan], fallback: RoutePlan)
    /// Nothing: a page says why.
    case broken(String)
}

extension BackendPlan {
    /// The descriptors by which a worker knows sockets of applications.
    var socketPlaces: Set<CInt> {
        guard case .applications(let views, _, _) = self else { return [] }
        var places: Set<CInt> = []
        for case .pool(let pool) in views { places.formUnion(pool.slots.compactMap(\.place)) }
        return places
    }
}

/// What a worker knows of an application.
enum ApplicationView: Sendable {
    /// It is behind FastCGI.
    case pool(PoolView)
    /// The worker makes it.
    case swift(SwiftView)

    /// The folder that a worker opens for it.
    var site: SitePlan? { if case .pool(let view) = self { view.site } else { nil } }

    /// Its settings.
    var settings: Settings {
        switch self {
        case .pool(let view): view.settings
        case .swift(let view): view.settings
        }
    }
}

/// A Swift application that the worker makes.
struct SwiftView: Sendable {
    /// For messages and the log.
    let name: String
    let settings: Settings
    let build: @Sendable () throws -> Application
    /// Whether the worker serves though it cannot be made.
    let mayFail: Bool

    /// - Parameter plan: That of a Swift application.
    init(_ plan: ApplicationPlan, mayFail: Bool) {
        (name, settings, self.mayFail) = (plan.name, plan.settings, mayFail)
        build = plan.swift!.build
    }
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
    /// The worker's end of its line from the master.
    let line: CInt
    let errorLog: ErrorLog
    let extensions: Extensions
    /// Where it notes its requests in flight; `nil` where nobody writes lines of them.
    var inFlight: InFlightTable?
    /// What the workers know of the end of the access log.
    var accessLogEdge: LogEdge?
    /// Whether it serves though the access log cannot be opened: it takes the place of a worker that had one.
    var servesWithoutLog = false
    /// The descriptors by which it knows sockets of applications.
    var socketPlaces: Set<CInt> { backend.socketPlaces }

    /// The settings of each application.
    var applicationSettings: [Settings] {
        if case .applications(let views, _, _) = backend { views.map(\.settings) } else { [settings] }
    }

    /// Connections to applications that a worker may have at once.
    var slotCount: Int {
        guard case .applications(let views, _, _) = backend else { return 0 }
        return views.reduce(0) { count, view in
            if case .pool(let pool) = view { count + pool.slots.count } else { count }
        }
    }

    /// Lets go of the terminal, where the gateway is one in the background. What goes wrong before is still shown there.
    func leaveTerminal() {
        if settings.detaches { Detachment.silence(settings.unusedDescriptors) }
    }
}
