import Syscalls
import Testing

@Suite("The access log in JSON", .serialized)
struct AccessLogJSONTests {
    private static let names: Set<String> = [
        "time", "id", "trace_id", "span_id", "client", "user", "method", "target", "protocol", "host",
        "refused_line", "status", "ended", "head_received", "body_received", "body_sent", "duration_us",
        "queue_us", "application_head_us", "application_us", "application", "upstream", "referer",
        "user_agent", "request_number", "worker", "pid",
    ]

    @Test("A line says what was asked, who answered, and how long each took", .timeLimit(.minutes(5)))
    func whole() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--access-log", path, "--access-log-format", "json",
            "--trace", "begin", folder: folder
        ) { gateway in
            let client = try gateway.connect()
            client.send("POST /a?d=20 HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.receive().status == 200)
            client.send("GET /b HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YTpi\r\nReferer: r\r\n\r\n")
            #expect(try client.receive().status == 200)
            try eventually("both are logged") { TextFile.read(path).lines.count == 2 }
            let lines = try LoggedLine.all(in: path)
            #expect(lines.allSatisfy { $0.names == Self.names })
            let first = try #require(lines.first)
            for (name, value) in [
                ("client", "'127.0.0.1'"), ("user", "None"), ("method", "'POST'"), ("target", "'/a?d=20'"),
                ("protocol", "'HTTP/1.1'"), ("host", "'h:1'"), ("refused_line", "None"), ("status", "200"),
                ("ended", "'complete'"), ("body_received", "3"), ("head_received", "55"),
                ("upstream", "'process 1'"), ("referer", "None"), ("user_agent", "None"),
                ("request_number", "1"), ("application", "'exec:\(try CProgram.responder.path)'"),
                ("pid", "\(try #require(try gateway.workers.first))"),
            ] {
                #expect(first[name] == value, "\(name)")
            }
            // The application waits for 20 ms before it answers, and a slow machine makes nothing shorter.
            let head = try #require(first.number("application_head_us"))
            let application = try #require(first.number("application_us"))
            let duration = try #require(first.number("duration_us"))
            let queue = try #require(first.number("queue_us"))
            #expect(head >= 20_000 && application >= head && duration >= application && queue >= 0)
            #expect(first["id"].count == 18 && first["trace_id"].count == 34 && first["span_id"].count == 18)
            #expect(lines[1]["user"] == "'a'" && lines[1]["referer"] == "'r'")
            #expect(lines[1]["request_number"] == "2" && lines[1]["id"] != first["id"])
            #expect(lines[1]["trace_id"] != first["trace_id"])
        }
    }

    @Test("Nothing that a client sends breaks out of its string", .timeLimit(.minutes(5)))
    func forging() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--access-log", path, "--access-log-format", "json",
            folder: folder
        ) { gateway in
            let requests: [[UInt8]] = [
                Array(
                    "GET /\",\"status\":0,\"x\":\"\\ HTTP/1.1\r\nHost: a\r\nUser-Agent: \",\"a\":{\"\\\\\"\r\n\r\n"
                        .utf8),
                Array("GET /1 HTTP/1.1\r\nHost: a\r\nUser-Agent: a\tb ".utf8) + [
                    0xFF, 0xC3, 0x28, 0xE2, 0x80, 0xA8,
                ]
                    + Array("\r\n\r\n".utf8),
                // The user is `"\n\u{1B}`.
                Array("GET /2 HTTP/1.1\r\nHost: a\r\nAuthorization: Basic IgobOng=\r\n\r\n".utf8),
                Array("GET /\u{1B}]0;x\u{7} \",\"y\":\" HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
                [0x16, 0x03, 0x01, 0x22, 0xFF, 0x0D, 0x0A],
                Array("GET /3 HTTP/1.1\r\nHost: a\r\nEvil: a\u{0}\r\n\r\n".utf8),
            ]
            for (index, request) in requests.enumerated() {
                let client = try gateway.connect()
                client.send(request)
                _ = try client.receive()
                try eventually("it is logged") { TextFile.read(path).lines.count == index + 1 }
            }
            let lines = try LoggedLine.all(in: path)
            #expect(lines.count == requests.count && lines.allSatisfy { $0.names == Self.names })
            #expect(lines[0]["target"] == #"'/","status":0,"x":"\\'"# && lines[0]["status"] == "200")
            #expect(lines[0]["user_agent"] == #"'","a":{"\\\\"'"#)
            #expect(lines[1]["user_agent"] == #"'a\tb \xff\xc3(\u2028'"#)
            #expect(lines[2]["user"] == #"'"\n\x1b'"#)
            for line in lines[3...] { #expect(line["status"] == "400" && line["target"] == "None") }
            #expect(lines[3]["refused_line"] == #"'GET /\x1b]0;x\x07 ","y":" HTTP/1.1'"#)
            #expect(lines[4]["refused_line"] == #"'\x16\x03\x01"\xff'"#)
            let bytes = TextFile.read(path).utf8
            #expect(bytes.allSatisfy { $0 >= 0x20 || $0 == 0x0A } && !bytes.contains(0x7F))
        }
    }

    @Test("A text of one's own: fields of request and answer, whatever has answered", .timeLimit(.minutes(5)))
    func ownFormat() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withApplication(
            "inline", "--access-log", path, "--access-log-format",
            "%(m)s \"%({x-a}i)s\" %({Content-Length}o)s %({SERVER_PORT}e)s %({x-request-id}o)s %(id)s|",
            "--return-request-id"
        ) { gateway in
            let client = try gateway.connect()
            client.send("GET /orders HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-A: 2\r\n\r\n")
            let response = try client.receive()
            let id = try #require(response["X-Request-ID"])
            client.send("HEAD /there HTTP/1.1\r\nHost: a\r\n\r\n")
            let length = try #require(try client.receive(toHead: true)["Content-Length"])
            try eventually("both are logged") { TextFile.read(path).lines.count == 2 }
            let lines = TextFile.read(path).lines
            #expect(lines[0] == "GET \"1, 2\" 3 \(try gateway.port) \(id) \(id)|")
            #expect(lines[1].hasPrefix("HEAD \"-\" \(length) "))
        }
    }

    @Test("A format that is none is told at the start, in one line", .timeLimit(.minutes(5)))
    func fault() throws {
        let (status, _, errors) = try gatewayOutcome(
            "fcgi:127.0.0.1:1", "--access-log-format", "%(nonsense)s")
        #expect(status == .exited(2))
        #expect(errors.lines.count == 1 && errors.contains("there is no atom 'nonsense'"), "\(errors)")
    }
}
