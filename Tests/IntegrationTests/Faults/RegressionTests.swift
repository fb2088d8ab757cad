import Syscalls
import Testing

/// What once went wrong with real clients, each as short as it can be told.
@Suite("What must not come back", .serialized)
struct RegressionTests {
    @Test("A request that kills its process is sent a second time, and not a third", .timeLimit(.minutes(5)))
    func deadlyRequest() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            """
            import os
            def application(environ, start_response):
                if environ["PATH_INFO"] == "/die":
                    with open("calls", "a") as calls:
                        calls.write("x\\n")
                    os.kill(os.getpid(), 9)
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [b"alive"]
            """, to: folder / "deadly.py")
        try withGateway(
            "wsgi:deadly", "--processes", "4", "--workers", "1", "--chdir", folder.path, folder: folder
        ) { gateway in
            for _ in 0..<8 {
                let answer = try gateway.get("/")
                #expect(answer.text == "alive")
            }
            let answer = try gateway.get("/die")
            #expect(answer.status == 502)
            #expect((1...2).contains(TextFile.read(folder / "calls").lines.count))
            let next = try gateway.get("/")
            #expect(next.text == "alive")
        }
    }

    @Test(
        "A file that a slow client is taking arrives whole while its worker leaves", .timeLimit(.minutes(5)),
        arguments: [Signal.hup, .term])
    func downloadDuringDrain(_ signal: Signal) throws {
        let site = try Site()
        try run("dd", "if=/dev/zero", "of=\(site.path)/large.bin", "bs=1000000", "count=30")
        try site.serve { gateway in
            let slow = try gateway.connect()
            slow.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")
            slow.push()
            let workers = try gateway.workers
            gateway.signal(signal)
            try eventually("it has begun to leave") {
                gateway.hasLogged(signal == .hup ? "drains" : "stopping")
            }
            let answer = try slow.receive()
            #expect(answer.status == 200)
            #expect(answer.bodyCount == 30_000_000)
            slow.close()
            if signal == .term {
                #expect(try gateway.process.waitForEnd() == .exited(0))
            } else {
                try eventually("the old worker is gone") {
                    try Set(gateway.workers).isDisjoint(with: workers)
                }
                #expect(try gateway.get("/large.bin").bodyCount == 30_000_000)
            }
        }
    }

    @Test("Reloads cost no request on kept connections", .timeLimit(.minutes(5)))
    func keptConnections() throws {
        try withGateway("exec:\(try CProgram.responder.path)", "--processes", "2", "--workers", "2") {
            gateway in
            let crowd = try Crowd(of: 16, at: gateway, isKept: true, requestsEach: nil)
            for generation in 2...4 {
                gateway.signal(.hup)
                try crowd.run { gateway.hasLogged("generation \(generation) serves") }
            }
            #expect(crowd.successes > 0)
            #expect(crowd.failures == [])
            crowd.stop()
        }
    }

    @Test("A client that asks for much and reads nothing is given up", .timeLimit(.minutes(5)))
    func noReader() throws {
        try withGateway(
            "exec:\(try CProgram.responder.path)", "--workers", "1", "--send-timeout", "1",
            "--worker-connections", "1"
        ) { gateway in
            let client = try gateway.connect()
            client.send(String(repeating: "GET /?c=40000 HTTP/1.1\r\nHost: a\r\n\r\n", count: 300))
            // The worker has room for one: others are served when the first is given up.
            try eventually("there is room") { try gateway.get("/").status == 200 }
        }
    }
}
