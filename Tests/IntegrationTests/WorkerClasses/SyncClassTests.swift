import Syscalls
import Testing

@Suite("The worker class sync", .serialized)
struct SyncClassTests {
    @Test("Every response closes its connection", .timeLimit(.minutes(5)))
    func closes() throws {
        try withApplication("inline", "--worker-class", "sync") { gateway in
            let client = try gateway.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try client.receive()
            #expect(response.status == 200 && response["Connection"] == "close")
            try client.receiveEnd()
        }
    }

    @Test("Only one exchange at a time, whatever answers", .timeLimit(.minutes(5)), arguments: [true, false])
    func one(_ isFastCGI: Bool) throws {
        let body: (GatewayProcess) throws -> Void = { gateway in
            let target = { (gate: String) in
                isFastCGI ? "/?until=\(gateway.folder / gate)" : "/until?\(gateway.folder / gate)"
            }
            // The second is accepted before the first is at work: a busy worker leaves it to others.
            let clients = [try gateway.connect(), try gateway.connect()]
            for client in clients {
                client.send("GET ")
                try eventually("its first bytes are read") { gateway.unreadConnections == 0 }
            }
            clients[0].send("\(target("one")) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the first is at work") { gateway.calls.count == 1 }
            clients[1].send("\(target("two")) HTTP/1.1\r\nHost: a\r\n\r\n")
            let third = try gateway.connect()
            third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the second is read") { gateway.unreadConnections == 1 }
            #expect(gateway.calls.count == 1)
            try gateway.open("one")
            #expect(try clients[0].receive().status == 200)
            try eventually("the second is at work") { gateway.calls.count == 2 }
            try gateway.open("two")
            for client in [clients[1], third] {
                let response = try client.receive()
                #expect(response.status == 200 && response["Connection"] == "close")
                try client.receiveEnd()
            }
        }
        if isFastCGI {
            try withGateway(
                "exec:\(CProgram.responder.path)", "--processes", "2", "--worker-class", "sync"
            ) { try body($0) }
        } else {
            try withApplication("asynchronous", "--worker-class", "sync") { try body($0) }
        }
    }

    @Test("Another worker takes what a busy one leaves", .timeLimit(.minutes(5)))
    func others() throws {
        try withApplication("asynchronous", "--worker-class", "sync", "--workers", "2") { gateway in
            let busy = try gateway.connectAndHold("gate")
            for _ in 0..<10 { #expect(try gateway.get("/").status == 200) }
            try gateway.open("gate")
            #expect(try busy.receive().status == 200)
        }
    }
}

extension GatewayProcess {
    /// Connections with bytes that the gateway has not read, those that it has not accepted included.
    fileprivate var unreadConnections: Int {
        guard let port = try? port else { return 0 }
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        return TextFile.read("/proc/net/tcp").lines.count { line in
            // sl, local address, remote address, state (01: established), tx_queue:rx_queue
            let fields = line.split(separator: " ")
            return fields.count > 4 && fields[1].hasSuffix(suffix) && fields[3] == "01"
                && !fields[4].hasSuffix(":00000000")
        }
    }
}
