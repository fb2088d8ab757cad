import Syscalls
import Testing

@Suite("Several servers: which one is asked", .serialized)
struct BalanceTests {
    @Test("In turn, by weights", .timeLimit(.minutes(5)))
    func roundRobin() throws {
        try withServers("@a weight=3, @b, @c weight=2") { (gateway, _) throws in
            let counts = try gateway.answering(24)
            #expect(counts == ["a": 12, "b": 4, "c": 8])
        }
    }

    @Test("The one with the fewest connections, over all workers", .timeLimit(.minutes(5)))
    func leastConnections() throws {
        try withServers("@a, @b, @c weight=2", "balance: least-connections", workers: 2) {
            (gateway, servers) throws in
            let clients = try (0..<8).map { _ in try gateway.connect() }
            for (number, client) in clients.enumerated() {
                client.send(GatewayProcess.request("GET", "/?gate=\(servers.folder / "gate")"))
                try eventually("it has arrived") { servers.counts.reduce(0, +) == number + 1 }
            }
            #expect(servers.counts == [2, 2, 4])
            try TextFile.write("", to: servers.folder / "gate")
            for client in clients { #expect(try client.receive().status == 200) }
        }
    }

    @Test(
        "By a hash: the same to the same one, and to the others only what one that is gone had",
        .timeLimit(.minutes(5)), arguments: ["hash:path", "hash:HTTP_X_USER", "hash:client"])
    func hash(_ balance: String) throws {
        try withServers("@a, @b, @c", "balance: \(balance)\nfail-timeout: 60", workers: 2) {
            (gateway, servers) throws in
            func server(_ key: Int) throws -> String? {
                let target = balance == "hash:path" ? "/\(key)?\(servers.counts.reduce(0, +))" : "/"
                return try gateway.ask("GET", target, fields: ["X-User: \(key)"]).shown("server")
            }
            let before = try (0..<30).map { try server($0) }
            #expect(try (0..<30).map { try server($0) } == before)
            // All requests come from one address.
            #expect(Set(before).count == (balance == "hash:client" ? 1 : 3))
            let gone = try #require(before[0])
            servers.kill(gone)
            let after = try (0..<30).map { try server($0) }
            for (one, other) in zip(before, after) {
                #expect(one == gone ? other != gone && other != nil : other == one)
            }
        }
    }

    @Test("A backup is asked only while all others are out", .timeLimit(.minutes(5)))
    func backup() throws {
        try withServers("@a, @b, @c backup", "fail-timeout: 1") { (gateway, servers) throws in
            #expect(try gateway.answering(10)["c"] == nil)
            servers.kill("a")
            #expect(try gateway.answering(10) == ["b": 10])
            servers.kill("b")
            #expect(try gateway.answering(10) == ["c": 10])
            #expect(gateway.hasLogged("[warning]", "is left out for 1 s (--fail-timeout)"))
            try servers.start("a")
            try eventually("a is asked again") { try gateway.answering(1) == ["a": 1] }
            #expect(try gateway.answering(5) == ["a": 5])
        }
    }

    @Test(
        "A server gets no more connections than it may have, from two workers together",
        .timeLimit(.minutes(5)))
    func maxConnections() throws {
        for settings in ["max-connections: 2", "processes: 2"] {
            try withServers("@a, @b", settings, workers: 2) { (gateway, servers) throws in
                let clients = try (0..<12).map { _ in try gateway.connect() }
                for client in clients {
                    client.send(GatewayProcess.request("GET", "/?gate=\(servers.folder / "gate")"))
                }
                try eventually("both servers are full") { servers.counts == [2, 2, 0] }
                try TextFile.write("", to: servers.folder / "gate")
                for client in clients { #expect(try client.receive().status == 200) }
                let crowd = try Crowd(of: 32, at: gateway, isKept: true, requestsEach: 20)
                try crowd.finish()
                #expect(crowd.failures == [])
                #expect(servers.counts.reduce(0, +) == 652)
                for name in ["a", "b"] {
                    let busy = servers.asked(name).compactMap { line in
                        line.split(separator: " busy=").last.flatMap { Int($0.prefix { $0.isNumber }) }
                    }
                    #expect(busy.max() == 2, "\(name) with \(settings)")
                }
            }
        }
    }

    @Test("One that fails fast does not draw the queue", .timeLimit(.minutes(5)))
    func blackHole() throws {
        try withServers("@a, @b", "max-connections: 1\nmax-fails: 1\nfail-timeout: 60\nretry: never") {
            (gateway, servers) throws in
            try servers.set("a", "break")
            let crowd = try Crowd(of: 16, at: gateway, isKept: true, requestsEach: 4)
            try crowd.finish()
            // The first one that it gets takes it out.
            #expect(crowd.failures.count == 1, "\(crowd.failures)")
            #expect(servers.asked("a").count == 1 && servers.asked("b").count == 63)
        }
    }

    @Test("TCP over IPv4 and IPv6, a name, a path and an abstract name", .timeLimit(.minutes(5)))
    func addresses() throws {
        let folder = try TemporaryFolder()
        let abstract = "unix:@\(folder.path)"
        let ports = try (0..<3).map { _ in try freePort() }
        let servers = try RemoteServers(
            [
                "four": "127.0.0.1:\(ports[0])", "six": "[::1]:\(ports[1])", "name": "127.0.0.1:\(ports[2])",
                "path": "unix:\(folder / "path")", "abstract": abstract,
            ], in: folder)
        let gateway = try GatewayProcess(
            file: """
                workers: 2
                applications:
                  app:
                    run: "fcgi:127.0.0.1:\(ports[0]),[::1]:\(ports[1]),localhost:\(ports[2]),unix:path,\(abstract)"
                    processes: 4
                """, folder: folder)
        try gateway.use { gateway in
            let crowd = try Crowd(of: 10, at: gateway, isKept: true, requestsEach: 20)
            try crowd.finish()
            #expect(crowd.failures == [])
            for name in ["four", "six", "name", "path", "abstract"] {
                #expect(
                    (20...60).contains(servers.asked(name).count), "\(name): \(servers.asked(name).count)")
            }
        }
    }
}
