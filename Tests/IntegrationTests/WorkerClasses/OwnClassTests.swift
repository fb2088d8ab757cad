import Syscalls
import Testing

@Suite("A worker class of a program's own", .serialized)
struct OwnClassTests {
    @Test("It serves from the gateway's sockets, with what the settings say", .timeLimit(.minutes(5)))
    func serves() throws {
        try withApplication(
            "inline", "--worker-class", "tiny", "--workers", "2", "--threads", "3", "--timeout", "20"
        ) { gateway in
            let workers = try gateway.workers
            let answering = try #require(ProcessID(gateway.get("/").text))
            #expect(workers.contains(answering))
            #expect(gateway.hookLines.contains("threads 3 timeout 20 graceful 30"))
            #expect(gateway.hasLogged("tiny serves at 127.0.0.1:\(try gateway.port)"))
        }
    }

    @Test("TERM lets it finish, and its workers leave with 0", .timeLimit(.minutes(5)))
    func stops() throws {
        let folder = try TemporaryFolder()
        let gateway = try GatewayProcess(
            nil, ["--log-level", "debug"], environment: ["TEST_APPLICATION=tiny"], folder: folder,
            program: Build.testApplication)
        try gateway.use { gateway in
            let response = try gateway.get("/")
            #expect(response.status == 200)
        }
        #expect(gateway.hasLogged("exited with code 0"))
        let lines = gateway.hookLines.filter { !$0.hasPrefix("threads") }.map {
            $0.split(separator: " ").first.map(String.init) ?? ""
        }
        #expect(
            lines == [
                "onStarting", "preFork", "postFork", "postWorkerInit", "whenReady", "stopped", "workerExit",
                "childExit", "onExit",
            ])
        #expect(gateway.hookLines.contains("stopped gracefully=true"))
    }

    @Test("INT tells it that there is no time", .timeLimit(.minutes(5)))
    func interrupted() throws {
        try withApplication("tiny") { gateway in
            let worker = try #require(try gateway.workers.first)
            ChildProcess.signal(worker, .int)
            try eventually("it has stopped") { gateway.hookLines.contains("stopped gracefully=false") }
            #expect(gateway.hookLines.contains { $0.hasPrefix("workerInt") })
        }
    }

    @Test("A second INT does not wait for it", .timeLimit(.minutes(5)))
    func stubborn() throws {
        try withApplication("tiny", "--graceful-timeout", "1", environment: ["TINY=stubborn"]) { gateway in
            let worker = try #require(try gateway.workers.first)
            ChildProcess.signal(worker, .int)
            try eventually("it was told") { gateway.hookLines.contains { $0.hasPrefix("workerInt") } }
            #expect(try gateway.workers == [worker])
            ChildProcess.signal(worker, .int)
            try eventually("it has left") { gateway.hasLogged("(pid \(worker)) exited with code 0") }
        }
    }

    @Test("Without a heartbeat it is killed and replaced", .timeLimit(.minutes(5)))
    func stuck() throws {
        try withApplication("tiny", "--timeout", "2") { gateway in
            let worker = try #require(try gateway.workers.first)
            let client = try gateway.connect()
            client.send("GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is killed") { gateway.hasLogged("(pid \(worker)) timed out") }
            #expect(throws: AnswerError.closed) { try client.receive() }
            #expect(try gateway.get("/").text != "\(worker)")
        }
    }

    @Test("When it throws, the worker ends with 1 and is replaced", .timeLimit(.minutes(5)))
    func fails() throws {
        try withApplication("tiny") { gateway in
            let worker = try #require(try gateway.workers.first)
            let client = try gateway.connect()
            client.send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it has ended") { gateway.hasLogged("(pid \(worker)) exited with code 1") }
            #expect(gateway.hasLogged("the worker class 'tiny' failed: Refusal()"))
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("When it throws before it serves, the gateway does not start", .timeLimit(.minutes(5)))
    func throwsEarly() throws {
        let gateway = try GatewayProcess(
            nil, [], environment: ["TEST_APPLICATION=tiny", "TINY=throws"], folder: nil,
            program: Build.testApplication)
        defer { gateway.discard() }
        #expect(try gateway.process.waitForEnd() == .exited(3))
        #expect(gateway.hasLogged("exited with code 3 before it served"))
        try gateway.expectNothingLeft()
    }

    @Test("A class that nobody registered is refused by its name", .timeLimit(.minutes(5)))
    func unknown() throws {
        let gateway = try GatewayProcess(
            nil, ["--worker-class", "gthread"], environment: ["TEST_APPLICATION=inline"], folder: nil,
            program: Build.testApplication)
        defer { gateway.discard() }
        #expect(try gateway.process.waitForEnd() != .exited(0))
        #expect(gateway.log.contains("'gthread'"))
        try gateway.expectNothingLeft()
    }
}
