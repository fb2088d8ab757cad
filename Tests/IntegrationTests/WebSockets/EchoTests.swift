import Syscalls
import Testing
import WebSockets

@Suite("Messages of WebSockets", .serialized)
struct EchoTests {
    @Test(
        "Messages of every size come back, in one frame or in many", .timeLimit(.minutes(5)),
        arguments: ["/echo", "/elsewhere"])
    func sizes(_ path: String) throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket(path)
            for size in [0, 1, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537, 1 << 20] {
                client.send(.text(String(repeating: "x", count: size)))
                #expect(try client.next() == .message(.text(String(repeating: "x", count: size))))
                let octets = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
                client.send(.binary(octets))
                #expect(try client.next() == .message(.binary(octets)))
            }
            let text = Array("κόσμε".utf8)
            for (index, octet) in text.enumerated() {
                let bits: UInt8 = (index == 0 ? 1 : 0) | (index == text.count - 1 ? 0x80 : 0)
                client.send(raw: WebSocketClient.frame(bits, [octet]))
                if index == 2 { client.ping([1, 2]) }
            }
            #expect(try client.next() == .pong([1, 2]))
            #expect(try client.next() == .message(.text("κόσμε")))
        }
    }

    @Test("Octet by octet a message is the same", .timeLimit(.minutes(5)))
    func octets() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/echo")
            for octet in WebSocketClient.frame(0x81, Array(repeating: 97, count: 130)) {
                client.send(raw: [octet])
            }
            #expect(try client.next() == .message(.text(String(repeating: "a", count: 130))))
        }
    }

    @Test("A ping is answered while the handler does something else", .timeLimit(.minutes(5)))
    func ping() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/silent?\(gateway.folder / "gate")")
            client.send(.text("first"))
            client.ping([9, 8, 7])
            #expect(try client.next() == .pong([9, 8, 7]))
            // Nobody has asked for it.
            client.send(raw: WebSocketClient.frame(0x8A, [1]))
            try gateway.open("gate")
            #expect(try client.next() == .message(.text("first")))
        }
    }

    @Test("Messages wait for the handler, and then the client does", .timeLimit(.minutes(5)))
    func behind() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/silent?\(gateway.folder / "gate")")
            let before = try gateway.residentMemory
            let part = [UInt8](repeating: 66, count: 1 << 16)
            var count = 0
            try eventually("the client waits", within: 60) {
                let unsent = client.unsent
                while client.unsent < 1 << 16 {
                    client.send(.binary(part))
                    count += 1
                    try #require(count < 2000)
                }
                client.push()
                return unsent >= 1 << 16 && client.unsent >= unsent
            }
            #expect(try gateway.residentMemory - before < 8 << 20)
            try gateway.open("gate")
            for _ in 0..<count { #expect(try client.next() == .message(.binary(part))) }
        }
    }

    @Test("A few octets that are large messages wait as such", .timeLimit(.minutes(5)))
    func compressed() throws {
        try withApplication("websocket") { gateway in
            let client = try WebSocketClient(port: gateway.port)
            try client.open(
                WebSocketClient.request(
                    "/silent?\(gateway.folder / "gate")", "Sec-WebSocket-Extensions: permessage-deflate"))
            #expect(client.head.contains("permessage-deflate"))
            let before = try gateway.residentMemory
            // 300 messages of a million octets each, in three hundred kilobytes.
            let octets = try #require(zeros)
            for _ in 0..<300 { client.send(raw: WebSocketClient.frame(0xC2, octets)) }
            client.ping([1])
            try eventually("they have been sent") {
                client.push()
                return client.unsent == 0
            }
            #expect(try gateway.get("/plain").text == "plain")
            #expect(try gateway.residentMemory - before < 32 << 20)
            client.reset()
            try eventually("it has heard") { gateway.calls.contains { $0.hasPrefix("/silent ended") } }
        }
    }

    /// A million zeros, compressed as RFC 7692 has it.
    private var zeros: [UInt8]? {
        get throws {
            let text = try run(
                Build.python, "-c",
                "import zlib; c = zlib.compressobj(9, wbits=-15); "
                    + "print(*(c.compress(bytes(1000000)) + c.flush(zlib.Z_SYNC_FLUSH))[:-4])")
            return text.split { $0.isWhitespace }.compactMap { UInt8($0) }
        }
    }

    @Test("What one says to all, all hear, until they leave", .timeLimit(.minutes(5)))
    func broadcast() throws {
        try withApplication("websocket") { gateway in
            let clients = try (0..<3).map { _ in try gateway.openSocket("/broadcast") }
            try eventually("all listen") { try gateway.get("/listeners").text == "3" }
            clients[0].send(.text("to all"))
            for client in clients { #expect(try client.next() == .message(.text("to all"))) }
            clients[0].close(1000)
            clients[1].reset()
            try eventually("one listens") { try gateway.get("/listeners").text == "1" }
        }
    }

    @Test("A slow reader holds up whoever sends", .timeLimit(.minutes(5)))
    func slowReader() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/flood")
            var last = ""
            try eventually("it stands still", within: 60) {
                let now = gateway.calls.last { $0.hasPrefix("flood ") } ?? ""
                defer { last = now }
                for _ in 0..<20 { _ = try gateway.get("/plain") }
                return !now.isEmpty && now == last
            }
            #expect(try #require(Int(last.dropFirst(6))) < 400)
            // A client that sends pings and reads nothing fills no memory either.
            let before = try gateway.residentMemory
            let payload = [UInt8](repeating: 1, count: 125)
            for _ in 0..<100_000 where client.unsent < 1 << 20 { client.ping(payload) }
            #expect(try gateway.get("/plain").text == "plain")
            #expect(try gateway.residentMemory - before < 8 << 20)
            client.reset()
            try eventually("it has heard") {
                gateway.calls.contains { $0.hasPrefix("/flood ended by the WebSocket is closed") }
            }
        }
    }
}

extension GatewayProcess {
    /// Octets of memory that the only worker has in use.
    var residentMemory: Int {
        get throws {
            let worker = try #require(workers.first)
            let text = try #require(Files.text("/proc/\(worker)/status"))
            let line = try #require(text.lines.first { $0.hasPrefix("VmRSS:") })
            return try #require(Int(line.split { $0.isWhitespace }[1])) << 10
        }
    }
}
