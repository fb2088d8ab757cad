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
        fallback = .everything(to: 0, RouteLimits(plan.settings))
        isNamed = false
    }

    init(_ reading: SettingsLoader.Reading) throws(ConfigurationError) {
        var plans: [ApplicationPlan] = []
        for application in reading.applications { plans.append(try ApplicationPlan(application)) }
        let names = plans.map(\.name)
        var routes: [RoutePlan] = []
        for route in reading.routes {
            let plan = try RouteReader(route: route, applications: names).plan()
            if let index = plan.authorizer, plans[index].root != nil {
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
        let limits = RouteLimits(reading.settings)
        fallback =
            routes.isEmpty ? .everything(to: 0, RouteLimits(plans[0].settings)) : RoutePlan(limits: limits)
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
