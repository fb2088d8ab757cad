import Syscalls
import Testing
@testable import Plans
@testable import Routing
@testable import Settings
@testable import SettingsReading

@Suite("What routes and applications take over from the top")
struct InheritanceTests {
    @Test("A user of its own does not get the group of the top")
    func groups() throws {
        let text = """
            user: www-data
            group: shadow
            applications:
              own: {run: exec:true, user: games}
              both: {run: exec:true, user: games, group: daemon}
              neither: {run: exec:true}
            routes: [{application: own}]
            """
        let settings = try readSettings(file: text).applications.map(\.settings)
        #expect(settings.map(\.user) == ["games", "games", "www-data"])
        #expect(settings.map(\.group) == [nil, "daemon", "shadow"])
    }

    @Test("What a route does not say, its application does, and the top says what that does not")
    func inheritance() throws {
        let set = try readSet(
            """
            timeout: 11
            queue-timeout: 12
            limit-request-body: 1K
            processes: 2
            env: [A=top, B=top]
            param: {P: top}
            applications:
              shop:
                run: exec:true
                timeout: 21
                processes: 3
                env: {A: shop, C: shop}
                param: {P: shop, Q: shop}
              blog: {run: exec:true}
            routes:
              - {path: /a/*, application: shop, queue-timeout: 32}
              - {path: /b/*, application: blog, timeout: 31}
              - {path: /c/*, respond: 404}
              - {path: /d/*, application: shop, timeout: 41}
            """)
        let limits = set.routes.map {
            [$0.limits.timeout / 1000, $0.limits.queueTimeout / 1000, $0.limits.body]
        }
        #expect(limits == [[21, 32, 1024], [31, 12, 1024], [11, 12, 1024], [41, 12, 1024]])
        #expect(set.plans.map(\.processes) == [3, 2])
        #expect(set.plans[0].settings.environment == ["A=top", "B=top", "A=shop", "C=shop"])
        #expect(set.plans[1].settings.environment == ["A=top", "B=top"])
        #expect(set.plans[0].settings.encodedParameters == encoded(["P": "shop", "Q": "shop"]))
        #expect(set.plans[1].settings.encodedParameters == encoded(["P": "top"]))
    }

    @Test("Meta-variables of an application are encoded with whatever is in them")
    func parameters() {
        var settings = Settings()
        let long = String(repeating: "x", count: 200)
        settings.parameters = ["A=1", "B=", "C=a=b", "A=2", "D=\(long)", "nothing", "E=\u{E9}"]
        let expected = encoded(["B": "", "C": "a=b", "A": "2", "D": long, "E": "\u{E9}"])
        #expect(settings.encodedParameters == expected)
        #expect(Settings().encodedParameters.isEmpty)
    }
}
