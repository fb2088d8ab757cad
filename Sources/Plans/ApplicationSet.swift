// The applications of one reading of the settings, and which request goes to which. They are known by their index, whatever
// kind they are: those behind FastCGI have processes or servers, those in Swift are made by the workers.

import GatewayInterface
import Routing

/// The applications that answer requests, and which request goes to which.
package struct ApplicationSet: Sendable {
    package private(set) var plans: [ApplicationPlan]
    package let routes: [RoutePlan]
    /// What a request goes by that no route is for.
    package let fallback: RoutePlan
    /// Whether they have names of their own, in a file: then one that is broken does not keep the others from serving.
    package let isNamed: Bool
    /// What is said of them when they begin to serve.
    package let note: String?

    package init(
        _ plans: [ApplicationPlan], routes: [RoutePlan] = [], fallback: RoutePlan, isNamed: Bool,
        note: String? = nil
    ) {
        (self.plans, self.routes, self.fallback, self.isNamed, self.note) = (
            plans, routes, fallback, isNamed, note
        )
    }

    /// The names of applications that no route leads to: their processes run for nothing.
    package var unrouted: [String] {
        plans.indices.filter { index in
            !(routes + [fallback]).contains { $0.leads(to: index) }
        }.map { plans[$0].name }
    }

    /// What makes the program's own application, where it is among them.
    package var ownBuild: (@Sendable () throws -> Application)? {
        plans.lazy.compactMap(\.swift).first { $0.library == nil }?.build
    }

    /// The same with the program's own application made already.
    package func preloaded(_ application: Application) -> ApplicationSet {
        var set = self
        for index in plans.indices where plans[index].swift?.library == nil && plans[index].swift != nil {
            set.plans[index].swift = SwiftPlan { application }
        }
        return set
    }
}

extension RoutePlan {
    /// Whether requests reach an application by this route.
    package func leads(to index: Int) -> Bool { action == .application(index) || authorizer == index }
}
