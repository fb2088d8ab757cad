import GatewayInterface
import TestSupport
import Testing
@testable import Routing
@testable import Settings

@Suite("Which route a request takes")
struct RouterTests {
    /// A request as far as routes look at it.
    struct Asked {
        var host = "a.example.org"
        var path = "/"
        var method = "GET"
        var fields: [String: String] = [:]
    }

    private static let limits = RouteLimits(Settings())

    /// - Parameter name: The index of its application, by which the tests know a route.
    private static func route(
        _ name: Int, host: String? = nil, path: String? = nil, method: String? = nil,
        fields: [String: String] = [:], isInternal: Bool = false
    ) -> RoutePlan {
        var plan = RoutePlan.everything(to: name, limits)
        plan.hosts = host.map { $0.split(separator: " ").map { HostPattern(String($0))! } } ?? []
        if let path { plan.paths = path.split(separator: " ").map { PathPattern(String($0))! } }
        plan.methods = method.map { $0.split(separator: " ").map { Array($0.utf8) } } ?? []
        plan.fields = fields.map { FieldCondition(field: $0, $1)! }
        plan.isInternal = isInternal
        return plan
    }

    private static func match(_ router: Router, _ asked: Asked, isInternal: Bool = false) -> Router.Match {
        var block = encoded(["REQUEST_METHOD": asked.method, "SERVER_NAME": asked.host])
        for (name, value) in asked.fields { block += encoded([name: value]) }
        return block.withUnsafeBufferPointer { environ in
            withOctets(asked.path) { router.match($0, environ, isInternal: isInternal) }
        }
    }

    private static func router(_ plans: [RoutePlan]) -> Router {
        Router(plans.map { Route($0) }, fallback: Route(.everything(to: -2, limits)))
    }

    private static let plans = [
        route(0), route(1, path: "/shop/*"), route(2, path: "/shop/admin/*"),
        route(3, path: "/shop/admin/login"),
        route(4, host: "*.example.org", path: "/shop/*"), route(5, host: "*.b.example.org", path: "/shop/*"),
        route(6, host: "a.b.example.org", path: "/x/*"), route(7, path: "/shop/*", method: "POST"),
        route(8, path: "/shop/*", method: "POST", fields: ["X-Beta": "1"]),
        route(9, path: "/files/*", isInternal: true), route(10, path: "/img/* /css/*"),
        route(11, host: "c.net d.net"),
    ]

    @Test(
        "The one that describes it most closely, whatever the order of the file",
        arguments: [
            (Asked(host: "x"), 0, 0), (Asked(host: "x", path: "/shop"), 1, 5),
            (Asked(host: "x", path: "/shop/admin/x"), 2, 11),
            (Asked(host: "x", path: "/shop//admin/x"), 2, 12),
            (Asked(host: "x", path: "//shop/admin"), 2, 12),
            (Asked(host: "x", path: "/shop/admin/login"), 3, 17),
            (Asked(path: "/shop/admin/login"), 4, 5), (Asked(host: "q.b.example.org", path: "/shop/"), 5, 5),
            (Asked(host: "A.B.EXAMPLE.ORG.", path: "/x/y"), 6, 2),
            (Asked(host: "a.b.example.org", path: "/shop/x"), 5, 5),
            (Asked(host: "x", path: "/shop/x", method: "POST"), 7, 5),
            (Asked(host: "x", path: "/shop/x", method: "post"), 1, 5),
            (Asked(host: "x", path: "/shop/x", method: "POST", fields: ["HTTP_X_BETA": "1"]), 8, 5),
            (Asked(host: "x", path: "/shop/x", fields: ["HTTP_X_BETA": "1"]), 1, 5),
            (Asked(host: "x", path: "/files/x"), -1, 0), (Asked(host: "x", path: "/css/x"), 10, 4),
            (Asked(host: "d.net", path: "/shop/admin/login"), 11, 0), (Asked(host: "x", path: "*"), 0, 0),
        ])
    func closest(_ asked: Asked, _ expected: Int, _ matched: Int) {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20 {
            let match = Self.match(Self.router(Self.plans.shuffled(using: &generator)), asked)
            #expect(match.route.application == expected && match.matched == matched, "\(asked)")
        }
    }

