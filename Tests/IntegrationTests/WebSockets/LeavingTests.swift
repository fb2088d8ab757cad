import Syscalls
import Testing
import WebSockets

@Suite("WebSockets when somebody leaves", .serialized)
struct LeavingTests {
    @Test("A worker that leaves says so to every client", .timeLimit(.minutes(5)))
    func term() throws {
        try withApplication("websocket", "--graceful-timeout", "300") { gateway in
            let paths = ["/echo", "/echo", "/deaf"]
            let clients = try paths.map { try gateway.openSocket($0) }
            gateway.signal(.term)
            for client in clients { #expect(try client.receiveClose().code == .goingAway) }
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test("A client that does not answer is not waited for long", .timeLimit(.minutes(5)))
    func silent() throws {
        try withApplication("websocket", "--graceful-timeout", "300") { gateway in
            let client = try gateway.openSocket("/echo")
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(try client.receiveClose().code == .goingAway)
        }
    }

    @Test(
        "Told twice, and with a client that reads nothing, it leaves within its time", .timeLimit(.minutes(5))
    )
    func twice() throws {
        try withApplication("websocket", "--graceful-timeout", "2") { gateway in
            let clients = try ["/echo", "/deaf", "/flood"].map { try gateway.openSocket($0) }
            gateway.signal(.term)
            gateway.signal(.term)
            _ = try gateway.process.waitForEnd(within: 60)
            #expect(try clients[0].receiveClose().code == .goingAway)
        }
    }

    @Test("A reload sends clients to the new workers", .timeLimit(.minutes(5)))
    func reload() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/echo")
            let old = try gateway.workers
            gateway.signal(.hup)
            #expect(try client.receiveClose().code == .goingAway)
            let next = try gateway.openSocket("/echo")
            next.send(.text("again"))
            #expect(try next.next() == .message(.text("again")))
            #expect(try gateway.workers != old)
            next.close(1000)
            #expect(try next.receiveClose().code == .normal)
        }
    }

    @Test("A handler hears that its client is gone", .timeLimit(.minutes(5)), arguments: ["reset", "leave"])
    func gone(_ way: String) throws {
        try withApplication("websocket") { gateway in
            let clients = try ["/echo", "/deaf"].map { try gateway.openSocket($0) }
            try eventually("both run") { gateway.calls.contains("open /deaf") }
            for client in clients { way == "reset" ? client.reset() : client.leave() }
            try eventually("both have ended") {
                gateway.calls.contains("/deaf ended by CancellationError()")
                    && gateway.calls.contains("/echo returned none")
            }
            #expect(!gateway.hasLogged("[error]"))
        }
    }

    @Test("A client that sends no more without a close frame has left", .timeLimit(.minutes(5)))
    func halfClosed() throws {
        try withApplication("websocket") { gateway in
            let client = try gateway.openSocket("/echo")
            client.send(.text("last"))
            #expect(try client.next() == .message(.text("last")))
            client.shutdownSending()
            try client.receiveEnd()
            try eventually("the handler has heard") { gateway.calls.contains("/echo returned none") }
        }
    }

    @Test("A client that does not answer a ping is dropped, one that does is not", .timeLimit(.minutes(5)))
    func pings() throws {
        try withApplication("websocket") { gateway in
            let deaf = try gateway.openSocket("/ping")
            let client = try gateway.openSocket("/ping")
            for _ in 0..<2 { #expect(try client.next() == .ping([])) }
            try eventually("it is dropped") { gateway.calls.contains("/ping returned none") }
            client.send(.text("here"))
            while case let event = try client.next(), event != .message(.text("here")) {
                #expect(event == .ping([]))
            }
            #expect(gateway.calls.filter { $0 == "/ping returned none" }.count == 1)
            deaf.leave()
        }
    }

    @Test("Its line in the access log comes at its end", .timeLimit(.minutes(5)))
    func logged() throws {
        let folder = try TemporaryFolder()
        try GatewayProcess(
            nil, ["--access-log", folder / "access.log"], environment: ["TEST_APPLICATION=websocket"],
            folder: folder, program: Build.testApplication
        ).use { gateway in
            let client = try gateway.openSocket("/echo")
            client.send(.text("12345"))
            #expect(try client.next() == .message(.text("12345")))
            #expect(TextFile.read(folder / "access.log").isEmpty)
            client.close(1000)
            #expect(try client.receiveClose().code == .normal)
            try eventually("it is there") {
                TextFile.read(folder / "access.log").contains("\"GET /echo HTTP/1.1\" 101 5 ")
            }
            let other = try gateway.openSocket("/echo")
            other.reset()
            try eventually("so is that of a client that broke off") {
                TextFile.read(folder / "access.log").lines.count == 2
            }
            #expect(TextFile.read(folder / "access.log").lines[1].contains("\"GET /echo HTTP/1.1\" 101 0 "))
        }
    }
}
