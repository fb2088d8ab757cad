import Syscalls
import Testing

@Suite("A Swift program as a FastCGI responder", .serialized)
struct SwiftResponderTests {
    /// Runs `body` with the port of a web server before a responder.
    private func serve(
        _ server: WebServer, _ kind: String = "table", _ body: (SpawnedResponder, UInt16) throws -> Void
    ) throws {
        let responder = try SpawnedResponder(kind)
        let (process, port) = try server.start(before: responder)
        defer {
            process.signal(.term)
            _ = try? process.waitForEnd()
            process.kill()
        }
        try body(responder, port)
        responder.process.signal(.term)
        #expect(try responder.process.waitForEnd() == .exited(0))
    }

    @Test(
        "What every language is asked, behind a web server", .timeLimit(.minutes(5)),
        arguments: ["nginx", "lighttpd"], ["table", "asynchronous-table"])
    func requests(_ server: String, _ kind: String) throws {
        try serve(#require(WebServer(rawValue: server)), kind) { _, port in
            try RequestTable.ask(port: port)
            let client = try HTTPClient(port: port)
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            let empty = try client.receive()
            #expect(empty.status == 204)
            #expect(empty.body.isEmpty)
            // What would split the answer is not passed on.
            client.send("GET /malformed HTTP/1.1\r\nHost: a\r\n\r\n")
            let malformed = try client.receive()
            #expect(malformed.status == 502)
            #expect(malformed["X-Forged"] == nil)
        }
    }

    @Test("The same program serves the same by itself", .timeLimit(.minutes(5)))
    func server() throws {
        for kind in ["table", "asynchronous-table"] {
            try withApplication(kind) { gateway in try RequestTable.ask(port: gateway.port) }
        }
    }

    @Test("With two threads it answers two requests at once", .timeLimit(.minutes(5)))
    func threads() throws {
        try serve(.lighttpd) { responder, port in
            let gate = responder.folder / "gate"
            let clients = try (0..<2).map { _ in try HTTPClient(port: port) }
            for client in clients { client.send("GET /until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n") }
            try eventually("both have arrived") { responder.calls.count == 2 }
            try TextFile.write("", to: gate)
            for client in clients {
                #expect(try client.receive().text == "\(responder.process.pid)")
            }
        }
    }

    @Test("TERM ends it when what it has begun is answered; a second one at once", .timeLimit(.minutes(5)))
    func termination() throws {
        for isPatient in [true, false] {
            try serve(.lighttpd) { responder, port in
                let gate = responder.folder / "gate"
                let client = try HTTPClient(port: port)
                client.send("GET /until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                try eventually("it has begun") { responder.calls.count == 1 }
                responder.process.signal(.term)
                // It blocks its signals and reads them.
                try eventually("it has read the signal") {
                    TextFile.read("/proc/\(responder.process.pid)/status").lines.contains(
                        "ShdPnd:\t0000000000000000")
                }
                #expect(responder.process.status == nil)
                if isPatient {
                    try TextFile.write("", to: gate)
                    #expect(try client.receive().text == "\(responder.process.pid)")
                } else {
                    responder.process.signal(.term)
                }
                #expect(try responder.process.waitForEnd() == .exited(0))
            }
        }
    }

    @Test(
        "An idle one ends at once, on whichever signal", .timeLimit(.minutes(5)),
        arguments: [Signal.term, .usr1, .int, .quit])
    func idle(_ signal: Signal) throws {
        try serve(.nginx) { responder, port in
            let client = try HTTPClient(port: port)
            client.send("GET /lines HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
            responder.process.signal(signal)
            #expect(try responder.process.waitForEnd() == .exited(0))
        }
    }

    @Test(
        "A stream is sent as it is made, and ends when its client leaves", .timeLimit(.minutes(5)),
        arguments: ["nginx", "lighttpd"], ["everywhere", "everywhere-later"])
    func streams(_ server: String, _ kind: String) throws {
        try serve(#require(WebServer(rawValue: server)), kind) { responder, port in
            let gate = responder.folder / "gate"
            let client = try HTTPClient(port: port)
            client.send("GET /until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("its beginning arrives") {
                try #require(try client.poll() == nil)
                return client.partialBody.hasPrefix("begun\n.")
            }
            try TextFile.write("", to: gate)
            #expect(try client.receive().text.hasSuffix(".\ndone\n"))
            let leaver = try HTTPClient(port: port)
            leaver.send("GET /until?\(gate)-never HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("another one begins") {
                try #require(try leaver.poll() == nil)
                return leaver.partialBody.hasPrefix("begun\n")
            }
            leaver.reset()
            try eventually("the handler hears of it") { responder.calls == ["ended ClientLeft true"] }
        }
    }

    @Test(
        "A stream that breaks off is not taken for a whole one where its length was said",
        .timeLimit(.minutes(5)))
    func brokenStream() throws {
        for server in WebServer.allCases {
            try serve(server, "everywhere") { responder, port in
                let client = try HTTPClient(port: port)
                client.send("GET /stream-short HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(throws: AnswerError.cut(status: 200, bodyCount: 14)) { try client.receive() }
                let log = TextFile.read(responder.folder / "\(server.rawValue).log")
                #expect(log.contains("/stream-short: the answer broke off"), "\(log)")
            }
        }
    }

    @Test("What cannot be served is one line and the exit code of a server", .timeLimit(.minutes(5)))
    func mistakes() throws {
        for (kind, code, words) in [
            ("missing", 4, "nobody has written it"), ("failing", 3, "could not be built"),
            ("tiny", 4, "--worker-class tiny"),
        ] {
            let responder = try SpawnedResponder(kind)
            #expect(try responder.process.waitForEnd() == .exited(code))
            #expect(responder.log.contains(words), "\(responder.log)")
        }
        let responder = try SpawnedResponder(threads: 0)
        #expect(try responder.process.waitForEnd() == .exited(2))
        #expect(responder.log.contains("--threads"), "\(responder.log)")
    }

    @Test("Behind a gateway it is any FastCGI program, also while that is reloaded", .timeLimit(.minutes(5)))
    func reload() throws {
        let command = "exec:'\(Build.testApplication)' --threads 2"
        try withGateway(
            command, "--processes", "2", "--workers", "2", environment: ["TEST_APPLICATION=table"]
        ) { gateway in
            let crowd = try Crowd(of: 8, at: gateway, isKept: false, requestsEach: nil) { client, number in
                "/lines/\(client)/\(number)"
            }
            try crowd.run { crowd.outcomes.count > 50 }
            gateway.signal(.hup)
            try crowd.run { gateway.hasLogged("generation 2 serves") }
            let answered = crowd.outcomes.count
            try crowd.run { crowd.outcomes.count > answered + 50 }
            #expect(crowd.failures == [])
            crowd.stop()
        }
    }
}
