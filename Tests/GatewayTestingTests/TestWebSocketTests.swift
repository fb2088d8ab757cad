import GatewayTesting
import Synchronization
import Testing

@Suite("A WebSocket in a test client")
struct TestWebSocketTests {
    private struct Failed: Error {}

    private static let echo = Application.inline { _ in
        .webSocket(fields: [("X", "1")]) { socket in
            for try await message in socket {
                if message == .text("fail") { throw Failed() }
                if message == .text("bye") { return }
                if message == .text("odd") { return await socket.close(code: 4000, reason: "because") }
                try await socket.send(message)
            }
        }
    }

    @Test("Messages go both ways")
    func echo() async throws {
        let socket = try await TestClient(Self.echo).webSocket("/chat")
        #expect(socket.fields["X"] == "1" && socket.subprotocol == nil)
        try await socket.send("hello")
        try await socket.send([1, 2])
        #expect(try await socket.receive() == .text("hello"))
        #expect(try await socket.receive() == .binary([1, 2]))
        #expect(socket.closeCode == nil)
        socket.close()
        try await socket.untilHandlerEnds()
        #expect(try await socket.receive() == nil)
        await #expect(throws: WebSocketClosed.self) { try await socket.send("late") }
    }

    @Test(
        "A handler closes when it returns, when it throws and when it says so",
        arguments: [("bye", 1000, ""), ("fail", 1011, ""), ("odd", 4000, "because")]
            as [(String, UInt16, String)])
    func closing(_ word: String, _ code: UInt16, _ reason: String) async throws {
        let client = TestClient(Self.echo)
        let socket = try await client.webSocket("/")
        try await socket.send(word)
        #expect(try await socket.receive() == nil)
        #expect(socket.closeCode == code && socket.closeReason == reason)
        try await socket.untilHandlerEnds()
        #expect(client.log.count == (word == "fail" ? 1 : 0))
    }

    @Test("A handler reads what was sent before the client closed, and how that was")
    func closedByClient() async throws {
        let seen = Mutex<[String]>([])
        let (go, gate) = AsyncStream<Void>.makeStream()
        let client = TestClient(
            .inline { _ in
                .webSocket { socket in
                    for await _ in go { break }
                    for try await message in socket { seen.withLock { $0.append("\(message)") } }
                    seen.withLock { $0.append("\(socket.closeCode ?? 0)") }
                    await #expect(throws: WebSocketClosed.self) { try await socket.send("x") }
                }
            })
        let socket = try await client.webSocket("/")
        try await socket.send("a")
        socket.close(code: 1001)
        gate.yield()
        try await socket.untilHandlerEnds()
        #expect(seen.withLock { $0 } == [#"text("a")"#, "1001"])
    }

    @Test("A connection that breaks off cancels the handler")
    func brokenOff() async throws {
        let wasCancelled = Atomic(false)
        let client = TestClient(
            .inline { _ in
                .webSocket { socket in
                    let message = try await socket.receive()
                    #expect(message == nil)
                    #expect(socket.closeCode == nil)
                    wasCancelled.store(Task.isCancelled, ordering: .relaxed)
                }
            })
        let socket = try await client.webSocket("/")
        socket.leave()
        try await socket.untilHandlerEnds()
        let isCancelled = wasCancelled.load(ordering: .relaxed)
        #expect(isCancelled)
    }

    @Test("Whoever sends waits for a client that does not read")
    func backPressure() async throws {
        var options = TestOptions()
        options.buffer = 3
        let sent = Atomic(0)
        let client = TestClient(
            .inline { _ in
                .webSocket { socket in
                    while true {
                        try await socket.send([0, 0])
                        sent.add(1, ordering: .relaxed)
                    }
                }
            }, options: options)
        let socket = try await client.webSocket("/")
        for count in 1...5 {
            while sent.load(ordering: .relaxed) < count { await Task.yield() }
            #expect(sent.load(ordering: .relaxed) == count)
            #expect(try await socket.receive() == .binary([0, 0]))
        }
    }

    @Test("A message that is too large closes with 1009")
    func tooLarge() async throws {
        var options = WebSocketOptions()
        options.messageLimit = 3
        let client = TestClient(
            .inline { [options] _ in .webSocket(options: options) { for try await _ in $0 {} } })
        let socket = try await client.webSocket("/")
        try await socket.send("abc")
        try await socket.send("abcd")
        #expect(try await socket.receive() == nil)
        #expect(socket.closeCode == 1009)
    }

    @Test("The first subprotocol that both know is agreed on")
    func subprotocols() async throws {
        var options = WebSocketOptions()
        options.subprotocols = ["v2", "v1"]
        let client = TestClient(
            .inline { [options] _ in
                .webSocket(options: options) { try await $0.send($0.subprotocol ?? "none") }
            })
        #expect(try await client.webSocket("/", subprotocols: ["v1", "v2"]).subprotocol == "v2")
        let socket = try await client.webSocket("/", subprotocols: ["v3"])
        #expect(try await socket.receive() == .text("none"))
    }

    @Test("Pages of other origins are refused, and so is what is no WebSocket")
    func refused() async throws {
        let client = TestClient(Self.echo)
        _ = try await client.webSocket("/", fields: [.origin: "http://localhost"])
        func answer(_ client: TestClient, _ fields: HTTPFields) async throws -> Int? {
            do {
                _ = try await client.webSocket("/", fields: fields)
                return nil
            } catch TestClientError.noWebSocket(let response) {
                return response.status.code
            }
        }
        #expect(try await answer(client, [.origin: "http://elsewhere"]) == 403)
        #expect(try await answer(TestClient(.inline { _ in Response("x") }), [:]) == 200)
        let plain = try await client.get("/")
        #expect(plain.status == .upgradeRequired && plain[.upgrade] == "websocket")
    }
}
