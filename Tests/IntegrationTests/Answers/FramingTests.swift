// How an answer's end is marked, and that only the gateway says so (RFC 9112, §6; RFC 9110, §15). The reader of these tests
// refuses what is framed twice.

import Syscalls
import Testing

@Suite("Framing of answers", .serialized)
struct FramingTests {
    /// What the application says and what is to come of it, in HTTP/1.1 and 1.0.
    private struct Row {
        var status = "200 OK"
        var lines: [String] = []
        var body = "abc"
        var method = "GET"
        /// The body that the client gets.
        var expected = "abc"
        var new: HTTPResponse.Framing
        var old: HTTPResponse.Framing
    }

    /// What is true of an answer that comes at once, in whatever way.
    private static let rows = [
        Row(new: .length(3), old: .length(3)),
        Row(lines: ["Content-Length: 3"], new: .length(3), old: .length(3)),
        Row(
            lines: [
                "Transfer-Encoding: chunked", "Connection: close", "Keep-Alive: x", "TE: x", "Trailer: x",
                "Upgrade: x", "Proxy-Connection: x",
            ], new: .length(3), old: .length(3)),
        Row(
            lines: ["transfer-encoding: gzip, chunked", "Content-Length: 3"], new: .length(3), old: .length(3)
        ),
        Row(status: "404 Not Found", new: .length(3), old: .length(3)),
        Row(status: "500 x", lines: ["Content-Length: 3"], new: .length(3), old: .length(3)),
        Row(body: "", expected: "", new: .length(0), old: .length(0)),
        Row(status: "201 Created", body: "", expected: "", new: .length(0), old: .length(0)),
        // No body, whatever is said.
        Row(status: "204 No Content", expected: "", new: .none, old: .none),
        Row(status: "204 No Content", lines: ["Content-Length: 3"], expected: "", new: .none, old: .none),
        Row(status: "304 Not Modified", expected: "", new: .none, old: .none),
        Row(status: "304 Not Modified", lines: ["Content-Length: 3"], expected: "", new: .none, old: .none),
        Row(status: "205 Reset Content", expected: "", new: .length(0), old: .length(0)),
        Row(
            status: "205 Reset Content", lines: ["Content-Length: 3"], expected: "", new: .length(0),
            old: .length(0)),
        Row(status: "205 Reset Content", body: "", expected: "", new: .length(0), old: .length(0)),
        Row(method: "HEAD", expected: "", new: .none, old: .none),
        Row(lines: ["Content-Length: 3"], method: "HEAD", expected: "", new: .none, old: .none),
        Row(status: "404 x", body: "", method: "HEAD", expected: "", new: .none, old: .none),
        Row(status: "204 x", method: "HEAD", expected: "", new: .none, old: .none),
        Row(status: "304 x", method: "HEAD", expected: "", new: .none, old: .none),
    ]

    @Test(
        "By status, method, version and what was announced", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func table(_ way: AnswerPath) throws {
        try way.withApplication { gateway in
            for row in Self.rows {
                let saying = Saying(
                    status: row.status, lines: ["Content-Type: text/x"] + row.lines, body: row.body)
                for (version, framing) in [("1.1", row.new), ("1.0", row.old)] {
                    let words = "\(row.method) \(version) \(row.status) \(row.lines)"
                    let response = try gateway.ask(saying, method: row.method, version: version)
                    #expect(response.text == row.expected, "\(words)")
                    // The end of a script may be noticed later than its output: then nobody has known the length.
                    let isEarly = way == .cgi && !row.lines.contains { $0.hasPrefix("Content-Length") }
                    let parts = version == "1.1" ? HTTPResponse.Framing.chunked : .untilClose
                    #expect(
                        response.framing == framing
                            || isEarly && response.framing == parts
                                && row.expected == "abc",
                        "\(words)")
                    #expect(response["Connection"] == "close", "\(words)")
                    for name in ["Keep-Alive", "TE", "Trailer", "Upgrade", "Proxy-Connection"] {
                        #expect(response[name] == nil, "\(words)")
                    }
                    if ["204", "304"].contains(row.status.prefix(3)) {
                        #expect(response["Content-Length"] == nil, "\(words)")
                    } else if row.method == "HEAD", row.body == "abc", !isEarly {
                        #expect(response["Content-Length"] == "3", "\(words)")
                    }
                    #expect(response["Date"] != nil && response["Server"] == "gateway", "\(words)")
                }
            }
        }
    }

