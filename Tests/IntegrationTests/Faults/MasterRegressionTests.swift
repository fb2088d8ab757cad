import Syscalls
import Testing

/// What once went wrong in the master.
@Suite("What must not come back: the master", .serialized)
struct MasterRegressionTests {
    @Test("A killed guardian has a successor, which knows of everything", .timeLimit(.minutes(5)))
    func guardian() throws {
        let script = Build.application("with-grandchild.sh")
        try withGateway("exec:sh \(script) \(CProgram.responder.path)", "--processes", "2") { gateway in
            try eventually("the grandchildren run") {
                try gateway.tree.entries.count { $0.program.hasSuffix("/sleep") } == 2
            }
            let first = try #require(try gateway.tree.guardian(of: gateway.pid))
            ChildProcess.signal(first, .kill)
            try eventually("there is another") {
                try gateway.tree.entries.contains { entry in
                    entry.pid != first
                        && TextFile.read("/proc/\(entry.pid)/cmdline").hasPrefix("gateway: guardian")
                }
            }
            // It was told of what there is when it was forked, before the master did anything else.
            #expect(try gateway.get("/").status == 200)
            gateway.signal(.ttin)
            try eventually("the master goes on") { gateway.hasLogged("2 workers wanted") }
            gateway.signal(.kill)
            try gateway.process.waitForEnd()
            try gateway.expectNothingLeft()
        }
    }

    @Test(
        "A machine that stood still for longer than --timeout kills no worker", .timeLimit(.minutes(5)),
        arguments: [true, false])
    func standstill(isMasterFirst: Bool) throws {
        try withGateway("exec:\(CProgram.responder.path)", "--workers", "2", "--timeout", "2") { gateway in
            let before = Set(try gateway.workers)
            let all = [gateway.pid] + before
            for pid in all { try run("kill", "-STOP", "\(pid)") }
            let stopped = Clock.monotonicMilliseconds()
            try eventually("--timeout has passed") { Clock.monotonicMilliseconds() > stopped + 3500 }
            for pid in isMasterFirst ? all : all.reversed() { try run("kill", "-CONT", "\(pid)") }
            for number in 3...4 {
                gateway.signal(.ttin)
                try eventually("another worker is there") { try gateway.workers.count == number }
            }
            let now = try gateway.workers
            #expect(before.isSubset(of: now))
            #expect(!gateway.hasLogged("timed out"))
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test(
        "A pipe in the place of a log is refused, and makes nobody wait", .timeLimit(.minutes(5)),
        arguments: ["--access-log", "--error-log"])
    func pipeAsLog(_ option: String) throws {
        let folder = try TemporaryFolder()
        try run("mkfifo", folder / "pipe")
        let (status, _, errors) = try gatewayOutcome(
            "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:0", option, folder / "pipe")
        #expect(status == .exited(1))
        #expect(errors.lines.count == 1, "\(errors)")
        #expect(errors.contains(folder / "pipe") && errors.contains(option), "\(errors)")
    }

    @Test("--chdir is the folder of Swift handlers", .timeLimit(.minutes(5)), arguments: [[], ["--preload"]])
    func folder(options: [String]) throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "site")
        try GatewayProcess(
            nil, ["--chdir", folder / "site"] + options, environment: ["TEST_APPLICATION=inline"],
            folder: folder, program: Build.testApplication
        ).use { gateway in
            let answer = try gateway.get("/folder").text
            #expect(answer == Files.absolutePath(folder / "site"))
        }
    }

    @Test(
        "After HUP to another error log every process writes there, and none to the old",
        .timeLimit(.minutes(5)))
    func otherLog() throws {
        let folder = try TemporaryFolder()
        let (file, old, new) = (folder / "gateway.yaml", folder / "old.log", folder / "new.log")
        let rest = "bind: 127.0.0.1:\(try freePort())\nworkers: 1\nprocesses: 1\n"
        let port = try #require(UInt16(rest.lines[0].split(separator: ":").last!))
        try TextFile.write(rest + "error-log: \(old)\n", to: file)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--config", file], environment: [], folder: folder)
        defer { gateway.discard() }
        func get() throws {
            let client = try HTTPClient(port: port)
            client.send("GET /?stderr HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try client.receive().status == 200)
        }
        try eventually("it listens", within: 60) { TextFile.read(old).contains("listening at") }
        try get()
        try eventually("its worker writes there") { TextFile.read(old).contains("a line for the log") }
        let before = try gateway.workers + gateway.applications
        #expect(!TextFile.read(old).contains("[debug]"))

        try TextFile.write(rest + "error-log: \(new)\nlog-level: debug\n", to: file)
        gateway.signal(.hup)
        try eventually("it is reloaded") { TextFile.read(new).contains("generation 2 serves") }
        try eventually("the old ones have been reaped") { !before.contains(where: SystemProcess.exists) }
        // A new worker shows that a turn of the master has gone by since.
        gateway.signal(.ttin)
        try eventually("another worker is there") { try gateway.workers.count == 2 }
        try get()
        try eventually("its workers write to the new one") {
            TextFile.read(new).contains("a line for the log")
        }
        #expect(TextFile.read(new).contains("[debug]"))

        try Files.rename(old, to: old + ".1")
        gateway.signal(.usr1)
        try eventually("the logs are opened anew") { TextFile.read(new).contains("logs opened anew") }
        try get()
        try gateway.stop()
        #expect(Files.status(old) == nil)
        try gateway.expectNothingLeft()
    }
}
