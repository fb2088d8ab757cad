import Octets
import Testing
import WebSockets

@Suite("Opening handshake")
struct HandshakeTests {
    /// The request of RFC 6455, section 1.3.
    static var request: HandshakeRequest {
        var request = HandshakeRequest(method: Array("GET".utf8), minorVersion: 1)
        for (name, value) in [
            ("Host", "server.example.com"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Origin", "http://server.example.com"),
            ("Sec-WebSocket-Protocol", "chat, superchat"), ("Sec-WebSocket-Version", "13"),
        ] { request.add(name, value) }
        return request
    }

    @Test("The example of section 1.3 is answered as it says")
    func example() throws {
        let answer = try Handshake.answer(Self.request, HandshakePolicy(subprotocols: ["chat"]))
        #expect(answer.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(
            answer.fields.map { "\($0.name): \($0.value)" } == [
                "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "Sec-WebSocket-Protocol: chat",
            ])
    }

    @Test(
        "Keys are answered with what sha1sum and base64 say",
        arguments: [
            ("AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="),
            ("x3JJHMbDL1EzLkh9GBhXDw==", "HSmrc0sMlYUkAGmm5OPpG2HaGWk="),
        ])
    func keys(_ key: String, _ accept: String) {
        #expect(AcceptKey.isValid(Array(key.utf8)))
        #expect(AcceptKey.answer(to: Array(key.utf8)) == accept)
    }

    @Test(
        "A request that keeps to section 4.2.1 is accepted, however it is spelled",
        arguments: [
            ("UPGRADE", "WebSocket"), ("upgrade", "h2c, websocket"), ("Upgrade", "websocket ,"),
            ("connection", "keep-alive, UPGRADE"), ("Connection", "\tupgrade"),
            ("SEC-WEBSOCKET-KEY", "x3JJHMbDL1EzLkh9GBhXDw=="), ("sec-websocket-protocol", ""),
            ("Sec-WebSocket-Extensions", ""), ("Sec-WebSocket-Extensions", ", foo ,bar;a;b=1; c=\"d\\e\""),
        ])
    func accepted(_ name: String, _ value: String) throws {
        _ = try Handshake.answer(Self.request.with(name, value), HandshakePolicy())
    }

    @Test(
        "A request that does not is refused, and told why",
        arguments: [
            ("Host", nil, .host), ("Upgrade", nil, .upgrade), ("Upgrade", "websockets", .upgrade),
            ("Upgrade", "websocket/13", .upgrade), ("Upgrade", "web socket", .upgrade),
            ("Connection", nil, .connection), ("Connection", "keep-alive", .connection),
            ("Connection", "upgraded", .connection), ("Sec-WebSocket-Key", nil, .key),
            ("Sec-WebSocket-Key", "", .key), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ", .key),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQA=", .key),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j!Q==", .key),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", .key),
            ("Sec-WebSocket-Version", nil, .versionMalformed),
            ("Sec-WebSocket-Version", "", .versionMalformed),
            ("Sec-WebSocket-Version", "013", .versionMalformed),
            ("Sec-WebSocket-Version", "+13", .versionMalformed),
            ("Sec-WebSocket-Version", "256", .versionMalformed),
            ("Sec-WebSocket-Version", "13, 13", .versionMalformed), ("Sec-WebSocket-Version", "8", .version),
            ("Sec-WebSocket-Version", "14", .version), ("Sec-WebSocket-Version", "0", .version),
            ("Sec-WebSocket-Protocol", "a b", .protocols),
            ("Sec-WebSocket-Protocol", "chat, (x)", .protocols),
            ("Sec-WebSocket-Extensions", "a b", .extensions), ("Sec-WebSocket-Extensions", "a;", .extensions),
            ("Sec-WebSocket-Extensions", ";a", .extensions),
            ("Sec-WebSocket-Extensions", "a;b=", .extensions),
            ("Sec-WebSocket-Extensions", "a;b=\"c", .extensions),
            ("Sec-WebSocket-Extensions", "a;b=\"\"", .extensions),
            ("Sec-WebSocket-Extensions", "a;b=\"c d\"", .extensions),
            ("Sec-WebSocket-Extensions", "a;b=\"c\"d", .extensions),
            ("Sec-WebSocket-Extensions", "a;b=\"c\\", .extensions),
            ("Origin", "http://elsewhere.example.com", .origin),
        ] as [(String, String?, HandshakeFailure)])
    func refused(_ name: String, _ value: String?, _ failure: HandshakeFailure) {
        let error = #expect(throws: HandshakeFailure.self) {
            try Handshake.answer(Self.request.with(name, value), HandshakePolicy())
        }
        #expect(error == failure)
        #expect(failure.status == (failure == .version ? 426 : failure == .origin ? 403 : 400))
        let version = failure.fields.first { $0.name == "Sec-WebSocket-Version" }?.value
        #expect(version == (failure == .version ? "13" : nil))
    }

    @Test("Only a GET of HTTP/1.1 is an opening handshake")
    func requestLine() {
        for (method, minorVersion, failure) in [
            ("POST", 1, .method), ("get", 1, .method), ("GET", 0, .httpVersion),
        ] as [(String, Int, HandshakeFailure)] {
            var request = Self.request
            request.method = Array(method.utf8)
            request.minorVersion = minorVersion
            #expect(throws: failure) { try Handshake.answer(request, HandshakePolicy()) }
        }
    }

    @Test(
        "The subprotocol is the server's first that the client offers",
        arguments: [
            (["superchat", "chat"], "superchat"), (["chat", "superchat"], "chat"), (["x", "chat"], "chat"),
            (["CHAT"], nil), (["chat, superchat"], nil), ([], nil),
        ] as [([String], String?)])
    func subprotocols(_ spoken: [String], _ chosen: String?) throws {
        let answer = try Handshake.answer(Self.request, HandshakePolicy(subprotocols: spoken))
        #expect(answer.subprotocol == chosen)
        #expect(answer.fields.contains { $0.name == "Sec-WebSocket-Protocol" } == (chosen != nil))
    }

    @Test("Lines of one name are one list")
    func lines() throws {
        var request = Self.request
        request.add("Sec-WebSocket-Protocol", "third")
        request.add("Sec-WebSocket-Extensions", "unknown")
        request.add("Sec-WebSocket-Extensions", "permessage-deflate")
        request.add("X-Other", "nothing")
        let answer = try Handshake.answer(request, HandshakePolicy(subprotocols: ["third"]))
        #expect(answer.subprotocol == "third")
        #expect(answer.deflate != nil)
        #expect(HandshakeRequest(method: [], minorVersion: 1).asksForWebSocket == false)
        #expect(request.asksForWebSocket)
    }
}

extension HandshakeRequest {
    mutating func add(_ name: String, _ value: String) {
        Array(name.utf8).withUnsafeBufferPointer { name in
            Array(value.utf8).withUnsafeBufferPointer { value in add(name, value) }
        }
    }

    /// The same with another value of a field, or without it.
    func with(_ name: String, _ value: String?) -> HandshakeRequest {
        var changed = self
        switch name.lowercased() {
        case "host": changed.host = nil
        case "origin": changed.origin = nil
        case "upgrade": changed.upgrade = nil
        case "connection": changed.connection = nil
        case "sec-websocket-key": changed.key = nil
        case "sec-websocket-version": changed.version = nil
        case "sec-websocket-protocol": changed.protocols = nil
        default: changed.extensions = nil
        }
        if let value { changed.add(name, value) }
        return changed
    }
}
