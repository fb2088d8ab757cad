import Testing

@Suite("An application that breaks the rules", .serialized)
struct MisbehavingApplicationTests {
    private static let application = "exec:python3 \(Build.application("misbehaving.py"))"

    /// Both on a first and on a kept connection to the application, which is fine again each time.
    private func expect(
        _ gateway: GatewayProcess, _ path: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (HTTPClient) throws -> Void
    ) throws {
        for _ in 0..<2 {
            let client = try gateway.connect()
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            try body(client)
            let fine = try gateway.get("/fine")
            #expect(fine.status == 200, "after \(path)", sourceLocation: sourceLocation)
            #expect(fine.text == "fine", "after \(path)", sourceLocation: sourceLocation)
        }
    }

    @Test("What is unusual but allowed is passed on", .timeLimit(.minutes(5)))
    func unusual() throws {
        try withGateway(Self.application) { gateway in
            for path in [
                "/fine", "/dripped", "/one-by-one", "/line-feeds", "/large-head", "/without-end-of-stdout",
                "/hop-by-hop", "/redirect-inside",
            ] {
                try expect(gateway, path) { client in
                    let response = try client.receive()
                    #expect(response.status == 200, "\(path)")
                    #expect(response.text == "fine", "\(path)")
                    for name in ["Keep-Alive", "Upgrade"] { #expect(response[name] == nil, "\(path)") }
                    if path == "/large-head" { #expect(response["X-Large"]?.utf8.count == 20_000) }
                }
            }
            try expect(gateway, "/no-content") { client in
                let response = try client.receive()
                #expect(response.status == 204)
                #expect(response.framing == .none)
                try client.receiveEnd()
            }
            try expect(gateway, "/redirect-away") { client in
                let response = try client.receive()
                #expect(response.status == 302)
                #expect(response["Location"] == "http://example.org/x")
            }
        }
    }

    @Test("An application may close right after the end of its STDOUT", .timeLimit(.minutes(5)))
    func withoutEndOfRequest() throws {
        try withGateway(Self.application) { gateway in
            try expect(gateway, "/without-end-of-request") { client in
                let response = try client.receive()
                #expect(response.status == 200)
                #expect(response.text == "fine")
            }
        }
    }

    @Test("What is not an answer is 502, and its reason is logged", .timeLimit(.minutes(5)))
    func notAnAnswer() throws {
        try withGateway(Self.application) { gateway in
            for path in [
                "/wrong-version", "/wrong-id", "/wrong-type", "/garbage", "/end-without-answer",
                "/stderr-only",
                "/close-before-answer", "/close-in-head", "/status-word", "/status-small", "/status-upgrade",
                "/control-character", "/carriage-return", "/space-in-name", "/no-fields", "/no-blank-line",
                "/length-word", "/two-lengths", "/huge-head", "/cannot-multiplex", "/unknown-role",
                "/redirect-for-ever",
            ] {
                try expect(gateway, path) { client in
                    #expect(try client.receive().status == 502, "\(path)")
                    try client.receiveEnd()
                }
                #expect(gateway.hasLogged("[error]", "GET \(path)"), "\(path) is not in the log")
            }
            #expect(gateway.hasLogged("only a complaint"))
        }
    }

    @Test("An application without room is 503, with a time to come back", .timeLimit(.minutes(5)))
    func overloaded() throws {
        try withGateway(Self.application) { gateway in
            try expect(gateway, "/overloaded") { client in
                let response = try client.receive()
                #expect(response.status == 503)
                #expect(response["Retry-After"].flatMap { Int($0) } != nil)
            }
        }
    }

    @Test("An answer that breaks off is cut so that the client can tell", .timeLimit(.minutes(5)))
    func cutAnswers() throws {
        try withGateway(Self.application) { gateway in
            for path in ["/cut-with-length", "/cut-without-length", "/cut-in-record", "/too-short"] {
                try expect(gateway, path) { client in
                    let error = #expect(throws: AnswerError.self, "\(path)") { try client.receive() }
                    guard case .cut(status: 200, _) = error else {
                        Issue.record("\(path): \(String(describing: error))")
                        return
                    }
                }
                #expect(gateway.hasLogged("GET \(path)"), "\(path) is not in the log")
            }
        }
    }

    @Test("An answer that breaks off is cut visibly for HTTP/1.0 too: by a reset", .timeLimit(.minutes(5)))
    func cutOldAnswer() throws {
        try withGateway(Self.application) { gateway in
            let command = [
                "curl", "-sS", "--http1.0", "http://127.0.0.1:\(try gateway.port)/cut-without-length",
            ]
            // 56: failure with receiving network data.
            #expect(try outcome(of: command).status == .exited(56))
        }
    }

    @Test("What goes beyond the announced length is dropped", .timeLimit(.minutes(5)))
    func tooLong() throws {
        try withGateway(Self.application) { gateway in
            try expect(gateway, "/too-long") { client in
                #expect(try client.receive().text == "fine")
                try client.receiveEnd()
            }
            #expect(gateway.hasLogged("GET /too-long", "more than its Content-Length"))
        }
    }

    @Test("An answer that does not wait for the upload reaches the client", .timeLimit(.minutes(5)))
    func earlyAnswer() throws {
        try withGateway(Self.application) { gateway in
            for _ in 0..<3 {
                let client = try gateway.connect()
                client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n")
                client.send([UInt8](repeating: 0, count: 5_000_000))
                #expect(try client.receive().text == "early")
                #expect(try gateway.get("/fine").text == "fine")
            }
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