    @Test(
        "An answer that comes in parts is chunked, and for HTTP/1.0 ends with its connection",
        .timeLimit(.minutes(5)))
    func parts() throws {
        try AnswerPath.fastCGI.withApplication { gateway in
            let gate = gateway.folder / "gate"
            try TextFile.write("", to: gate)
            // The second part is said when the first one has arrived.
            func ask(_ lines: [String], version: String) throws -> HTTPResponse {
                Files.remove(gate)
                let saying = Saying(lines: ["Content-Type: text/x"] + lines, body: "first~@\(gate)~second")
                let client = try gateway.connect()
                client.send(
                    "GET \(saying.target) HTTP/\(version)\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
                try eventually("the first part has come") {
                    _ = try client.poll()
                    return client.partialBodyCount == 5
                }
                try TextFile.write("", to: gate)
                return try client.receive()
            }
            let new = try ask([], version: "1.1")
            #expect(new.framing == .chunked && new.text == "firstsecond" && new["Connection"] == nil)
            let old = try ask([], version: "1.0")
            #expect(old.framing == .untilClose && old.text == "firstsecond" && old["Connection"] == "close")
            for version in ["1.1", "1.0"] {
                let known = try ask(["Content-Length: 11"], version: version)
                #expect(known.framing == .length(11) && known.text == "firstsecond")
                #expect(known["Connection"] == (version == "1.0" ? "keep-alive" : nil))
            }
        }
    }

    @Test(
        "101 and other interim answers are not an application's to give", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func interim(_ way: AnswerPath) throws {
        try way.withApplication { gateway in
            for status in ["101 Switching Protocols", "100 Continue", "102 Processing", "199 x"] {
                let response = try gateway.ask(
                    Saying(status: status, lines: ["Upgrade: websocket", "Connection: upgrade"], body: "x"),
                    "Connection: upgrade", "Upgrade: websocket")
                #expect(response.status == 502, "\(status)")
                #expect(response["Upgrade"] == nil)
            }
        }
    }

    @Test(
        "No CR, LF or NUL of an application reaches the client", .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func splitting(_ way: AnswerPath) throws {
        try way.withApplication { gateway in
            for octet in ["\r", "\n", "\0", "\r\n", "\u{7F}", "\u{B}", "\u{1B}"] {
                let forged = "\(octet)X-Forged: 1"
                for (lines, status) in [
                    (["X-A: b\(forged)"], "200 OK"), (["X-A: \(forged)"], "200 OK"),
                    (["X-A\(octet): b"], "200 OK"),
                    (["\(octet)X-A: b"], "200 OK"), (["Location: /x\(forged)"], "302 Found"),
                    (["Location: http://a/\(forged)"], "302 Found"),
                    (["Content-Type: text/html\(forged)"], "200 OK"),
                    (["Set-Cookie: a=b\(octet)"], "200 OK"), (["ETag: \"\(octet)\""], "200 OK"),
                    (["Content-Type: a/b"], "200 OK\(forged)"), (["Server: x\(forged)"], "200 OK"),
                    (["Date: x\(forged)"], "200 OK"), (["Vary: x\(forged)"], "200 OK"),
                    (["Link: x\(forged)"], "103 x"),
                ] {
                    // A script may end its lines with LF alone: then these are two lines that it has written itself, and a
                    // handler has no phrase.
                    if octet.unicodeScalars.last == "\n", way != .handler { continue }
                    if way == .handler, status.contains(octet) || status.hasPrefix("103") { continue }
                    let saying = Saying(status: status, lines: lines, body: "x")
                    let response = try gateway.ask(saying)
                    #expect(response.status == 502, "\(status) \(lines)")
                    #expect(response["X-Forged"] == nil, "\(status) \(lines)")
                }
            }
        }
    }

    @Test("Names of files and what a client asks for end no field either", .timeLimit(.minutes(5)))
    func paths() throws {
        let folder = try TemporaryFolder()
        for name in ["a\r\nX-Forged: 1", "b\nX-Forged: 1", "c\rX-Forged: 1"] {
            try run("mkdir", "-p", folder / "files/\(name)")
            try TextFile.write("index", to: folder / "files/\(name)/index.html")
        }
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                applications:
                  says: {run: "exec:python3 \(Build.application("says.py"))", processes: 1}
                routes:
                  - {path: /say, application: says}
                  - {path: /files/*, static: files, strip-prefix: true}
                  - {path: /there/*, redirect: "https://example.org$request_uri"}
                  - {path: /rest/*, redirect: "/x$rest?$query_string"}
                  - {path: /host/*, redirect: "http://$host/"}
                """, folder: folder)
        try gateway.use { gateway in
            for (path, location) in [
                ("/files/a%0d%0aX-Forged:%201", "/files/a%0D%0AX-Forged%3A%201/"),
                ("/files/b%0AX-Forged:%201", "/files/b%0AX-Forged%3A%201/"),
                ("/files/c%0DX-Forged:%201?q=%0d%0a", "/files/c%0DX-Forged%3A%201/?q=%0d%0a"),
                ("/there/%0d%0aX-Forged:%201", "https://example.org/there/%0d%0aX-Forged:%201"),
                ("/rest/%0d%0aX-Forged:%201?a=%0D%0A", "/x/%0D%0AX-Forged%3A%201?a=%0D%0A"),
                ("/host/", "http://a/"),
            ] {
                let response = try gateway.ask("GET", path)
                #expect((300..<400).contains(response.status), "\(path)")
                #expect(response["Location"] == location, "\(path)")
                #expect(response["X-Forged"] == nil)
            }
            // A local redirect may lead to a query that no client could have sent.
            let redirect = Saying(status: "", lines: ["Location: /files/a%0d%0aX-Forged:%201?a b\tc"])
            let response = try gateway.ask(redirect)
            #expect(response.status == 301)
            #expect(response["Location"] == "/files/a%0D%0AX-Forged%3A%201/?a%20b%09c")
        }
    }

    @Test("Configured texts cannot end a field", .timeLimit(.minutes(5)))
    func configured() throws {
        for text in ["a\rX: y", "a\nX: y", "a\tb", "\u{E9}", " a", "a ", ""] {
            let (status, _, errors) = try gatewayOutcome(
                "exec:true", "--server-header", text, "--check-config")
            #expect(status == .exited(2), "\(text)")
            #expect(errors.hasPrefix("gateway: --server-header is "), "\(errors)")
        }
        let folder = try TemporaryFolder()
        for (line, word) in [
            (#"respond: 200, text: x, content-type: "a\r\nX: y""#, "content-type"),
            (#"respond: 200, text: x, content-type: "a\0b""#, "content-type"),
            (#"redirect: "/x\r\nX: y""#, "redirect"),
        ] {
            try TextFile.write("routes:\n- {\(line)}\n", to: folder / "gateway.yaml")
            let (status, _, errors) = try gatewayOutcome(
                "--config", folder / "gateway.yaml", "--check-config")
            #expect(status == .exited(2) && errors.contains(": \(word)"), "\(line): \(errors)")
        }
    }
}
