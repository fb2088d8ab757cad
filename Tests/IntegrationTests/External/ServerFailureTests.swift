import Syscalls
import Testing

@Suite("Several servers: when one fails", .serialized)
struct ServerFailureTests {
    @Test(
        "One that is down is left out after max-fails, and comes back after fail-timeout",
        .timeLimit(.minutes(5)))
    func comesBack() throws {
        try withServers("@a, @b", "max-fails: 2\nfail-timeout: 1", down: ["a"]) { (gateway, servers) throws in
            // Each request goes on to the other one.
            #expect(try gateway.answering(20) == ["b": 20])
            #expect(gateway.log.lines.count { $0.contains("cannot be reached") } == 2)
            #expect(gateway.log.lines.count { $0.contains("is left out for 1 s (--fail-timeout)") } == 1)
            try servers.start("a")
            try eventually("a is asked again") {
                try gateway.answering(1)["a"] != nil
            }
            #expect(try gateway.answering(10) == ["a": 5, "b": 5])
        }
    }

    @Test("Where all are out, all are tried, and the first that works is used", .timeLimit(.minutes(5)))
    func allOut() throws {
        try withServers("@a, @b, @c backup", "fail-timeout: 60", down: ["a", "b", "c"]) {
            (gateway, servers) throws in
            #expect(try gateway.answering(2) == ["502": 2])
            // Each of the two went to each of the three.
            #expect(gateway.log.lines.count { $0.contains("cannot be reached") } == 6)
            try servers.start("b")
            #expect(try gateway.answering(5) == ["b": 5])
            servers.kill("b")
            try servers.start("c")
            #expect(try gateway.answering(5) == ["c": 5])
        }
    }

