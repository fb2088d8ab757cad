import Syscalls
import Testing

@Suite("Several servers: health", .serialized)
struct HealthTests {
    @Test("A server that does not accept is left out before a request meets it", .timeLimit(.minutes(5)))
    func connect() throws {
        try withServers("@a, @b", "health-check: connect\nhealth-interval: 1", workers: 2, down: ["a"]) {
            (gateway, servers) throws in
            try eventually("a is found to be down") {
                gateway.hasLogged("[error]", "app: server unix:", "/a is left out: connect")
            }
            #expect(try gateway.answering(10) == ["b": 10])
            #expect(!gateway.hasLogged("cannot be reached"))
            try servers.start("a")
            try eventually("a is found to be up") {
                gateway.hasLogged("[info]", "app: server unix:", "/a works again")
            }
            #expect(try gateway.answering(10)["a", default: 0] > 0)
            servers.kill("b")
            try eventually("b is found to be down") { gateway.hasLogged("/b is left out: connect") }
            #expect(try gateway.answering(6) == ["a": 6])
            // Said when it changes, and not again and again.
            #expect(gateway.log.lines.count { $0.contains("/a is left out") } == 1)
        }
    }

    @Test(
        "A path is asked with what a request would bring, and has to be answered well and in time",
        .timeLimit(.minutes(5)))
    func path() throws {
        let settings = "health-check: /health?deep\nhealth-interval: 1\nparam: {APP: live}"
        try withServers("@a, @b", settings) { (gateway, servers) throws in
            try eventually("both are asked") { servers.asked("a").count > 0 && servers.asked("b").count > 0 }
            let asked = try #require(servers.asked("a").first)
            for pair in [
                "REQUEST_METHOD=GET", "PATH_INFO=/health", "SCRIPT_NAME=/health", "QUERY_STRING=deep",
                "REQUEST_URI=/health?deep", "APP=live",
            ] { #expect(asked.contains(" \(pair)"), "\(asked)") }
            #expect(!gateway.hasLogged("is left out"))
            for (mode, reason) in [
                ("break", "it closed the connection"), ("hang", "it did not answer in time"),
            ] {
                try servers.set("a", mode)
                try eventually("a is out: \(mode)") { gateway.hasLogged("/a is left out: \(reason)") }
                #expect(try gateway.answering(6) == ["b": 6])
                try servers.set("a", "fine")
                let before = gateway.log.lines.count { $0.contains("/a works again") }
                try eventually("a is back") {
                    gateway.log.lines.count { $0.contains("/a works again") } > before || before > 0
                }
                try eventually("a is asked again") { try gateway.answering(2)["a", default: 0] > 0 }
            }
        }
        try withServers("@a, @b", "health-check: /health\nhealth-interval: 1\nparam: {HTTP_X_STATUS: 404}") {
            gateway, _ in
            // All are out, so all are tried.
            try eventually("both are out") {
                gateway.hasLogged("/a is left out: it answered 404")
                    && gateway.hasLogged("/b is left out: it answered 404")
            }
            #expect(try gateway.answering(4) == ["a": 2, "b": 2])
        }
    }

    @Test(
        "A reload that leaves an application as it was changes what its servers are asked",
        .timeLimit(.minutes(5)))
    func reload() throws {
        try withServers("@a, @b", "health-check: /health\nhealth-interval: 1\nparam: {APP: first}") {
            (gateway, servers) throws in
            try eventually("both are asked") {
                ["a", "b"].allSatisfy { name in servers.asked(name).contains { $0.contains(" APP=first") } }
            }
            let file = gateway.folder / "gateway.yaml"
            try TextFile.write(
                TextFile.read(file).replacing("APP: first", with: "APP: second"), to: file)
            gateway.signal(.hup)
            try eventually("both are asked anew") {
                ["a", "b"].allSatisfy { name in servers.asked(name).contains { $0.contains(" APP=second") } }
            }
        }
    }
}
