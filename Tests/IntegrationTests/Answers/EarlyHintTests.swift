import Syscalls
import Testing

@Suite("What comes before an answer, and how far an answer runs ahead", .serialized)
struct EarlyHintTests {
    private func withApplication(
        _ options: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess) throws -> Void
    ) throws {
        try GatewayProcess(
            "wsgi:site_app", ["--chdir", Build.application("wsgi")] + options,
            environment: ["PYTHONDONTWRITEBYTECODE=1"], folder: nil
        ).use(sourceLocation: sourceLocation, body)
    }

    @Test("wsgi.early_hints reaches the client before the answer is made", .timeLimit(.minutes(5)))
    func earlyHints() throws {
        try withApplication { gateway in
            let gate = gateway.folder / "gate"
            let client = try gateway.connect()
            client.send(
                "GET /hints?Link=%3C/a.css%3E&Link=%3C/b.js%3E&gate=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            let hint = try client.receive()
            #expect(hint.status == 103)
            #expect(hint["Link"] == "</a.css> AND </b.js>")
            #expect(hint.fields.count == 2)
            let old = try gateway.connect()
            try TextFile.write("", to: gate)
            let response = try client.receive()
            #expect(response.status == 200 && response.text == "first,second")
            #expect(response["Link"] == nil)
            // A client of HTTP/1.0 would take them for the answer.
            old.send("GET /hints?Link=a&gate=\(gate) HTTP/1.0\r\nHost: a\r\n\r\n")
            #expect(try old.receive().text == "first,second")
            // HEAD gets what GET gets, but for the body.
            client.send("HEAD /hints?Link=a&gate=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive(toHead: true)["Link"] == "a")
            let head = try client.receive(toHead: true)
            #expect(head.status == 200 && head.framing == .none)
            #expect(try gateway.get("/hints?Link=a&gate=\(gate)").status == 103)
        }
    }

    @Test(
        "X-Accel-Buffering: no: an application waits for its client, else it is rid of its answer",
        .timeLimit(.minutes(5)))
    func buffering() throws {
        try withApplication { gateway in
            for (value, isHeldBack) in [("no", true), ("yes", false)] {
                let path = gateway.folder / value
                let client = try gateway.connect()
                client.send("GET /forty-megabytes?\(value),\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                // As far as it comes while nobody reads: as far as it has been for twenty looks.
                var made = -1
                var looks = 0
                try eventually("the application goes no further", within: 60) {
                    let now = TextFile.read(path).utf8.count
                    looks = now == made && now > 0 ? looks + 1 : 0
                    made = now
                    return looks == 20 || now == 640
                }
                #expect(isHeldBack ? made < 320 : made == 640, "\(value): \(made)")
                if isHeldBack {
                    let worker = try #require(try gateway.workers.first)
                    let files = try run("ls", "-l", "/proc/\(worker)/fd")
                    // What a file without a name is called.
                    #expect(!files.contains(gateway.folder / "temporary/#"))
                }
                client.inspectBody = { _, _ in }
                let response = try client.receive()
                #expect(response.bodyCount == 640 * 65_536)
                #expect(response["X-Accel-Buffering"] == nil)
            }
        }
    }

    @Test("REQUEST_ID is another one for each request, whatever the client claims", .timeLimit(.minutes(5)))
    func requestID() throws {
        try withApplication("--workers", "2") { gateway in
            var ids: Set<String> = []
            for _ in 0..<20 {
                let client = try gateway.connect()
                client.send(
                    "GET /show HTTP/1.1\r\nHost: a\r\nX-Request-Id: forged\r\nRequest-Id: forged\r\n\r\n")
                let text = try client.receive().text
                let line = try #require(text.lines.first { $0.hasPrefix("REQUEST_ID=") })
                let id = String(line.dropFirst(12).dropLast())
                #expect(id.utf8.count == 16 && id.allSatisfy(\.isHexDigit), "\(line)")
                ids.insert(id)
            }
            #expect(ids.count == 20)
        }
    }
}
