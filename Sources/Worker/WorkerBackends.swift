// What a worker sends requests to, made after the fork: a backend for each application, by its index, whatever kind it is, and
// the routes that lead to them.

import EventLoop
import GatewayInterface
import Logging
import Plans
import Routing
import Settings
import Syscalls

/// The applications of a worker.
struct WorkerBackends {
    /// What distinguishes the worker's class from others.
    let policy: BuiltinClass
    /// All applications.
    let backend: any Backend
    /// Which request goes to which.
    let router: Router
    /// How many they are.
    private(set) var count = 1
    /// Those that run in the worker.
    private(set) var inProcess: [InProcessBackend] = []

    /// - Throws: Where an application cannot be made, and nothing else is there to be served.
    init(_ plan: WorkerPlan, loop: EventLoop, executor: LoopExecutor, log: Logger) throws {
        let settings = plan.settings
        policy = try Self.resolve(settings, isInline: false)
        guard case .applications(let views, let routes, let fallback) = plan.backend else {
            let everything = RoutePlan.everything(to: 0, RouteLimits(settings), AnswerPlan(settings))
            router = Router([], fallback: Route(everything))
            backend = if case .broken(let text) = plan.backend { FaultBackend(text) } else { FaultBackend() }
            return
        }
        try ServedFolders(views.compactMap(\.site), routes + [fallback]).check(as: settings.user)
        let services = HandlerServices(settings: settings, executor: executor, log: log)
        var backends: [any Backend] = []
        var failure: (any Error)?
        for view in views {
            switch view {
            case .pool(let pool):
                backends.append(
                    FastCGIBackend(
                        pool: pool, scoreboard: plan.scoreboard, doorbells: plan.doorbells, loop: loop,
                        worker: plan.index, log: log, errorLog: plan.errorLog))
            case .swift(let view):
                do {
                    let application = try Self.make(view, services, loop: loop, executor: executor, log: log)
                    inProcess.append(application)
                    backends.append(application)
                } catch let error as ConfigurationError where view.mayFail {
                    failure = failure ?? error
                    log.error("\(view.name): \(error.message); its requests are answered without it")
                    backends.append(settings.reloads ? FaultBackend(error.message) : FaultBackend())
                }
            }
        }
        if let failure, !settings.reloads, backends.allSatisfy({ $0 is FaultBackend }) { throw failure }
        let refusals = RefusalLog { log.info("\($0)") }
        let sites = try views.map { view -> (any Site)? in
            guard case .pool(let pool) = view else { return nil }
            return try pool.site?.open(links: pool.settings.files.links, refusals: refusals)
        }
        let types = settings.mediaTypes
        router = Router(
            try routes.map { try Route($0, sites: sites, types: types, refusals: refusals) },
            fallback: try Route(fallback, sites: sites, types: types, refusals: refusals))
        count = backends.count
        backend = backends.count == 1 ? backends[0] : Applications(backends)
    }

    private static func make(
        _ view: SwiftView, _ services: HandlerServices, loop: EventLoop, executor: LoopExecutor, log: Logger
    ) throws -> InProcessBackend {
        let application = try ApplicationBuilder.build(view.build)
        var isInline = false
        if case .inline = application.handler { isInline = true }
        // Threads of one application change nothing for the others: only `sync` is a matter of the whole worker.
        return try InProcessBackend(
            application, view, policy: resolve(view.settings, isInline: isInline), services: services,
            loop: loop, executor: executor, log: log)
    }

    private static func resolve(
        _ settings: Settings, isInline: Bool
    ) throws(ConfigurationError) -> BuiltinClass {
        let name = settings.workerClass
        if let policy = BuiltinClass.resolve(
            name: name, threads: settings.threads, isInProcess: isInline)
        {
            return policy
        }
        throw .usage("there is no worker class '\(name ?? "")' (--worker-class): write sync, thread or async")
    }
}
