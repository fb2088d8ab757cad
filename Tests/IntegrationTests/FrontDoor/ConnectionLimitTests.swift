import Syscalls
import Testing

@Suite("Too many connections", .serialized)
struct ConnectionLimitTests {
    /// Sends a request that is answered when there is the file `gate`.
    private func hold(_ client: HTTPClient, _ gateway: GatewayProcess) {
        client.send("GET /?until=\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
    }

    private func kept(_ gateway: GatewayProcess) throws -> HTTPClient {
        let client = try gateway.connect()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receive().status == 200)
        return client
    }

    private func expectRefused(_ response: HTTPResponse, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(response.status == 503, sourceLocation: sourceLocation)
        #expect(response["Retry-After"] == "1", sourceLocation: sourceLocation)
        #expect(response["Connection"] == "close", sourceLocation: sourceLocation)
    }

    @Test(
        "The connection that has been idle for longest goes first, then those that sent nothing; then new ones get 503",
        .timeLimit(.minutes(5)))
    func order() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--worker-connections", "4", "--processes", "4"
        ) { gateway in
            let silent = try gateway.connect()
            let (first, second) = (try kept(gateway), try kept(gateway))
            // The first one has asked again, so that the second has been idle for longer.
            first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try first.receive().status == 200)
            var busy = [try gateway.connect()]
            hold(busy[0], gateway)
            try eventually("it is served") { gateway.calls.count { $0.contains("until") } == 1 }
            busy.append(try gateway.connect())
            hold(busy[1], gateway)
            try second.receiveEnd()
            busy.append(try gateway.connect())
            hold(busy[2], gateway)
            try first.receiveEnd()
            // Who has only just come may be about to send something; for a second.
            var last: HTTPClient?
            try eventually("there is room for another one") {
                let client = try gateway.connect()
                hold(client, gateway)
                last = client
                try eventually("it is served or refused") {
                    if client.isEnded { return true }
                    if let answer = try client.poll() {
                        expectRefused(answer)
                        last = nil
                    }
                    return last == nil || gateway.calls.count { $0.contains("until") } == 4
                }
                return last != nil
            }
            try silent.receiveEnd()
            for _ in 0..<20 { expectRefused(try gateway.get("/")) }
            try TextFile.write("", to: gateway.folder / "gate")
            for client in busy + [try #require(last)] { #expect(try client.receive().status == 200) }
            try eventually("there is room again") { try gateway.get("/").status == 200 }
            try gateway.stop()
            #expect(gateway.hasLogged("evicted 4") || gateway.hasLogged("evicted 3"))
            #expect(gateway.log.lines.count { $0.contains("a connection is refused") } < 5)
        }
    }

    @Test(
        "What one worker has no room for is left to the others, and refused where none has any",
        .timeLimit(.minutes(5)))
    func severalWorkers() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--worker-connections", "3", "--workers", "2",
            "--processes", "6"
        ) { gateway in
            let busy = try (0..<6).map { _ in try gateway.connect() }
            for client in busy { hold(client, gateway) }
            try eventually("all of them are served") { gateway.calls.count == 6 }
            for _ in 0..<10 { expectRefused(try gateway.get("/")) }
            try TextFile.write("", to: gateway.folder / "gate")
            for client in busy { #expect(try client.receive().status == 200) }
            for _ in 0..<10 { #expect(try gateway.get("/").status == 200) }
        }
    }

    @Test(
        "One address gets so many of all workers, and gets them back when its connections or a worker end",
        .timeLimit(.minutes(5)))
    func addresses() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--address-connections", "3", "--workers", "2",
            "--forwarded-allow-ips", "192.0.2.1"
        ) { gateway in
            var clients = try (0..<3).map { _ in try kept(gateway) }
            for _ in 0..<5 { expectRefused(try gateway.get("/")) }
            #expect(gateway.hasLogged("127.0.0.1 has 3 already (--address-connections)"))
            clients.removeLast().close()
            try eventually("there is room for one") { try gateway.get("/").status == 200 }
            for worker in try gateway.workers { ChildProcess.signal(worker, .kill) }
            for client in clients { try client.receiveEnd() }
            var fresh: [HTTPClient] = []
            try eventually("all three are there again") {
                let client = try gateway.connect()
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                if try client.receive().status == 200 { fresh.append(client) }
                return fresh.count == 3
            }
            expectRefused(try gateway.get("/"))
        }
    }

    @Test("Trusted proxies and unix sockets are not counted", .timeLimit(.minutes(5)))
    func proxies() throws {
        let folder = try TemporaryFolder()
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--address-connections", "1", "--bind", "127.0.0.1:0",
            "--bind",
            "unix:\(folder / "socket")", folder: folder
        ) { gateway in
            let clients = try (0..<5).map { _ in try kept(gateway) }
            let local = try (0..<5).map { _ in try HTTPClient(unix: folder / "socket") }
            for client in clients + local {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().status == 200)
            }
        }
    }

    @Test(
        "However many requests come at once, all are answered in their order", .timeLimit(.minutes(5)),
        arguments: [1, 7, 65_536])
    func pipeline(depth: Int) throws {
        try GatewayProcess(
            nil, ["--pipeline-depth", "\(depth)"], environment: ["TEST_APPLICATION=inline"], folder: nil,
            program: Build.testApplication
        ).use { gateway in
            let client = try gateway.connect()
            client.send((0..<2000).map { "GET /echo?\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            let other = try gateway.connect()
            other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try other.receive().status == 200)
            for _ in 0..<2000 { #expect(try client.receive().status == 200) }
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try client.receive()["Connection"] == "close")
            try client.receiveEnd()
            #expect(
                gateway.calls.filter { $0.contains("/echo?") }
                    == (0..<2000).map { "call /echo?\($0)" })
        }
    }
}
