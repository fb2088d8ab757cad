// However a request ends, it has one line, and the line says how.

import Syscalls
import Testing

@Suite("Every request is one line", .serialized)
struct EndedRequestTests {
    private static let format = ["--access-log-format", "json"]

    /// Runs `body` with a gateway and the path of its access log.
    private func withLog(
        _ options: String..., body: (GatewayProcess, String) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--access-log", path] + Self.format + options,
            environment: [],
            folder: folder
        ).use { try body($0, path) }
    }

    /// Waits for the line of a request, and expects that it stays the only one: whatever is written after it comes later.
    private func expect(
        _ gateway: GatewayProcess, _ path: String, _ target: String, status: Int, ended: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try eventually("\(target) is logged", sourceLocation: sourceLocation) {
            try !gateway.lines(path, of: target).isEmpty
        }
        let lines = try gateway.lines(path, of: target)
        #expect(lines.count == 1, sourceLocation: sourceLocation)
        #expect(
            lines[0]["status"] == "\(status)" && lines[0]["ended"] == "'\(ended)'", "\(lines[0])",
            sourceLocation: sourceLocation)
    }

    @Test(
        "Answered, refused, late, turned away, and left by its client in each of its parts",
        .timeLimit(.minutes(5)))
    func ends() throws {
        try withLog(
            "--timeout", "1", "--queue-size", "1", "--limit-request-body", "10", "--body-timeout", "1",
            "--header-timeout", "1"
        ) { gateway, path in
            #expect(try gateway.get("/whole").status == 200)
            try expect(gateway, path, "/whole", status: 200, ended: "complete")
            #expect(try gateway.get("/late?hang").status == 504)
            try expect(gateway, path, "/late?hang", status: 504, ended: "complete")
            #expect(try gateway.get("/gone?exit").status == 502)
            try expect(gateway, path, "/gone?exit", status: 502, ended: "complete")

            let large = try gateway.connect()
            large.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")
            #expect(try large.receive().status == 413)
            try expect(gateway, path, "/large", status: 413, ended: "complete")

            let dribbling = try gateway.connect()
            dribbling.send("POST /dribble HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
            #expect(try dribbling.receive().status == 408)
            try expect(gateway, path, "/dribble", status: 408, ended: "timeout")
            let silent = try gateway.connect()
            silent.send("GET /half HTTP/1.1\r\nHo")
            #expect(try silent.receive().status == 408)

            let leaving = try gateway.connect()
            leaving.send("POST /left HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
            try leaving.waitForEcho(gateway, path)
            leaving.close()
            try expect(gateway, path, "/left", status: 499, ended: "client")
            let hasty = try gateway.connect()
            hasty.send("GET /hasty HTTP/1.1\r\nHo")
            hasty.close()
            try eventually("what it began with is logged") {
                try LoggedLine.all(in: path).contains { $0["refused_line"] == "'GET /hasty HTTP/1.1'" }
            }
            let last = try #require(try LoggedLine.all(in: path).last { $0["refused_line"] != "None" })
            #expect(last["status"] == "499" && last["ended"] == "'client'" && last["target"] == "None")
            // Who says nothing has asked for nothing.
            let before = TextFile.read(path).lines.count
            try gateway.connect().close()
            #expect(try gateway.get("/after").status == 200)
            try expect(gateway, path, "/after", status: 200, ended: "complete")
            #expect(TextFile.read(path).lines.count == before + 1)
        }
    }

    @Test("A full queue, and those who leave it", .timeLimit(.minutes(5)))
    func queue() throws {
        try withLog("--queue-size", "1") { gateway, path in
            let gate = gateway.folder / "gate"
            let held = try gateway.connect()
            held.send("GET /held?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            let waiting = try gateway.connect()
            waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("one too many is turned away") { try gateway.get("/many").status == 503 }
            #expect(try gateway.lines(path, of: "/many").allSatisfy { $0["status"] == "503" })
            let refused = try #require(try gateway.lines(path, of: "/many").last)
            #expect(refused["upstream"] == "None" && refused["ended"] == "'complete'")
            waiting.reset()
            try expect(gateway, path, "/waiting", status: 499, ended: "client")
            #expect(try gateway.lines(path, of: "/waiting")[0]["application_us"] == "None")
            try TextFile.write("", to: gate)
            #expect(try held.receive().status == 200)
            try expect(gateway, path, "/held?until=\(gate)", status: 200, ended: "complete")
        }
    }

    @Test("An answer that its application breaks off", .timeLimit(.minutes(5)))
    func cut() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try GatewayProcess(
            "exec:python3 \(Build.application("misbehaving/main.py"))",
            ["--access-log", path] + Self.format, environment: [], folder: folder
        ).use { gateway in
            let client = try gateway.connect()
            client.send("GET /too-short HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(throws: AnswerError.self) { _ = try client.receive() }
            try expect(gateway, path, "/too-short", status: 200, ended: "application")
            #expect(try gateway.lines(path, of: "/too-short")[0]["body_sent"] == "10")
        }
    }

    @Test("A quick stop logs what it does not wait for", .timeLimit(.minutes(5)))
    func quickStop() throws {
        try withLog { gateway, path in
            let target = "/held?until=\(gateway.folder / "gate")"
            let held = try gateway.connect()
            held.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            let sending = try gateway.connect()
            sending.send("POST /sending HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
            try sending.waitForEcho(gateway, path)
            gateway.signal(.int)
            #expect(try gateway.process.waitForEnd() == .exited(0))
            try expect(gateway, path, target, status: 503, ended: "stopped")
            try expect(gateway, path, "/sending", status: 503, ended: "stopped")
        }
    }
}

extension HTTPClient {
    /// Waits until the gateway has read what was sent: it serves one worker's connections in turn, so that a later request of
    /// somebody else's that is answered comes after it.
    fileprivate func waitForEcho(_ gateway: GatewayProcess, _ path: String) throws {
        for _ in 0..<2 {
            let other = try gateway.connect()
            other.send("OPTIONS http://a/\"echo HTTP/1.0\r\nContent-Length: x\r\n\r\n")
            #expect(try other.receive().status == 400)
        }
    }
}
