// What an application does after its response: its client does not wait for it, and nobody else does either.

import Syscalls
import Testing

@Suite("Applications that work on after their response", .serialized)
struct AfterWorkTests {
    private static let application = "exec:python3 \(Build.application("misbehaving/main.py"))"

    /// Asks for a response after which the process works until `open` is called.
    private func ask(_ client: HTTPClient, _ what: String, _ gateway: GatewayProcess, gate: String = "gate") {
        client.send("GET /goes-on/\(what)?\(gateway.folder / gate) HTTP/1.1\r\nHost: a\r\n\r\n")
    }

    private func open(_ gateway: GatewayProcess, gate: String = "gate") throws {
        try TextFile.write("", to: gateway.folder / gate)
        try eventually("the work is done") { Files.status(gateway.folder / (gate + ".done")) != nil }
    }

    private func pid(_ gateway: GatewayProcess, method: String = "GET") throws -> String {
        let client = try gateway.connect()
        let body = method == "POST" ? "Content-Length: 1\r\n\r\nx" : "\r\n"
        client.send("\(method) /pid HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(body)")
        return try client.receive().text
    }

    @Test(
        "The client has its response, the next request of its connection and of others goes to a free process",
        .timeLimit(.minutes(5)),
        arguments: ["length", "end-of-stdout", "end-of-stdout-and-length", "redirect"])
    func completeResponse(_ what: String) throws {
        try withGateway(Self.application, "--processes", "2") { gateway in
            let client = try gateway.connect()
            ask(client, what, gateway)
            let first = try client.receive()
            #expect(first.status == 200)
            // A redirect is answered by the free one itself.
            let busy = what == "redirect" ? nil : first.text
            client.send("GET /pid HTTP/1.1\r\nHost: a\r\n\r\n")
            let free = try client.receive().text
            #expect(free != busy && free.isEmpty == false)
            for method in ["GET", "POST", "GET", "POST"] { #expect(try pid(gateway, method: method) == free) }
            try open(gateway)
            // The slot is there again.
            try eventually("the other one serves") { try pid(gateway) != free }
            #expect(gateway.hasLogged("the work is done"))
        }
    }

    @Test("A response without a body is complete with its head", .timeLimit(.minutes(5)))
    func noContent() throws {
        try withGateway(Self.application, "--processes", "2") { gateway in
            let client = try gateway.connect()
            ask(client, "no-content", gateway)
            #expect(try client.receive().status == 204)
            client.send("GET /fine HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text == "fine")
            try open(gateway)
        }
    }

    @Test(
        "A client that says close has its response and the end of the connection, and its line in the access log",
        .timeLimit(.minutes(5)))
    func closedAndLogged() throws {
        let folder = try TemporaryFolder()
        try withGateway(
            Self.application, "--access-log", folder / "access", "--access-log-format", "%(s)s %(B)s %(U)s",
            folder: folder
        ) { gateway in
            let client = try gateway.connect()
            client.send(
                "GET /goes-on/end-of-stdout?\(folder / "gate") HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            let text = try client.receive().text
            try client.receiveEnd()
            try eventually("the line is there") {
                TextFile.read(folder / "access").contains("200 \(text.utf8.count) /goes-on/end-of-stdout")
            }
            #expect(Files.status(folder / "gate.done") == nil)
            try open(gateway)
        }
    }

    @Test("Requests that find no free process wait until the work is done", .timeLimit(.minutes(5)))
    func queue() throws {
        try withGateway(Self.application) { gateway in
            let client = try gateway.connect()
            ask(client, "length", gateway)
            let busy = try client.receive().text
            let next = try gateway.connect()
            next.send("POST /pid HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            try next.sendAll()
            #expect(try next.poll() == nil)
            try open(gateway)
            #expect(try next.receive().text == busy)
        }
        // Where a request waits is told by whose patience ends: in the queue it is 503, with the busy process it would be 504.
        try withGateway(Self.application, "--queue-timeout", "1") { gateway in
            let client = try gateway.connect()
            ask(client, "length", gateway)
            let busy = try client.receive().text
            let next = try gateway.connect()
            next.send("POST /pid HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            #expect(try next.receive().status == 503)
            try open(gateway)
            #expect(try pid(gateway) == busy)
        }
    }

    @Test(
        "The time of a request does not count for it; a limit of its own does, and the response stands",
        .timeLimit(.minutes(5)))
    func timeLimits() throws {
        try withGateway(Self.application, "--timeout", "1", "--finish-timeout", "0") { gateway in
            let client = try gateway.connect()
            ask(client, "length", gateway)
            let busy = try client.receive().text
            let since = Clock.monotonicMilliseconds()
            try eventually("more time has passed than a request has") {
                Clock.monotonicMilliseconds() > since + 2500
            }
            try open(gateway)
            #expect(try pid(gateway) == busy)
            #expect(!gateway.hasLogged("killed") && !gateway.hasLogged("KILL is sent"))
        }
        try withGateway(Self.application, "--finish-timeout", "1") { gateway in
            let client = try gateway.connect()
            ask(client, "end-of-stdout", gateway)
            let busy = try client.receive().text
            #expect(try pid(gateway) != busy)
            #expect(gateway.hasLogged("has worked on for 1 s after its response (--finish-timeout)"))
            try eventually("it is killed") { gateway.hasLogged("(pid \(busy))", "was killed by") }
            client.send("GET /fine HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text == "fine")
        }
    }

    @Test(
        "Where END_REQUEST comes before the end of the work, the next request goes to the process that was free for longer",
        .timeLimit(.minutes(5)))
    func endedTooEarly() throws {
        try withGateway(Self.application, "--processes", "2") { gateway in
            let before = try pid(gateway)
            let client = try gateway.connect()
            ask(client, "ended", gateway)
            let busy = try client.receive().text
            #expect(busy != before)
            #expect(try pid(gateway, method: "POST") == before)
            // Now the busy one has been free for longest, as far as anybody knows; it does not read.
            #expect(try pid(gateway) == before)
            #expect(try pid(gateway, method: "POST") == before)
            try open(gateway)
            try eventually("the other one serves") { try pid(gateway) == busy }
        }
    }

    @Test(
        "A client that leaves in the middle of its response frees no process that works on",
        .timeLimit(.minutes(5)), arguments: ["closes", "listens"])
    func abandoned(_ what: String) throws {
        try withGateway(Self.application, "--processes", "2") { gateway in
            let client = try gateway.connect()
            client.send("GET /unheard/\(what)?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.awaitHead()
            client.reset()
            let free = try pid(gateway)
            for method in ["POST", "GET", "POST", "POST"] {
                #expect(try pid(gateway, method: method) == free)
            }
            #expect(Files.status(gateway.folder / "gate.done") == nil)
            try open(gateway)
            // The slot is there again, and nothing was wrong.
            try eventually("the other one serves") { try pid(gateway) != free }
            #expect(!gateway.hasLogged("killed") && !gateway.hasLogged("[error]"))
        }
    }

    @Test("The work behind a client that has left has the same bound", .timeLimit(.minutes(5)))
    func abandonedForLong() throws {
        try withGateway(Self.application, "--finish-timeout", "1") { gateway in
            let client = try gateway.connect()
            client.send("GET /unheard/closes?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.awaitHead()
            client.reset()
            let next = try gateway.connect()
            next.send("POST /pid HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            #expect(try next.receive().status == 200)
            #expect(gateway.hasLogged("has worked on for 1 s after its client has left (--finish-timeout)"))
        }
    }

    @Test("A gateway that stops waits for the work, as it does for requests", .timeLimit(.minutes(5)))
    func drain() throws {
        try withGateway(Self.application) { gateway in
            let client = try gateway.connect()
            ask(client, "length", gateway)
            _ = try client.receive()
            gateway.signal(.term)
            try eventually("it stops") {
                // Nobody is served any more, and it is still there.
                (try? gateway.connect()) == nil
            }
            #expect(gateway.process.status == nil)
            try open(gateway)
        }
    }
}
