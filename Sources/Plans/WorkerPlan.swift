import GatewayInterface
import Logs
import Routing
import Scoreboard
import Settings
import Syscalls

/// What answers requests, as it is decided before the workers are forked.
package enum BackendPlan: Sendable {
    /// Applications, and which request goes to which.
    case applications([ApplicationView], [RoutePlan], fallback: RoutePlan)
    /// Nothing: a page says why.
    case broken(String)
}

extension BackendPlan {
    /// The descriptors by which a worker knows sockets of applications.
    package var socketPlaces: Set<CInt> {
        guard case .applications(let views, _, _) = self else { return [] }
        var places: Set<CInt> = []
        for case .pool(let pool) in views { places.formUnion(pool.slots.compactMap(\.place)) }
        return places
    }
}

/// What a worker knows of an application.
package enum ApplicationView: Sendable {
    /// It is behind FastCGI.
    case pool(PoolView)
    /// The worker makes it.
    case swift(SwiftView)

    /// The folder that a worker opens for it.
    package var site: SitePlan? { if case .pool(let view) = self { view.site } else { nil } }

    /// Its settings.
    package var settings: Settings {
        switch self {
        case .pool(let view): view.settings
        case .swift(let view): view.settings
        }
    }
}

/// A Swift application that the worker makes.
package struct SwiftView: Sendable {
    /// For messages and the log.
    package let name: String
    package let settings: Settings
    package let build: @Sendable () throws -> Application
    /// Whether the worker serves though it cannot be made.
    package let mayFail: Bool

    /// - Parameter plan: That of a Swift application.
    package init(_ plan: ApplicationPlan, mayFail: Bool) {
        (name, settings, self.mayFail) = (plan.name, plan.settings, mayFail)
        build = plan.swift!.build
    }
}

/// A listener as it crosses a fork.
package struct ListenerPlan: Sendable {
    /// The descriptor's number; the master owns it.
    package let number: CInt
    /// What it is bound to.
    package let address: SocketAddress

    package init(number: CInt, address: SocketAddress) {
        self.number = number
        self.address = address
    }
}

/// Everything that crosses the fork from the master to a worker.
package struct WorkerPlan: Sendable {
    /// The worker's index in the scoreboard.
    package let index: Int
    /// The order of its spawning in its generation.
    package let age: Int
    package let settings: Settings
    package let listeners: [ListenerPlan]
    package let backend: BackendPlan
    /// What `ps` shows.
    package let title: String
    /// Whom to become; `nil` stays who the master is.
    package let identity: UserIdentity?
    package let scoreboard: Scoreboard
    package let doorbells: Doorbells
    /// The worker's end of its line from the master.
    package let line: CInt
    package let errorLog: ErrorLog
    package let extensions: Extensions
    /// Where it notes its requests in flight; `nil` where nobody writes lines of them.
    package var inFlight: InFlightTable?
    /// What the workers know of the end of the access log.
    package var accessLogEdge: LogEdge?
    /// Whether it serves though the access log cannot be opened: it takes the place of a worker that had one.
    package var servesWithoutLog = false

    package init(
        index: Int, age: Int, settings: Settings, listeners: [ListenerPlan], backend: BackendPlan,
        title: String, identity: UserIdentity?, scoreboard: Scoreboard, doorbells: Doorbells, line: CInt,
        errorLog: ErrorLog, extensions: Extensions, inFlight: InFlightTable? = nil,
        accessLogEdge: LogEdge? = nil, servesWithoutLog: Bool = false
    ) {
        self.index = index
        self.age = age
        self.settings = settings
        self.listeners = listeners
        self.backend = backend
        self.title = title
        self.identity = identity
        self.scoreboard = scoreboard
        self.doorbells = doorbells
        self.line = line
        self.errorLog = errorLog
        self.extensions = extensions
        self.inFlight = inFlight
        self.accessLogEdge = accessLogEdge
        self.servesWithoutLog = servesWithoutLog
    }
    /// The descriptors by which it knows sockets of applications.
    package var socketPlaces: Set<CInt> { backend.socketPlaces }

    /// The settings of each application.
    package var applicationSettings: [Settings] {
        if case .applications(let views, _, _) = backend { views.map(\.settings) } else { [settings] }
    }

    /// Connections to applications that a worker may have at once.
    package var slotCount: Int {
        guard case .applications(let views, _, _) = backend else { return 0 }
        return views.reduce(0) { count, view in
            if case .pool(let pool) = view { count + pool.slots.count } else { count }
        }
    }

    /// Lets go of the terminal, where the gateway is one in the background. What goes wrong before is still shown there.
    package func leaveTerminal() {
        if settings.detaches { Detachment.silence(settings.unusedDescriptors) }
    }
}
