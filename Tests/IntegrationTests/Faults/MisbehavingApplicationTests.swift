// What an application can do wrong stands in the tables of Applications/misbehaving, each row with what the client must see.
// After each the same gateway answers the next request, with one application process: no slot is lost.

import Syscalls
import Testing

@Suite("An application that breaks the rules", .serialized)
struct MisbehavingApplicationTests {
    private static let program = Build.application("misbehaving/main.py")
    private static let application = "exec:python3 \(program)"

    /// Runs a row, and expects that the next request is answered.
    private func run(_ row: Misbehaviour, on gateway: GatewayProcess) throws {
        if row.isArmed { #expect(try gateway.get("/arm\(row.path)").text == "fine") }
        let client = try gateway.connect()
        row.ask(client)
        try row.check(client)
        let fine = try gateway.get("/fine")
        #expect(fine.status == 200 && fine.text == "fine", "after \(row.path): \(fine.status)")
    }

    @Test(
        "Each client sees the right status or that its answer is cut, and the next one is served",
        .timeLimit(.minutes(5)))
    func tables() throws {
        try withGateway(Self.application) { gateway in
            let rows = try Misbehaviour.all("quick", of: gateway)
            #expect(rows.count { !$0.path.hasPrefix("/split-at-") } > 200)
            for row in rows {
                // On a new connection to the application, and on a kept one.
                #expect(try gateway.get("/fine?leave").text == "fine")
                try run(row, on: gateway)
                try run(row, on: gateway)
            }
            gateway.expectLogged(rows)
            #expect(gateway.hasLogged("only a complaint"))
            #expect(gateway.hasLogged("GET /too-long,", "more than its Content-Length"))
        }
    }

    /// Runs `body` with a gateway before an application that is not its own, over TCP.
    private func withExternal(
        threads: Bool = false, _ options: String..., body: (GatewayProcess) throws -> Void
    ) throws {
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
        let listener = try Socket.listen(address, backlog: 64, isNonBlocking: false)
        let application = try StartedProcess(
            ["python3", Self.program] + (threads ? ["--threads"] : []), input: listener.number)
        defer { application.kill() }
        let port = try Socket.localAddress(listener.number).port
        // GET_VALUES: it closes the connection when it is there.
        let question = try HTTPClient(port: port)
        question.send([1, 9, 0, 0, 0, 0, 0, 0])
        try question.receiveEnd()
        try GatewayProcess("fcgi:127.0.0.1:\(port)", options, environment: [], folder: nil).use(body)
    }

    @Test("Over TCP the ends of a connection mean the same", .timeLimit(.minutes(5)))
    func overTCP() throws {
        try withExternal { gateway in
            let rows = try Misbehaviour.all("quick", of: gateway).filter {
                ["/reset", "/close", "/half-close", "/cut", "/early", "/upload"].contains(
                    where: $0.path.hasPrefix)
            }
            #expect(rows.count > 40)
            for row in rows { try run(row, on: gateway) }
            gateway.expectLogged(rows)
        }
    }

    @Test(
        "Silence is 504 before the head and cuts the answer after it, however it drips",
        .timeLimit(.minutes(5)))
    func silence() throws {
        let slots = 24
        try withExternal(threads: true, "--timeout", "2", "--finish-timeout", "2", "--processes", "\(slots)")
        { gateway in
            let gate = gateway.folder / "gate"
            let rows = try Misbehaviour.all("silent", of: gateway)
            try #require(!rows.isEmpty && rows.count <= slots)
            let clients = try rows.map { row in
                let client = try gateway.connect()
                row.ask(client)
                return client
            }
            for client in clients { try client.sendAll() }
            for (row, client) in zip(rows, clients) { try row.check(client) }
            gateway.expectLogged(rows)
            // Every slot is there again: as many requests at once as there are of them.
            let waiting = try (0..<slots).map { _ in
                let client = try gateway.connect()
                client.send("GET /until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            for client in waiting {
                try eventually("every slot serves", within: 60) {
                    try #require(try client.poll() == nil)
                    return client.partialBody.hasPrefix("begun")
                }
            }
            try TextFile.write("", to: gate)
            for client in waiting { #expect(try client.receive().status == 200) }
        }
    }

    @Test(
        "An application that does not read its request is replaced, and one that reads slowly is not",
        .timeLimit(.minutes(5)))
    func unread() throws {
        try withGateway(Self.application, "--timeout", "2") { gateway in
            let rows = try Misbehaviour.all("single", of: gateway)
            #expect(rows.count == 3)
            for row in rows { try run(row, on: gateway) }
            gateway.expectLogged(rows)
        }
    }

    @Test("A flood of complaints delays nothing and does not fill the log", .timeLimit(.minutes(5)))
    func floods() throws {
        try withGateway(Self.application) { gateway in
            let rows = try Misbehaviour.all("flood", of: gateway)
            #expect(rows.count == 5)
            for row in rows { try run(row, on: gateway) }
            try eventually("the log says what was dropped") {
                gateway.hasLogged("lines of process 1 were not logged")
            }
            // 500 lines a second, of at most 8 KiB each.
            #expect(gateway.log.utf8.count < 60_000_000)
            #expect(gateway.log.lines.allSatisfy { $0.utf8.count < 40_000 })
        }
    }

    @Test(
        "A line of complaint belongs to its request, and is not continued by the next",
        .timeLimit(.minutes(5)))
    func complaints() throws {
        try withGateway(Self.application) { gateway throws in
            for word in ["left-over", "second"] {
                #expect(try gateway.get("/complain/\(word)").status == 200)
            }
            let lines = gateway.log.lines.filter { $0.contains("process 1, request ") }
            #expect(lines.count == 2)
            #expect(lines.first?.hasSuffix(": left-over") == true)
            #expect(lines.last?.hasSuffix(": second") == true)
            let ids = lines.compactMap { $0.split(separator: "request ").last?.prefix(16) }
            #expect(Set(ids).count == 2)
        }
    }

    @Test("An answer that breaks off is cut visibly for HTTP/1.0 too: by a reset", .timeLimit(.minutes(5)))
    func cutOldAnswer() throws {
        try withGateway(Self.application) { gateway in
            let command = [
                "curl", "-sS", "--http1.0", "http://127.0.0.1:\(try gateway.port)/close-in-body",
            ]
            // 56: failure with receiving network data.
            #expect(try outcome(of: command).status == .exited(56))
        }
    }

    @Test("The first part of an answer does not wait for the second", .timeLimit(.minutes(5)))
    func streams() throws {
        let folder = try TemporaryFolder()
        try withGateway(Self.application, folder: folder) { gateway in
            let client = try gateway.connect()
            client.send("GET /two-writes?\(folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the first part arrives") {
                try #require(try client.poll() == nil)
                return client.partialBody == "first,"
            }
            try TextFile.write("", to: folder / "gate")
            #expect(try client.receive().text == "first,second")
        }
    }
}