    @Test("Of two that describe it alike, the first in the file")
    func first() {
        let plans = [Self.route(0, path: "/a/*"), Self.route(1, path: "/a/*")]
        #expect(Self.match(Self.router(plans), Asked(path: "/a/b")).route.application == 0)
    }

    @Test(
        "An internal route is for redirects of applications only, and leads clients nowhere, not even to the fallback"
    )
    func internalRoute() {
        let router = Self.router([Self.route(0), Self.route(1, path: "/files/*", isInternal: true)])
        for path in ["/files/x", "//files/x", "/files//x", "/files"] {
            #expect(Self.match(router, Asked(path: path)).route.plan.action == .notFound)
            #expect(Self.match(router, Asked(path: path), isInternal: true).route.application == 1)
        }
        #expect(Self.match(Self.router([]), Asked()).route.application == -2)
        // Not by another method either.
        var byMethod = Self.route(1, path: "/files/*", isInternal: true)
        byMethod.methods = [Array("GET".utf8)]
        let asked = Asked(path: "/files/x", method: "POST")
        #expect(Self.match(Self.router([Self.route(0), byMethod]), asked).route.plan.action == .notFound)
    }

    // MARK: A model

    /// Looks at all routes that match and takes the best, without an order made beforehand.
    private static func model(_ plans: [RoutePlan], _ asked: Asked) -> Int {
        var best: (weight: [Int], place: Int, name: Int)?
        for (place, plan) in plans.enumerated() {
            for path in plan.paths {
                for host in plan.hosts.isEmpty ? [nil] : plan.hosts.map(Optional.some) {
                    guard matches(host, asked.host), matches(path, asked.path),
                        plan.methods.isEmpty || plan.methods.contains(Array(asked.method.utf8))
                    else { continue }
                    let weight = [hostWeight(host), pathWeight(path), plan.methods.isEmpty ? 0 : 1]
                    if best == nil || best!.weight.lexicographicallyPrecedes(weight) {
                        guard case .application(let name) = plan.action else { continue }
                        best = (weight, place, name)
                    }
                }
            }
        }
        return best?.name ?? -2
    }

    private static func matches(_ pattern: HostPattern?, _ host: String) -> Bool {
        switch pattern {
        case nil: true
        case .exact(let name): Array(host.utf8) == name
        case .ending(let end): host.utf8.count > end.count && Array(host.utf8.suffix(end.count)) == end
        }
    }

    /// The paths of these tests have no stars but at their ends; RewriteTests has the others.
    private static func matches(_ pattern: PathPattern, _ path: String) -> Bool {
        switch pattern {
        case .exact(let own): return Array(path.utf8) == own
        case .prefix(let own):
            return Array(path.utf8.prefix(own.count)) == own
                || own.last == 47 && Array((path + "/").utf8) == own
        case .pieces: return false
        }
    }

    private static func hostWeight(_ pattern: HostPattern?) -> Int {
        switch pattern {
        case nil: 0
        case .exact: 1000
        case .ending(let end): end.count
        }
    }

    private static func pathWeight(_ pattern: PathPattern) -> Int {
        switch pattern {
        case .exact: 1000
        case .prefix(let own): own.count
        case .pieces: 0
        }
    }

    @Test(
        "Random routes and requests do what looking at every route does", arguments: 0..<8 as Range<UInt64>)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let hosts = ["a.org", "b.a.org", "c.b.a.org", "d.net"]
        let paths = ["/", "/a", "/a/", "/a/b", "/a/b/", "/ab", "/a/b/c", "/b"]
        for _ in 0..<20 {
            let plans = (0..<Int.random(in: 0...8, using: &generator)).map { name in
                let host = (hosts + ["*.a.org", "*.org", "*.b.a.org"]).randomElement(using: &generator)!
                let path = (paths + paths.map { $0 + "*" } + ["*"]).randomElement(using: &generator)!
                let method = ["GET", "POST", "GET POST"].randomElement(using: &generator)!
                return Self.route(
                    name, host: Bool.random(using: &generator) ? host : nil, path: path,
                    method: Bool.random(using: &generator) ? method : nil)
            }
            let router = Self.router(plans)
            for host in hosts {
                for path in paths {
                    for method in ["GET", "POST"] {
                        let asked = Asked(host: host, path: path, method: method)
                        let found = Self.match(router, asked).route.application
                        #expect(found == Self.model(plans, asked), "\(asked) in \(plans)")
                    }
                }
            }
        }
    }
}
