import Syscalls
import Testing

/// What once went wrong at HUP.
@Suite("What must not come back: reloads", .serialized)
struct ReloadRegressionTests {
    // MARK: The number of workers

    /// Runs `body` with an application whose next start can be made to wait, and to fail.
    private func withScript(
        _ options: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, Script) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let script = Script(folder: folder)
        try script.write(options)
        try script.works()
        try withGateway(
            "exec:sh \(script.path)", "--config", folder / "gateway.yaml", folder: folder,
            sourceLocation: sourceLocation
        ) { gateway in
            try body(gateway, script)
        }
    }

    private struct Script {
        let folder: TemporaryFolder
        var path: String { folder / "start.sh" }
        var hasBegun: Bool { Files.status(folder / "begun") != nil }

        func write(_ options: String) throws {
            try TextFile.write("bind: 127.0.0.1:0\nprocesses: 1\n" + options, to: folder / "gateway.yaml")
        }

        func works() throws { try TextFile.write("exec \(try CProgram.responder.path)\n", to: path) }

        func waits(andThen command: String) throws {
            let wait = "while [ ! -e \(folder / "go") ]; do sleep 0.05; done"
            try TextFile.write("touch \(folder / "begun")\n\(wait)\n\(command)\n", to: path)
        }

        func goesOn() throws { try TextFile.write("", to: folder / "go") }
    }

    @Test("One that fails leaves the number of workers as it was", .timeLimit(.minutes(5)))
    func numberAfterFailure() throws {
        try withScript("workers: 2\n") { gateway, script in
            let before = Set(try gateway.workers)
            try script.write("workers: 4\n")
            try TextFile.write("exit 1\n", to: script.path)
            gateway.signal(.hup)
            try eventually("it fails") { gateway.hasLogged("reload failed") }
            #expect(Set(try gateway.workers) == before)
            try script.write("workers: 2\n")
            try script.works()
            gateway.signal(.hup)
            try eventually("the next one works") { gateway.hasLogged("generation 3 serves") }
            try eventually("the old workers have left") { try before.isDisjoint(with: gateway.workers) }
            #expect(try gateway.workers.count == 2)
            gateway.signal(.ttin)
            try eventually("one more is wanted") { gateway.hasLogged("3 workers wanted") }
        }
    }

    @Test("TTIN during one that fails is kept", .timeLimit(.minutes(5)))
    func signalDuringFailure() throws {
        try withScript("workers: 1\n") { gateway, script in
            try script.waits(andThen: "exit 1")
            gateway.signal(.hup)
            try eventually("the new application starts") { script.hasBegun }
            gateway.signal(.ttin)
            try eventually("there are two") { try gateway.workers.count == 2 }
            try script.goesOn()
            try eventually("it fails") { gateway.hasLogged("reload failed") }
            #expect(try gateway.workers.count == 2)
            try script.works()
            gateway.signal(.hup)
            try eventually("the next one works") { gateway.hasLogged("generation 3 serves") }
            try eventually("there are two") { try gateway.workers.count == 2 }
        }
    }

    @Test("HUP brings back as many as were wanted when they left, and since", .timeLimit(.minutes(5)))
    func numberAfterDismissal() throws {
        try withScript("workers: 3\n") { gateway, _ in
            gateway.signal(.winch)
            try eventually("they have left") { try gateway.workers.isEmpty }
            gateway.signal(.ttou)
            try eventually("two are wanted") { gateway.hasLogged("2 workers wanted") }
            gateway.signal(.hup)
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            try eventually("there are two") { try gateway.workers.count == 2 }
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("WINCH during one holds for what is about to serve", .timeLimit(.minutes(5)))
    func dismissalDuringReload() throws {
        try withScript("workers: 2\n") { gateway, script in
            try script.waits(andThen: "exec \(CProgram.responder.path)")
            gateway.signal(.hup)
            try eventually("the new application starts") { script.hasBegun }
            gateway.signal(.winch)
            try eventually("they have left") { try gateway.workers.isEmpty }
            try script.goesOn()
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            try eventually("the old application has ended") { try gateway.applications.count == 1 }
            #expect(try gateway.workers.isEmpty)
            gateway.signal(.hup)
            try eventually("it is reloaded once more") { gateway.hasLogged("generation 3 serves") }
            try eventually("there are two") { try gateway.workers.count == 2 }
            #expect(try gateway.get("/").status == 200)
        }
    }

    // MARK: Who accepts

    @Test("Once a generation is said to serve, no older worker takes a connection", .timeLimit(.minutes(5)))
    func nobodyElseAccepts() throws {
        let gateway = try GatewayProcess(
            nil, ["--workers", "3"], environment: ["TEST_APPLICATION=asynchronous"], folder: nil,
            program: Build.testApplication)
        try gateway.use { gateway in
            for reload in 2...6 {
                let old = try gateway.workers
                let held = try gateway.connectAndHold("gate-\(reload)")
                gateway.signal(.hup)
                try eventually("it is reloaded") { gateway.hasLogged("generation \(reload) serves") }
                for _ in 0..<10 {
                    let answering = try #require(ProcessID(try gateway.get("/").text.trimmed))
                    #expect(!old.contains(answering))
                }
                try gateway.open("gate-\(reload)")
                #expect(try held.receive().status == 200)
            }
            #expect(!gateway.hasLogged("did not stop to accept"))
        }
    }

    @Test("An old worker that stands still is not waited for, but named", .timeLimit(.minutes(5)))
    func oneStandsStill() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--workers", "2", "--graceful-timeout", "2"
        ) { gateway in
            let old = try gateway.workers[0]
            try run("kill", "-STOP", "\(old)")
            gateway.signal(.hup)
            try eventually("it is reloaded") {
                gateway.hasLogged("generation 2 serves", "(pid \(old)) did not stop to accept yet")
            }
            try eventually("it has gone") { !SystemProcess.isRunning(old) }
        }
    }

    // MARK: --preload

    /// Runs `body` with a program whose builder waits for a file.
    private func withPreload(
        _ options: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, _ gate: String) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let gate = folder / "gate"
        try TextFile.write("", to: gate)
        try GatewayProcess(
            nil, ["--preload"] + options, environment: ["TEST_APPLICATION=inline", "BUILD_UNTIL=\(gate)"],
            folder: folder, program: Build.testApplication
        ).use(sourceLocation: sourceLocation) { gateway in try body(gateway, gate) }
    }

    private func builds(_ gateway: GatewayProcess) -> Int { gateway.hookLines.count { $0 == "build" } }
    private func begun(_ gateway: GatewayProcess) -> Int {
        gateway.hookLines.count { $0.hasPrefix("postWorkerInit") }
    }

    @Test("While a builder hangs, the master does everything else", .timeLimit(.minutes(5)))
    func meanwhile() throws {
        try withPreload("--boot-timeout", "120") { gateway, gate in
            let worker = try #require(try gateway.workers.first)
            Files.remove(gate)
            gateway.signal(.hup)
            try eventually("the application is tried") { builds(gateway) == 2 }
            gateway.signal(.ttin)
            try eventually("another worker begins") { begun(gateway) == 2 }
            ChildProcess.signal(worker, .kill)
            try eventually("a killed one is replaced") { begun(gateway) == 3 }
            #expect(try gateway.get("/").status == 200)
            #expect(!gateway.hasLogged("generation 2 serves") && !gateway.hasLogged("reload failed"))
            try TextFile.write("", to: gate)
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("A builder that hangs fails its reload, and the next one works", .timeLimit(.minutes(5)))
    func hangingBuilder() throws {
        try withPreload("--boot-timeout", "2") { gateway, gate in
            let workers = try gateway.workers
            Files.remove(gate)
            gateway.signal(.hup)
            try eventually("it fails") { gateway.hasLogged("[error]", "reload failed", "--boot-timeout") }
            #expect(try gateway.workers == workers)
            #expect(try gateway.get("/").status == 200)
            try TextFile.write("", to: gate)
            gateway.signal(.hup)
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test(
        "A builder that hangs keeps nobody from stopping", .timeLimit(.minutes(5)),
        arguments: [Signal.term, .int])
    func stopMeanwhile(_ signal: Signal) throws {
        try withPreload("--boot-timeout", "120") { gateway, gate in
            Files.remove(gate)
            gateway.signal(.hup)
            try eventually("the application is tried") { builds(gateway) == 2 }
            gateway.signal(signal)
            #expect(try gateway.process.waitForEnd() == .exited(0))
        }
    }
}
