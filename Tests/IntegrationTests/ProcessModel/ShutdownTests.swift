import Syscalls
import Testing

@Suite("Stopping", .serialized)
struct ShutdownTests {
    @Test("TERM finishes what is in flight and exits with 0", .timeLimit(.minutes(5)))
    func graceful() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "2", "--workers", "2") { gateway in
            let gate = gateway.folder / "gate"
            let idle = try gateway.connect()
            idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try idle.receive().status == 200)
            let clients = try (0..<4).map { _ in try gateway.connect() }
            for client in clients {
                client.send("GET /held?until=\(gate)&n=100000 HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            try eventually("two are in flight") { gateway.calls.count { $0.contains("/held") } == 2 }

            gateway.signal(.term)
            // Nobody waits for a client that has nothing to ask.
            try idle.receiveEnd()
            #expect(gateway.process.status == nil)
            try TextFile.write("", to: gate)
            for client in clients {
                let response = try client.receive()
                #expect(response.status == 200)
                #expect(response.bodyCount == 100_000)
                #expect(response["Connection"] == "close")
                try client.receiveEnd()
            }
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(throws: SyscallError.self) { try gateway.connect() }
            #expect(gateway.hasLogged("stopped"))
        }
    }

    @Test("TERM waits for an upload that has begun", .timeLimit(.minutes(5)))
    func upload() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.receive().status == 100)
            gateway.signal(.term)
            try eventually("the gateway stops") { gateway.hasLogged("stopping") }
            client.send("abc")
            #expect(try client.receive().text == "3 bytes, sum 294")
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test("What does not end in time is killed, and the exit code is still 0", .timeLimit(.minutes(5)))
    func patience() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--graceful-timeout", "1") { gateway in
            let client = try gateway.connect()
            client.send("GET /?hang HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the request hangs") { gateway.calls.count == 1 }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(throws: AnswerError.closed) { try client.receive() }
            #expect(gateway.hasLogged("[warning]", "did not finish in time"))
        }
    }

    @Test("INT and QUIT wait for nobody", .timeLimit(.minutes(5)), arguments: [Signal.int, .quit])
    func quick(signal: Signal) throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "2", "--workers", "2", "--graceful-timeout",
            "300"
        ) { gateway in
            let client = try gateway.connect()
            client.send("GET /?hang HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the request hangs") { gateway.calls.count == 1 }
            gateway.signal(signal)
            // Far less than what a graceful stop would grant.
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test("INT hurries a graceful stop", .timeLimit(.minutes(5)))
    func escalation() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--graceful-timeout", "300") { gateway in
            let client = try gateway.connect()
            client.send("GET /?hang HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the request hangs") { gateway.calls.count == 1 }
            gateway.signal(.term)
            try eventually("the gateway stops") { gateway.hasLogged("stopping") }
            gateway.signal(.int)
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test("An application that ignores TERM is killed in the end", .timeLimit(.minutes(5)))
    func stubbornApplication() throws {
        let folder = try TemporaryFolder()
        let script = folder / "stubborn.sh"
        try TextFile.write(
            "trap '' TERM\nexec python3 \(Build.application("misbehaving/main.py"))\n", to: script)
        try withGateway("exec:sh \(script)", "--graceful-timeout", "1", folder: folder) { gateway in
            let response = try gateway.get("/fine")
            #expect(response.status == 200)
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(gateway.hasLogged("did not end in time, KILL is sent to it"))
        }
    }

    @Test("What waits to be accepted when TERM comes is served", .timeLimit(.minutes(5)))
    func backlog() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--workers", "2") { gateway in
            // Workers that stand still leave everything to the kernel's queue.
            let workers = try gateway.workers
            for worker in workers { try run("kill", "-STOP", "\(worker)") }
            let clients = try (0..<20).map { _ in try gateway.connect() }
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            gateway.signal(.term)
            try eventually("the gateway stops") { gateway.hasLogged("stopping") }
            for worker in workers { try run("kill", "-CONT", "\(worker)") }
            for client in clients { #expect(try client.receive().status == 200) }
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }

    @Test(
        "Who comes after TERM is turned away at once, while others are being finished",
        .timeLimit(.minutes(5)))
    func listenerCloses() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--workers", "2") { gateway in
            let gate = gateway.folder / "gate"
            let held = try gateway.connect()
            held.send("GET /?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            gateway.signal(.term)
            // Otherwise a load balancer would wait for an answer that nobody is going to give.
            try eventually("no connection is made any more") {
                do {
                    _ = try gateway.connect()
                    return false
                } catch is SyscallError {
                    return true
                }
            }
            #expect(gateway.process.status == nil)
            try TextFile.write("", to: gate)
            #expect(try held.receive().status == 200)
        }
    }
}
