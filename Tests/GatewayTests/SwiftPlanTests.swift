import GatewayInterface
import Testing
@testable import Plans
@testable import Settings
@testable import SettingsReading

/// Reads a file as a start would, without the time that a command line takes to be parsed.
private func read(_ file: String) throws -> SettingsLoader.Reading {
    try withTemporaryFolder { folder in
        try file.write(toFile: folder + "/shop.yaml")
        return try SettingsLoader(
            environment: { _ in nil }, variable: [:],
            commandLine: ["config": Given("config", ["shop.yaml"], .commandLine)],
            folder: { WorkFolder(path: folder) }
        ).load()
    }
}

@Suite("Swift applications of a configuration")
struct SwiftPlanTests {
    private static let build: @Sendable () throws -> Application = { .inline { _ in Response() } }

    /// What a program with an application of its own makes of a file.
    private func beside(_ file: String, workerClass: String? = nil) throws -> ApplicationSet {
        try ApplicationSet(
            serving: read(file), beside: Self.build, workerClass: workerClass)
    }

    private func mistake(_ body: () throws -> ApplicationSet) -> String {
        do { return "good: \(try body().plans.map(\.name))" } catch {
            return (error as? ConfigurationError)?.message ?? "\(error)"
        }
    }

    @Test("Without applications and routes the program's own is all there is")
    func alone() throws {
        let set = try beside("threads: 3")
        #expect(!set.isNamed && set.plans.count == 1 && set.routes.isEmpty)
        #expect(set.fallback.action == .application(0))
        #expect(set.ownBuild != nil && set.plans[0].settings.threads == 3)
        #expect(set.plans[0].slotCount == 0 && set.plans[0].program == nil)
    }

    @Test(
        "Where the file does not lead to it, it answers what no route is for; where it does, its routes alone",
        arguments: [
            ("routes:\n- {path: /a, respond: 200}", 0, []),
            ("applications: {x: {run: 'exec:true'}}\nroutes:\n- {path: /x/*, application: x}", 1, []),
            ("routes:\n- {path: /a, application: self}", nil, []),
            ("routes:\n- {path: /a, respond: 200, authorizer: self}", nil, []),
            (
                "applications: {own: {run: 'swift:self'}}\nroutes:\n- {path: /a, respond: 200}", nil, ["own"]
            ),
            ("applications: {own: {run: 'swift:self', timeout: 7}}", 0, []),
        ] as [(String, Int?, [String])])
    func fallback(_ file: String, _ index: Int?, _ unrouted: [String]) throws {
        let set = try beside(file)
        #expect(set.fallback.action == (index.map { .application($0) } ?? .notFound))
        #expect(set.unrouted == unrouted && set.isNamed)
        #expect(set.plans.count { $0.swift != nil } == 1)
    }

    @Test("A route's limits are those of the application where the route says nothing")
    func limits() throws {
        let set = try beside(
            """
            timeout: 9
            applications: {own: {run: 'swift:self', timeout: 7, buffer-limit: 3M}}
            routes:
            - {path: /a, application: own}
            - {path: /b, application: own, timeout: 2}
            """)
        #expect(set.routes.map(\.limits.timeout) == [7000, 2000])
        #expect(set.routes.map(\.limits.buffer) == [3 << 20, 3 << 20])
        #expect(set.fallback.limits.timeout == 9000)
    }

    @Test(
        "What cannot be is one line that says what to do",
        arguments: [
            ("application: 'swift:self'", "shop.yaml:1: application is 'swift:self': remove it"),
            ("applications: {a: {run: 'exec:true'}}", "there is 1 application beside that of this program"),
            (
                "applications: {self: {run: 'exec:true'}}\nroutes: [{respond: 200}]",
                "shop.yaml:1: 'self' is this program's own application: name this one otherwise"
            ),
            (
                "applications: {a: {run: 'swift:self', processes: 2}}",
                "shop.yaml:1: processes is for application processes, and 'a' (swift:) runs in the workers"
            ),
            ("applications: {a: {run: 'swift:self', user: www}}", "shop.yaml:1: user is for application"),
            ("applications: {a: {run: 'swift:self', env: [A=1]}}", "shop.yaml:1: env is for application"),
            ("applications: {a: {run: 'swift:self', scaling: dynamic}}", "shop.yaml:1: scaling is for"),
            (
                "applications: {a: {run: 'swift:none.so'}}",
                "shop.yaml:1: run ('a'): cannot read the library '"
            ),
        ])
    func mistakes(_ file: String, _ message: String) {
        let found = mistake { try beside(file) }
        #expect(found.hasPrefix(message), "\(found)")
    }

    @Test("Settings of processes at the top of the file are for the others, and keep it from nothing")
    func top() throws {
        let set = try beside(
            """
            scaling: dynamic
            processes: 2
            applications:
              a: {run: 'exec:true'}
              b: {run: 'swift:self', threads: 4, queue-size: 3, revision: x}
            routes: [{path: /a, application: a}, {path: /b, application: b}]
            """)
        #expect(set.plans.map(\.slotCount).count { $0 > 0 } == 1)
        #expect(set.plans[1].settings.threads == 4 && set.plans[1].settings.queueSize == 3)
    }

    @Test("A program's own worker class has no room for others; the gateway has no application of its own")
    func nobody() {
        let routes = "routes: [{respond: 200}]"
        #expect(mistake { try beside(routes, workerClass: "tiny") }.contains("worker class 'tiny'"))
        let own = mistake {
            try ApplicationSet(serving: read("application: 'swift:self'"))
        }
        #expect(own.hasPrefix("'swift:self' is the application of a program that calls Gateway.main"))
        let named = mistake {
            try ApplicationSet(serving: read("applications: {a: {run: 'swift:self'}}"))
        }
        #expect(named.hasPrefix("shop.yaml:1: run ('a'): 'swift:self' is the application of"), "\(named)")
    }

    @Test("A library that was built anew is another one; processes beside it stay what they are")
    func library() throws {
        try withTemporaryFolder { folder in
            func plans() throws -> [ApplicationPlan] {
                try ApplicationSet(
                    serving: readSettings(
                        file: """
                            applications: {a: {run: 'exec:true'}, b: {run: "swift:\(folder)/libb.so"}}
                            routes: [{path: /a, application: a}, {path: /b, application: b}]
                            """)
                ).plans
            }
            try "one".write(toFile: folder + "/libb.so")
            let before = try plans()
            #expect(before[1].swift?.library == folder + "/libb.so")
            #expect(before[1].files.files == [folder + "/libb.so"])
            #expect(zip(try plans(), before).allSatisfy { $0.isServed(byProcessesOf: $1) })
            try "another".write(toFile: folder + "/libb.so")
            let after = try plans()
            #expect(after[0].isServed(byProcessesOf: before[0]))
            #expect(!after[1].isServed(byProcessesOf: before[1]))
        }
    }

    @Test("What is preloaded is the program's own application, and nothing of a library")
    func preloaded() throws {
        try withTemporaryFolder { folder in
            try "none".write(toFile: folder + "/libb.so")
            let set = try beside(
                """
                applications: {b: {run: "swift:\(folder)/libb.so"}}
                routes: [{path: /b, application: b}]
                """)
            let made = set.preloaded(.asynchronous { _ in Response() })
            #expect(throws: Never.self) {
                guard case .asynchronous = try made.plans[1].swift?.build().handler else {
                    Issue.record("it is another one")
                    return
                }
            }
            #expect(made.plans[0].swift?.library == folder + "/libb.so")
        }
    }
}