    @Test("One that waits for a busy server does not hold those behind it", .timeLimit(.minutes(5)))
    func notHeld() throws {
        try withServers("@a, @b", "max-fails: 0\nmax-connections: 1", workers: 2) {
            (gateway, servers) throws in
            try servers.set("a", "hang")
            let held = try gateway.connect()
            try eventually("a is busy") {
                if servers.asked("a").isEmpty { held.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n") }
                return !servers.asked("a").isEmpty
            }
            try servers.set("b", "break")
            // It is broken off by b, and may go to a alone.
            let broken = try gateway.connect()
            broken.send("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("b has broken it off") { servers.asked("b").contains { $0.contains("/broken") } }
            try servers.set("b", "fine")
            for _ in 0..<20 { #expect(try gateway.get("/x").shown("server") == "b") }
            try #require(try broken.poll() == nil)
            // Nobody is left to wait for when it stops.
            for client in [held, broken] { client.reset() }
        }
    }

    @Test("max-fails 0 leaves nobody out", .timeLimit(.minutes(5)))
    func neverOut() throws {
        try withServers("@a, @b", "max-fails: 0", down: ["a"]) { (gateway, _) throws in
            #expect(try gateway.answering(10) == ["b": 10])
            #expect(gateway.log.lines.count { $0.contains("cannot be reached") } == 5)
            #expect(!gateway.hasLogged("is left out"))
        }
    }

    @Test("A POST that was not sent goes to the next server with its whole body", .timeLimit(.minutes(5)))
    func unsent() throws {
        let body = String(repeating: "body", count: 200_000)
        for retry in ["idempotent", "unsent"] {
            try withServers("@a, @b", "retry: \(retry)\nmax-fails: 0", down: ["a"]) {
                (gateway, servers) throws in
                for _ in 0..<4 {
                    let response = try gateway.ask("POST", "/x", body: body)
                    #expect(response.shown("server") == "b")
                    #expect(response.shown("body")?.hasPrefix("\(body.utf8.count) ") == true)
                }
            }
        }
        try withServers("@a, @b", "retry: never\nmax-fails: 0", down: ["a"]) { (gateway, _) throws in
            #expect(try gateway.answering(4) == ["b": 2, "502": 2])
            #expect(try gateway.ask("POST", "/x", body: "x").status == 502)
        }
    }

    @Test(
        "What a server has read is sent again only where that does no harm, and once", .timeLimit(.minutes(5))
    )
    func broken() throws {
        try withServers("@a, @b, @c", "max-fails: 0") { (gateway, servers) throws in
            for name in ["a", "b"] { try servers.set(name, "break") }
            #expect(try gateway.ask("POST", "/post").status == 502)
            #expect(try gateway.ask("PUT", "/put", body: "x").status == 502)
            func asked(_ path: String) -> Int {
                SeveralServers.names.reduce(0) { sum, name in
                    sum + servers.asked(name).count { $0.contains("REQUEST_URI=\(path)") }
                }
            }
            #expect(asked("/post") == 1 && asked("/put") == 1)
            let statuses = try (0..<6).map { try gateway.ask("GET", "/get-\($0)").status }
            // The turn decides which two of three it meets.
            #expect(Set(statuses) == [200, 502], "\(statuses)")
            #expect((0..<6).allSatisfy { asked("/get-\($0)") <= 2 })
            // An answer that has begun is not begun again.
            try servers.set("c", "cut")
            for _ in 0..<3 { _ = try? gateway.ask("GET", "/cut") }
            #expect(gateway.hasLogged("in the middle of its answer"))
        }
        try withServers("@a, @b", "max-fails: 0\nretry: unsent") { (gateway, servers) throws in
            try servers.set("a", "break")
            #expect(try gateway.answering(4) == ["b": 2, "502": 2])
        }
    }

    @Test(
        "One that hangs is 504 and left out; its client's leaving is not its fault", .timeLimit(.minutes(5)))
    func hangs() throws {
        try withServers("@a, @b", "timeout: 1\nfail-timeout: 60") { (gateway, servers) throws in
            try servers.set("a", "hang")
            let leaving = try (0..<2).map { _ in try gateway.connect() }
            for client in leaving { client.send(GatewayProcess.request("GET", "/left")) }
            try eventually("one hangs") { servers.asked("a").count == 1 }
            for client in leaving { client.reset() }
            #expect(try gateway.answering(3)["504", default: 0] <= 1)
            try eventually("it is out") { gateway.hasLogged("is left out for 60 s") }
            #expect(try gateway.answering(4) == ["b": 4])
        }
    }

    @Test(
        "A connection that is not made in time: connect-timeout, and the next server", .timeLimit(.minutes(5))
    )
    func connectTimeout() throws {
        let folder = try TemporaryFolder()
        let ports = (try freePort(), try freePort())
        try RemoteServers.set("full", "full", in: folder)
        let servers = try RemoteServers(
            ["full": "127.0.0.1:\(ports.0)", "good": "127.0.0.1:\(ports.1)"], in: folder)
        // It accepts nothing, and its backlog has room for one or two.
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: ports.0)[0]
        let fillers = try (0..<4).map { _ in try Filler(address) }
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                applications:
                  app:
                    run: "fcgi:127.0.0.1:\(ports.0),127.0.0.1:\(ports.1)"
                    connect-timeout: 1
                    fail-timeout: 60
                """, folder: folder)
        try gateway.use { gateway in
            let body = String(repeating: "x", count: 100_000)
            let response = try gateway.ask("POST", "/x", body: body)
            #expect(response.shown("server") == "good")
            #expect(response.shown("body")?.hasPrefix("100000 ") == true)
            #expect(gateway.hasLogged("no connection within 1 s (--connect-timeout)"))
            #expect(try gateway.answering(5) == ["good": 5])
            let failures = gateway.log.lines.count { $0.contains("no connection within") }
            #expect(failures == 1, "it is left out")
        }
        try servers.set("full", "fine")
        withExtendedLifetime(fillers) {}
    }

    /// A connection that takes a place in a backlog.
    private final class Filler {
        private var socket: OwnedDescriptor?

        func leave() { socket = nil }

        init(_ address: SocketAddress) throws { socket = try Socket.connect(address).intoSocket() }
    }

    @Test("A server that does not read an upload: request-timeout", .timeLimit(.minutes(5)))
    func requestTimeout() throws {
        try withServers("@a", "request-timeout: 1\ntimeout: 300") { (gateway, servers) throws in
            try servers.set("a", "deaf")
            let client = try gateway.connect()
            let body = String(repeating: "x", count: 4_000_000)
            client.send(GatewayProcess.request("POST", "/x", body: body))
            try client.sendAll()
            // --timeout is another one.
            #expect(try client.receive().status == 504)
            #expect(gateway.hasLogged("it takes nothing for 1 s (--request-timeout)"))
            try servers.set("a", "fine")
            #expect(try gateway.ask("POST", "/x", body: body).shown("body")?.hasPrefix("4000000 ") == true)
        }
    }

    @Test("Our own processes have --timeout to read an upload", .timeLimit(.minutes(5)))
    func ownProcess() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            """
            import time
            def app(environ, start_response):
                time.sleep(1.6)
                count = len(environ["wsgi.input"].read())
                start_response("200 OK", [])
                return [str(count).encode()]
            """, to: folder / "late.py")
        try withGateway("wsgi:late:app", "--request-timeout", "1", folder: folder) { gateway in
            let client = try gateway.connect()
            client.send(GatewayProcess.request("POST", "/", body: String(repeating: "x", count: 4_000_000)))
            try client.sendAll()
            #expect(try client.receive().text == "4000000")
        }
    }

    @Test(
        "A client that leaves while its connection is made takes its request along", .timeLimit(.minutes(5)))
    func clientLeavesWhileConnecting() throws {
        let folder = try TemporaryFolder()
        let port = try freePort()
        try RemoteServers.set("full", "full", in: folder)
        let servers = try RemoteServers(["full": "127.0.0.1:\(port)"], in: folder)
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: port)[0]
        let fillers = try (0..<4).map { _ in try Filler(address) }
        let gateway = try GatewayProcess(
            file: "workers: 1\napplications:\n  app: {run: 'fcgi:127.0.0.1:\(port)', max-connections: 1}\n",
            folder: folder, place: folder / "http")
        try gateway.use { gateway in
            let client = try HTTPClient(unix: folder / "http")
            client.send(GatewayProcess.request("GET", "/left"))
            try client.waitUntilRead()
            client.reset()
            for filler in fillers { filler.leave() }
            try servers.set("full", "fine")
            try eventually("its only place is free again") { try gateway.ask("GET", "/").status == 200 }
            #expect(servers.asked("full").allSatisfy { !$0.contains("/left") })
        }
    }
}
