import Syscalls
import Testing

@Suite("Hooks", .serialized)
struct HookTests {
    @Test("They are called at their moments, in order", .timeLimit(.minutes(5)))
    func order() throws {
        let folder = try TemporaryFolder()
        let gateway = try GatewayProcess(
            nil, [], environment: ["TEST_APPLICATION=inline"], folder: folder, program: Build.testApplication)
        try gateway.use { gateway in
            let statuses = try ["/a?b", "/%", "/c"].map { try gateway.get($0).status }
            #expect(statuses == [200, 400, 200])
        }
        let lines = gateway.hookLines.map {
            $0.split(separator: " ").filter { Int($0) ?? 200 >= 200 }.joined(separator: " ")
        }
        #expect(
            lines == [
                "onStarting", "preFork", "postFork", "build", "postWorkerInit", "whenReady",
                "preRequest GET /a", "postRequest GET /a 200", "preRequest GET /c", "postRequest GET /c 200",
                "workerExit", "childExit", "onExit",
            ])
    }

    @Test("Those of the master are told of numbers, reloads and successors", .timeLimit(.minutes(5)))
    func master() throws {
        try withApplication("inline") { gateway in
            gateway.signal(.ttin)
            try eventually("the new number is told") { gateway.hookLines.contains("nworkersChanged 1 2") }
            gateway.signal(.hup)
            try eventually("the reload is told") { gateway.hookLines.contains("onReload 1") }
            try eventually("both old workers have left") {
                gateway.hookLines.count { $0.hasPrefix("childExit") } == 2
            }
            gateway.signal(.usr2)
            try eventually("the new master serves") { gateway.hookLines.contains("whenReady 1 1") }
            try eventually("and has begun after this one said so") {
                let lines = gateway.hookLines
                guard let exec = lines.firstIndex(of: "preExec") else { return false }
                return lines[exec...].contains("whenReady 1 1")
            }
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            for entry in try gateway.tree.entries { ChildProcess.signal(entry.pid, .term) }
        }
    }

    @Test("INT to a worker is told before it leaves", .timeLimit(.minutes(5)))
    func interrupted() throws {
        try withApplication("inline") { gateway in
            let worker = try #require(try gateway.workers.first)
            ChildProcess.signal(worker, .int)
            try eventually("it has a successor that serves") {
                gateway.hookLines.count { $0.hasPrefix("postWorkerInit") } == 2
            }
            let names = gateway.hookLines.compactMap { $0.split(separator: " ").first }
            #expect(names.filter { $0 == "workerInt" || $0 == "workerExit" } == ["workerInt", "workerExit"])
        }
    }

    @Test("INT ends a worker that drains, whatever it still has to do", .timeLimit(.minutes(5)))
    func interruptedDrain() throws {
        try withApplication("inline", "--worker-class", "thread") { gateway in
            let worker = try #require(try gateway.workers.first)
            let client = try gateway.connectAndHold("gate")
            ChildProcess.signal(worker, .term)
            ChildProcess.signal(worker, .int)
            try eventually("it has left") { gateway.hasLogged("(pid \(worker)) exited with code 0") }
            #expect(throws: AnswerError.closed) { try client.receive() }
            #expect(gateway.hookLines.contains { $0.hasPrefix("workerInt") })
        }
    }

    @Test(
        "ABRT calls its hook even in the middle of a handler that keeps the loop, and the worker exits with 1",
        .timeLimit(.minutes(5)))
    func aborted() throws {
        try withApplication("inline", "--log-level", "debug") { gateway in
            let worker = try #require(try gateway.workers.first)
            let client = try gateway.connectAndHold("gate")
            try run("kill", "-ABRT", "\(worker)")
            try eventually("the master has noticed") {
                gateway.hasLogged("(pid \(worker)) exited with code 1")
            }
            #expect(gateway.hookLines.contains { $0.hasPrefix("workerAbort") })
            #expect(!gateway.hookLines.contains { $0.hasPrefix("workerExit") })
            #expect(throws: AnswerError.closed) { try client.receive() }
            try gateway.open("gate")
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("ABRT ends a worker without hooks with 1 as well", .timeLimit(.minutes(5)))
    func abortedWithoutHook() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let worker = try #require(try gateway.workers.first)
            try run("kill", "-ABRT", "\(worker)")
            try eventually("the master has noticed") {
                gateway.hasLogged("(pid \(worker)) exited with code 1")
            }
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("HUP, USR2 and WINCH to a worker do nothing", .timeLimit(.minutes(5)))
    func ignored() throws {
        try withApplication("inline") { gateway in
            let workers = try gateway.workers
            for name in ["HUP", "USR2", "WINCH"] { try run("kill", "-\(name)", "\(workers[0])") }
            #expect(try gateway.get("/").text == "\(workers[0])")
            #expect(try gateway.workers == workers)
        }
    }
}
