import Testing

@Suite("Requests to a FastCGI program", .serialized)
struct RequestTests {
    @Test("GET, POST and HEAD are answered on one kept connection", .timeLimit(.minutes(5)))
    func methods() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let client = try gateway.connect()
            for _ in 0..<3 {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let hello = try client.receive()
                #expect(hello.status == 200)
                #expect(hello.reason == "OK")
                #expect(hello.framing == .length(13))
                #expect(hello.text == "Hello, world\n")
                #expect(hello["Content-Type"] == "text/plain")
                #expect(hello["Date"] != nil)

                client.send("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try client.receive().text == "3 bytes, sum 294")

                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                let head = try client.receive(toHead: true)
                #expect(head.status == 200)
                #expect(head["Content-Length"] == "13")
            }
            client.send("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(try client.receive().text == "0 bytes, sum 0")
            #expect(!client.isEnded)
        }
    }

    @Test(
        "Connection: close closes after the answer, in whatever case it is written", .timeLimit(.minutes(5)))
    func connectionClose() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            for field in [
                "Connection: close", "connection: keep-alive, CLOSE", "Connection: x\r\nConnection: Close",
            ] {
                let client = try gateway.connect()
                client.send(
                    "GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try client.receive()
                #expect(response.status == 200)
                #expect(response["Connection"] == "close")
                try client.receiveEnd()
            }
        }
    }

    @Test("HTTP/1.0 is closed after its answer unless it asks to be kept", .timeLimit(.minutes(5)))
    func oldVersion() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            var client = try gateway.connect()
            client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try client.receive().text == "Hello, world\n")
            try client.receiveEnd()

            client = try gateway.connect()
            for _ in 0..<2 {
                client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let response = try client.receive()
                #expect(response["Connection"]?.lowercased() == "keep-alive")
                #expect(response.text == "Hello, world\n")
            }

            // A body of unknown length has no other end in HTTP/1.0 than that of the connection.
            client = try gateway.connect()
            client.send("GET /?c=300000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let response = try client.receive()
            #expect(response.framing == .untilClose)
            #expect(response.bodyCount == 300_000)
        }
    }

    @Test("A thousand pipelined requests are answered in their order", .timeLimit(.minutes(5)))
    func pipelining() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "3", "--workers", "2") { gateway in
            let client = try gateway.connect()
            client.send((0..<1000).map { "GET /?n=\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for count in 0..<1000 {
                let response = try client.receive()
                try #require(response.status == 200)
                try #require(response.bodyCount == count)
            }
            #expect(!client.isEnded)
        }
    }

    @Test("A request that arrives byte by byte is one request", .timeLimit(.minutes(5)))
    func byteByByte() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "http.socket"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--bind", "unix:\(socket)", folder: folder
        ) { _ in
            let client = try HTTPClient(unix: socket)
            let upload =
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: u\r\n\r\n"
            try client.sendByteByByte(Array(upload.utf8))
            #expect(try client.receive().text == "3 bytes, sum 294")
            try client.sendByteByByte(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            #expect(try client.receive().text == "Hello, world\n")
        }
    }

    @Test(
        "The application is asked for the body when it wants it: Expect: 100-continue",
        .timeLimit(.minutes(5)))
    func expectContinue() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.receive().status == 100)
            client.send("abc")
            #expect(try client.receive().text == "3 bytes, sum 294")

            // Whoever does not wait is not told to go on twice.
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.receive().status == 200)
        }
    }

    @Test("The environ says what the request said", .timeLimit(.minutes(5)))
    func environ() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let client = try gateway.connect()
            client.send("GET /a/%2e%2E/environ HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text.lines.contains("PATH_INFO=/environ"))
            client.send(
                "GET /environ?x=%41&y HTTP/1.1\r\nHost: example.org:8080\r\nX-One: 1\r\nX-Two: 2\r\n"
                    + "x-one: 3\r\nCookie: a=b\r\nCookie: c=d\r\nProxy: evil\r\nX_One: forged\r\nX-Hop: h\r\n"
                    + "Connection: X-Hop\r\n\r\n")
            let entries = try client.receive().text.lines
            for entry in [
                "REQUEST_METHOD=GET", "REQUEST_URI=/environ?x=%41&y", "QUERY_STRING=x=%41&y",
                "PATH_INFO=/environ",
                "SCRIPT_NAME=", "SERVER_PROTOCOL=HTTP/1.1", "SERVER_NAME=example.org",
                "HTTP_HOST=example.org:8080",
                "HTTP_X_ONE=1, 3", "HTTP_X_TWO=2", "HTTP_COOKIE=a=b; c=d", "REMOTE_ADDR=127.0.0.1",
                "GATEWAY_INTERFACE=CGI/1.1", "REQUEST_SCHEME=http", "SERVER_PORT=\(try gateway.port)",
            ] { #expect(entries.contains(entry)) }
            for name in ["HTTP_PROXY", "HTTP_X_HOP", "HTTP_CONNECTION", "HTTPS", "REMOTE_USER"] {
                #expect(!entries.contains { $0.hasPrefix(name + "=") })
            }
        }
    }
}
