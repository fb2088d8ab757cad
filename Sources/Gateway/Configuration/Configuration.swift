import GatewayInterface

/// What the master serves.
enum ApplicationSource: Sendable {
    /// Processes behind FastCGI.
    case processes(ApplicationSet)
    /// An application in the worker, made by each worker, or once in the master with `--preload`.
    case inProcess(@Sendable () throws -> Application)
}

/// One reading of the settings, and what they say is to be served. The master asks for another one at each reload.
struct Configuration: Sendable {
    var settings: Settings
    var source: ApplicationSource
    /// What is no mistake, and is hardly what was meant.
    var warnings: [String] = []
}

/// The applications whose processes answer requests, and which request goes to which.
struct ApplicationSet: Sendable {
    let plans: [ApplicationPlan]
    let routes: [RoutePlan]
    /// What a request goes by that no route is for.
    let fallback: RoutePlan
    /// Whether they have names of their own, in a file: then one that is broken does not keep the others from serving.
    let isNamed: Bool

    /// One application for everything.
    init(_ plan: ApplicationPlan) {
        plans = [plan]
        routes = []
        fallback = .everything(
            to: 0, RouteLimits(plan.settings), AnswerPlan(plan.settings), plan.settings.files)
        isNamed = false
    }

    init(_ reading: SettingsLoader.Reading) throws(ConfigurationError) {
        var plans: [ApplicationPlan] = []
        for application in reading.applications {
            // One dead name must not keep the others from starting: each is looked up while they serve.
            plans.append(try ApplicationPlan(application, resolvesNames: reading.occasion == .check))
        }
        try Self.checkRoom(plans)
        let names = plans.map(\.name)
        var routes: [RoutePlan] = []
        for route in reading.routes {
            let plan = try RouteReader(route: route, applications: names).plan()
            if let index = plan.authorizer, plans[index].site != nil {
                let mention = route.part.own["authorizer"]?.texts.last?.mention ?? route.part.place
                throw .usage(
                    "\(mention): '\(names[index])' is a folder of scripts, and would run the one that the request is for: name another"
                )
            }
            routes.append(plan)
        }
        guard !routes.isEmpty || plans.count == 1 else {
            throw .usage("there are \(plans.count) applications and no route to them: add 'routes:'")
        }
        (self.plans, self.routes, isNamed) = (plans, routes, true)
        let (limits, answers) = (RouteLimits(reading.settings), AnswerPlan(reading.settings))
        fallback =
            routes.isEmpty
            ? .everything(
                to: 0, RouteLimits(plans[0].settings), AnswerPlan(plans[0].settings), plans[0].settings.files)
            : RoutePlan(limits: limits, answers: answers)
    }

    /// The names of applications that no route leads to: their processes run for nothing.
    var unrouted: [String] {
        plans.indices.filter { index in
            !(routes + [fallback]).contains { $0.action == .application(index) || $0.authorizer == index }
        }.map { plans[$0].name }
    }

    /// A reload that replaces all of them has them twice for a while: what has no room for that is said at the start.
    private static func checkRoom(_ plans: [ApplicationPlan]) throws(ConfigurationError) {
        let most = (
            applications: Scoreboard.poolCapacity / 2, slots: Scoreboard.slotCapacity / 2,
            servers: Scoreboard.serverCapacity / 2
        )
        guard plans.count <= most.applications else {
            throw .usage(
                "there are \(plans.count) applications: at most \(most.applications) fit in one gateway")
        }
        let slots = plans.reduce(0) { $0 + $1.slotCount }
        guard slots <= most.slots else {
            throw .usage(
                "all applications together have \(slots) slots, and at most \(most.slots) fit: lower --processes, --concurrency, --threads or --max-connections"
            )
        }
        let servers = plans.reduce(0) { $0 + $1.servers.count }
        guard servers <= most.servers else {
            throw .usage("all applications together have \(servers) servers: at most \(most.servers) fit")
        }
    }
}

/// What a program brings along beside its application.
struct Extensions: Sendable {
    var hooks = Hooks()
    var workerClasses: [WorkerClass] = []
    /// The name of the one that serves where no setting asks for another.
    var defaultWorkerClass: String?
}

extension Configuration {
    /// What `ps` shows the processes by.
    var title: String {
        if let name = settings.processName { return name }
        if case .processes(let set) = source { return set.plans.map(\.name).joined(separator: " ") }
        return "application"
    }
}
