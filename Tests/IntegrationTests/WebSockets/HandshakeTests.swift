import Syscalls
import Testing
import WebSockets

@Suite("How a request becomes a WebSocket", .serialized)
struct HandshakeTests {
    private func request(_ path: String = "/echo", _ change: (inout [String]) -> Void) -> String {
        var lines = WebSocketClient.request(path).split(separator: "\r\n").map(String.init)
        change(&lines)
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test("Every request that may not become one is told why", .timeLimit(.minutes(5)))
    func refusals() throws {
        func without(_ name: String) -> String { request { $0.removeAll { $0.hasPrefix(name) } } }
        func with(_ line: String) -> String {
            request { lines in
                let name = line.prefix { $0 != ":" }
                lines.removeAll { $0.hasPrefix(name + ":") }
                lines.append(line)
            }
        }
        let table: [(String, Int)] = [
            ("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 426),
            (without("Upgrade"), 426), (without("Connection"), 426), (with("Upgrade: h2c"), 426),
            (with("Connection: close"), 426), (with("Sec-WebSocket-Version: 8"), 426),
            (request { $0[0] = "GET /echo HTTP/1.0" }, 426),
            (without("Sec-WebSocket-Version"), 400), (with("Sec-WebSocket-Version: x"), 400),
            (without("Sec-WebSocket-Key"), 400), (with("Sec-WebSocket-Key: c2hvcnQ="), 400),
            (with("Sec-WebSocket-Protocol: a b"), 400), (with("Sec-WebSocket-Extensions: a; ="), 400),
            (request { $0[0] = "POST /echo HTTP/1.1" }, 400),
            (without("Host"), 400),
            (with("Origin: http://b"), 403), (with("Origin: null"), 403),
            (request("/list") { $0.append("Origin: https://example.com") }, 403),
        ]
        try withApplication("websocket") { gateway in
            for (request, status) in table {
                let client = try gateway.connect()
                client.send(request)
                let response = try client.receive()
                #expect(response.status == status, "\(request)")
                guard response.status == 426 else { continue }
                #expect(response["Sec-WebSocket-Version"] == "13" && response["Upgrade"] == "websocket")
                #expect(response["Connection"]?.lowercased().contains("upgrade") == true)
            }
            // Where a connection may go on, it does.
            let client = try gateway.connect()
            for _ in 0..<2 {
                client.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().status == 426)
            }
            #expect(gateway.calls.isEmpty)
        }
    }

    @Test("A request with a body does not become one", .timeLimit(.minutes(5)))
    func body() throws {
        try withApplication("websocket") { gateway in
            for framing in [
                "Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            ] {
                let client = try gateway.connect()
                client.send(String(WebSocketClient.request("/echo").dropLast(1)) + framing)
                #expect(try client.receive().status == 400)
            }
        }
    }

    @Test("Pages of the same host, of a list, or all may open one", .timeLimit(.minutes(5)))
    func origins() throws {
        try withApplication("websocket") { gateway in
            for (path, origin) in [
                ("/echo", "http://a"), ("/echo", "https://a"), ("/any", "http://elsewhere"), ("/any", "null"),
                ("/list", "https://example.org"), ("/list", "https://example.org:443"),
            ] {
                let client = try WebSocketClient(port: gateway.port)
                try client.open(WebSocketClient.request(path, "Origin: \(origin)"))
            }
        }
    }

    @Test("The server's first choice of subprotocol is agreed on", .timeLimit(.minutes(5)))
    func subprotocols() throws {
        try withApplication("websocket") { gateway in
            for (offer, agreed) in [
                ("Sec-WebSocket-Protocol: v1, v2", "v2"), ("Sec-WebSocket-Protocol: v0, v1", "v1"),
                ("Sec-WebSocket-Protocol: v0", nil), ("X-None: 1", nil),
            ] {
                let client = try WebSocketClient(port: gateway.port)
                try client.open(WebSocketClient.request("/sub", offer))
                #expect(client.head.contains("Sec-WebSocket-Protocol: \(agreed ?? "")") == (agreed != nil))
                #expect(client.head.contains("X-Answer: 42"))
                #expect(try client.next() == .message(.text(agreed ?? "none")))
                #expect(try client.receiveClose().code == .normal)
            }
        }
    }

    @Test("Requests before it, and frames behind it, may come in its packet", .timeLimit(.minutes(5)))
    func together() throws {
        try withApplication("websocket") { gateway in
            let kept = try WebSocketClient(port: gateway.port)
            kept.send(raw: "GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try kept.receiveText(through: "\r\n\r\nplain")
            try kept.open(WebSocketClient.request("/echo"))
            kept.send(.text("after"))
            #expect(try kept.next() == .message(.text("after")))

            let client = try WebSocketClient(port: gateway.port)
            let plain = "GET /plain HTTP/1.1\r\nHost: a\r\n\r\n"
            client.send(
                raw: Array((plain + WebSocketClient.request("/echo")).utf8)
                    + WebSocketClient.frame(0x81, Array("early".utf8)) + WebSocketClient.frame(0x89, [7])
                    + WebSocketClient.frame(0x88))
            _ = try client.receiveText(through: "\r\n\r\nplain")
            #expect(try client.receiveText(through: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            // The pong may overtake the handler's answer, and the close frame does.
            #expect(try client.next() == .pong([7]))
            #expect(try client.receiveClose().code == .noStatus)
            try eventually("the handler has heard all, and answered too late") {
                gateway.calls.contains("/echo ended by the WebSocket is closed")
            }
        }
    }

    @Test(
        "An inline handler may answer so, in any class", .timeLimit(.minutes(5)),
        arguments: ["sync", "thread", "async"])
    func inline(_ workerClass: String) throws {
        try withApplication("inline-websocket", "--worker-class", workerClass) { gateway in
            for path in ["/echo", "/elsewhere"] {
                let client = try gateway.openSocket(path)
                client.send(.text("hello"))
                #expect(try client.next() == .message(.text("hello")))
                client.close(1000)
                #expect(try client.receiveClose().code == .normal)
            }
            #expect(try gateway.get("/plain").text == "plain")
        }
    }
}
