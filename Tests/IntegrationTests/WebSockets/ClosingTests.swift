import Syscalls
import Testing
import WebSockets

@Suite("How WebSockets close", .serialized)
struct ClosingTests {
    @Test("A close frame is answered with its code, and the server closes first", .timeLimit(.minutes(5)))
    func echoed() throws {
        try withApplication("websocket") { gateway in
            for code: UInt16? in [nil, 1000, 1001, 1011, 3000, 4999] {
                let client = try gateway.openSocket("/echo")
                client.send(.text("before"))
                #expect(try client.next() == .message(.text("before")))
                client.close(code, "bye")
                #expect(try client.receiveClose().code.rawValue == code ?? 1005)
            }
            try eventually("handlers have heard") {
                gateway.calls.filter { $0 == "/echo returned 4999" || $0 == "/echo returned 1005" }.count == 2
            }
        }
    }

    @Test("A handler that returns closes with 1000, one that throws with 1011", .timeLimit(.minutes(5)))
    func handlers() throws {
        try withApplication("websocket") { gateway in
            for (path, code, reason) in [
                ("/returns", 1000, ""), ("/throws", 1011, ""), ("/close?4001", 4001, "so it is said"),
                ("/close?1005", 1000, "so it is said"),
            ] {
                let client = try gateway.openSocket(path)
                let status = try client.receiveClose()
                #expect(Int(status.code.rawValue) == code && status.reason == reason, "\(path)")
            }
            #expect(gateway.hasLogged("[error]", "GET /throws", "the WebSocket's handler failed: Refusal()"))
            let late = try gateway.openSocket("/fails-late")
            late.close(1000)
            #expect(try late.receiveClose().code == .normal)
            try eventually("an error behind the close frame is logged as well") {
                gateway.hasLogged("[error]", "GET /fails-late", "Refusal()")
            }
        }
    }

    @Test("Whoever breaks the protocol or a limit is told so", .timeLimit(.minutes(5)))
    func failures() throws {
        func frame(_ first: UInt8, _ payload: [UInt8] = [], isMasked: Bool = true) -> [UInt8] {
            WebSocketClient.frame(first, payload, isMasked: isMasked)
        }
        let hundred = [UInt8](repeating: 97, count: 100)
        let table: [(String, [UInt8], Int)] = [
            ("/echo", frame(0x81, [97], isMasked: false), 1002), ("/echo", frame(0x91, [97]), 1002),
            ("/echo", frame(0xC1, [97]), 1002), ("/echo", frame(0x83), 1002), ("/echo", frame(0x8B), 1002),
            ("/echo", frame(0x09), 1002), ("/echo", frame(0x89, hundred + hundred), 1002),
            ("/echo", frame(0x80, [97]), 1002), ("/echo", frame(0x01, [97]) + frame(0x81, [97]), 1002),
            ("/echo", frame(0x88, [3]), 1002), ("/echo", frame(0x88, [3, 0xED]), 1002),
            ("/echo", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002),
            ("/echo", frame(0x81, [0xC0, 0xAF]), 1007), ("/echo", frame(0x01, [0xFF]), 1007),
            ("/echo", frame(0x81, [0xE2, 0x82]), 1007), ("/echo", frame(0x88, [3, 0xE8, 0xFF]), 1007),
            ("/small", frame(0x81, hundred + [97]), 1009),
            ("/small", frame(0x01, hundred) + frame(0x80, [97]), 1009),
            ("/echo", [0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255], 1009),
        ]
        try withApplication("websocket") { gateway in
            for (path, octets, code) in table {
                let client = try gateway.openSocket(path)
                client.send(raw: octets)
                #expect(try Int(client.receiveClose().code.rawValue) == code, "\(octets.prefix(16))")
            }
            #expect(gateway.hasLogged("GET /echo", "the WebSocket was closed: text that is no UTF-8"))
            let client = try gateway.openSocket("/small")
            client.send(.binary(hundred))
            #expect(try client.next() == .message(.binary(hundred)))
        }
    }

    @Test("What a client sends behind its close frame is not heard", .timeLimit(.minutes(5)))
    func behind() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/echo")
            client.send(raw: WebSocketClient.frame(0x88, [3, 0xE8]) + WebSocketClient.frame(0x81, [97]))
            #expect(try client.receiveClose().code == .normal)
        }
    }

    @Test("A handler that closes does not wait behind what its client still sends", .timeLimit(.minutes(5)))
    func unread() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/close?4001")
            // More than waits for a handler; nobody wants it any more.
            client.send(.binary([UInt8](repeating: 1, count: 300_000)))
            client.send(.binary([UInt8](repeating: 1, count: 300_000)))
            #expect(try client.receiveClose().code.rawValue == 4001)
            try eventually("the handler has heard the answer") {
                gateway.calls.contains("/close returned 4001")
            }
        }
    }
}
