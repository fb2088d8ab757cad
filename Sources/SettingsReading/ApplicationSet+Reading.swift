// What one reading of the settings says is to be served: its applications, and which request goes to which.

import GatewayInterface
import Plans
import Routing
import Scoreboard
import Settings

extension ApplicationSet {
    /// A folder of files for everything.
    init(folder: String, _ settings: Settings) {
        self.init(
            [], fallback: .everything(in: folder, settings), isNamed: true,
            note: "the files in \(folder) are served (static:)")
    }

    /// One application for everything.
    init(_ plan: ApplicationPlan) {
        self.init([plan], fallback: .everything(to: 0, plan), isNamed: false)
    }

    /// The applications and routes of a file.
    ///
    /// - Parameter own: Makes the application of the program itself, where it has one. What the file does not say about it is
    ///   that it answers where no route leads elsewhere.
    init(
        _ reading: SettingsLoader.Reading, own: (@Sendable () throws -> Application)? = nil
    ) throws(ConfigurationError) {
        var plans: [ApplicationPlan] = []
        var folders: [String: String] = [:]
        for application in reading.applications {
            if let folder = try application.folder() {
                folders[application.name] = folder
                continue
            }
            // One dead name must not keep the others from starting: each is looked up while they serve.
            plans.append(
                try ApplicationPlan(
                    application, own: own, resolvesNames: reading.occasion == .check,
                    places: reading.places(of: application)))
        }
        let unmentioned = try Self.addOwn(own, to: &plans, reading)
        try Self.checkRoom(plans)
        let names = plans.map(\.name)
        var routes: [RoutePlan] = []
        for route in reading.routes {
            let plan = try RouteReader(route: route, applications: names, folders: folders).plan()
            if let index = plan.authorizer, plans[index].site != nil {
                let mention = route.part.own["authorizer"]?.texts.last?.mention ?? route.part.place
                throw .usage(
                    "\(mention): '\(names[index])' is a folder of scripts, and would run the one that the request is for: name another"
                )
            }
            try route.refuseLaxerLinks(plan, plans)
            routes.append(plan)
        }
        guard !routes.isEmpty || plans.count + folders.count == 1 else {
            let count = reading.applications.count
            let own = unmentioned == nil ? "" : " beside that of this program"
            throw .usage(
                "there \(count == 1 ? "is 1 application" : "are \(count) applications")\(own) and no route to them: add 'routes:'"
            )
        }
        let fallback: RoutePlan
        if routes.isEmpty, let folder = folders.values.first {
            fallback = .everything(in: folder, reading.applications[0].settings)
        } else if routes.isEmpty {
            fallback = .everything(to: 0, plans[0])
        } else if let unmentioned, !routes.contains(where: { $0.leads(to: unmentioned) }) {
            fallback = .everything(to: unmentioned, plans[unmentioned])
        } else {
            fallback = RoutePlan(
                limits: RouteLimits(reading.settings), answers: AnswerPlan(reading.settings))
        }
        self.init(plans, routes: routes, fallback: fallback, isNamed: true)
    }

    /// Adds the program's own application, where it has one that the file does not name.
    ///
    /// - Returns: Its index.
    private static func addOwn(
        _ own: (@Sendable () throws -> Application)?, to plans: inout [ApplicationPlan],
        _ reading: SettingsLoader.Reading
    ) throws(ConfigurationError) -> Int? {
        guard let own, !reading.applications.contains(where: \.isOwn) else { return nil }
        if let other = reading.applications.first(where: { $0.name == SwiftPlan.own }) {
            throw .usage(
                "\(other.part.place): '\(SwiftPlan.own)' is this program's own application: name this one otherwise, or write 'run: swift:self'"
            )
        }
        plans.append(
            try ApplicationPlan(
                .swift(SwiftPlan.own), name: SwiftPlan.own, settings: reading.settings, own: own))
        return plans.count - 1
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

extension RoutePlan {
    /// Everything goes to one application, by its own settings.
    fileprivate static func everything(to index: Int, _ plan: ApplicationPlan) -> RoutePlan {
        .everything(
            to: index, RouteLimits(plan.settings), AnswerPlan(plan.settings), plan.settings.files)
    }
}
