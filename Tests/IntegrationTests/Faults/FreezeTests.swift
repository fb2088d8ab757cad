// Whoever the master has to do with may stand still: each in turn does here, and the master still reaps and replaces what
// ends, reloads and stops. What holds the counterpart holds for as long as the test: nothing here depends on a moment.

import Syscalls
import Testing

@Suite("The master waits for nobody", .serialized)
struct FreezeTests {
    /// A program of the test's own, which can be held: `exec` of it begins with a file in its folder.
    private func program(in folder: TemporaryFolder) throws -> String {
        let path = folder / "program"
        try TextFile.write("#!/bin/sh\nexec \(CProgram.responder.path)\n", to: folder / "text")
        try run("install", "-m", "755", folder / "text", path)
        return path
    }

    private func configuration(_ held: String, in folder: TemporaryFolder) throws -> String {
        let other = try CProgram.responder.path
        try TextFile.write(
            """
            bind: 127.0.0.1:0
            workers: 2
            graceful-timeout: 3
            applications:
              held: {run: "\(held)", processes: 1}
              other: {run: "exec:\(other)", processes: 1}
            routes:
              - {path: /held/*, application: held, strip-prefix: true}
              - {path: /*, application: other}
            """, to: folder / "gateway.yaml")
        return folder / "gateway.yaml"
    }

    /// Expects that the master does all that it is there for, and that it does not wait before. One process of the application that
    /// answers `/` is killed.
    private func expectMasterGoesOn(_ gateway: GatewayProcess) throws {
        try expectTurn(of: gateway)
        let victim = try #require(ProcessID(try gateway.get("/pid").text.trimmed))
        ChildProcess.signal(victim, .kill)
        // Three turns of the master, and the start of a program, each of which has its time.
        try eventually("what has been killed is replaced", within: 3 * Held.patience) {
            let answer = try gateway.get("/pid")
            return answer.status == 200 && answer.text.trimmed != "\(victim)"
        }
        try expectTurn(of: gateway)
    }

    /// Expects that the master hears a signal, and does what it asks for.
    private func expectTurn(of gateway: GatewayProcess) throws {
        func turns() -> Int { gateway.log.lines.count { $0.contains("logs opened anew") } }
        let before = turns()
        gateway.signal(.usr1)
        try eventually("logs are opened anew", within: Held.patience) { turns() > before }
    }

    @Test("A lease holds the program of an application", .timeLimit(.minutes(5)))
    func leasedProgram() throws {
        let folder = try TemporaryFolder()
        let program = try program(in: folder)
        let file = try configuration("exec:\(program)", in: folder)
        let gateway = try GatewayProcess(nil, ["--config", file], environment: [], folder: folder)
        try gateway.use { gateway in
            let old = try #require(ProcessID(try gateway.get("/held/pid").text.trimmed))
            let holder = try Held.by("hold.py", program, in: folder)
            defer { holder.kill() }
            ChildProcess.signal(old, .kill)
            try eventually("its death is noticed", within: Held.patience) {
                gateway.hasLogged("held: application 1 (pid \(old))")
            }
            // Not between two starts: the same one is held before and after.
            try eventually("the master goes on while a start is held") {
                guard let start = try Held.start(of: gateway.pid) else { return false }
                try expectMasterGoesOn(gateway)
                return try Held.start(of: gateway.pid) == start
            }
            // A reload cannot succeed either, and is not waited for.
            gateway.signal(.hup)
            try eventually("the reload begins", within: Held.patience) { gateway.hasLogged("reload (HUP)") }
            try expectTurn(of: gateway)
            try eventually("a start has a limit", within: 60) {
                gateway.hasLogged("held: cannot start application 1", program, "did not begin to run within")
            }
            #expect(try gateway.get("/").status == 200)
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 20) == .exited(0))
        }
    }

    @Test("A lease holds one script of many", .timeLimit(.minutes(5)))
    func leasedScript() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", "--processes", "4", folder: scripts.folder) { gateway in
            #expect(try gateway.get("/env.sh").status == 200)
            let holder = try Held.by("hold.py", scripts.path + "/fields.pl", in: scripts.folder)
            defer { holder.kill() }
            try eventually("others are answered while one is held") {
                let waiting = try gateway.connect()
                waiting.send("GET /fields.pl HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                try waiting.sendAll()
                for _ in 0..<5 { #expect(try gateway.get("/env.sh").status == 200) }
                let early = try waiting.poll()
                #expect(try (early ?? waiting.receive()).status == 502)
                return early == nil
            }
            #expect(gateway.hasLogged("fields.pl", "cannot be run", "did not begin to run within"))
        }
    }

    @Test("A lease holds the program of spawn-fcgi --watch", .timeLimit(.minutes(5)))
    func leasedUnderWatch() throws {
        let folder = try TemporaryFolder()
        try TextFile.write("#!/bin/sh\nexec sleep 600\n", to: folder / "text")
        try run("install", "-m", "755", folder / "text", folder / "program")
        let log = folder / "log"
        let output = folder / "output"
        let said = try Files.openLog(output)
        let watch = try StartedProcess(
            [
                Build.gateway, "spawn-fcgi", "--watch", "-n", "--log", log, "-s", folder / "socket", "-F",
                "2", "--",
                folder / "program",
            ], output: said.number, errors: said.number)
        defer { watch.kill() }
        func processes() throws -> [ProcessID] {
            let found = try outcome(of: ["pgrep", "-P", "\(watch.pid)", "-f", "sleep 600"]).output
            return found.lines.compactMap { ProcessID($0) }
        }
        // Before that, an end is told to whoever starts it, and not to the log.
        try eventually("both are watched") { TextFile.read(output).contains("watching from PID") }
        try eventually("both run") { try processes().count == 2 }
        let first = try processes()
        let holder = try Held.by("hold.py", folder / "program", in: folder)
        defer { holder.kill() }
        ChildProcess.signal(first[0], .kill)
        let start = try eventually("the next one is held") { try Held.start(of: watch.pid) }
        ChildProcess.signal(first[1], .kill)
        try eventually("the end of each is noticed", within: Held.patience) {
            let text = TextFile.read(log)
            return first.allSatisfy { text.contains("process \($0) ") }
        }
        #expect(SystemProcess.isRunning(start))
        watch.signal(.term)
        #expect(try watch.waitForEnd(within: Held.patience) == .exited(0))
    }

    @Test(
        "A tracer hides the end of what spawn-fcgi --watch waits for at its own", .timeLimit(.minutes(5)),
        arguments: [1, 3])
    func hiddenUnderWatch(wishes: Int) throws {
        let folder = try TemporaryFolder()
        let watch = try StartedProcess([
            Build.gateway, "spawn-fcgi", "--watch", "-n", "--log", folder / "log", "-s", folder / "socket",
            "--", "/bin/sleep", "600",
        ])
        defer { watch.kill() }
        var process: ProcessID = 0
        try eventually("it runs") {
            process = ProcessID(try outcome(of: ["pgrep", "-P", "\(watch.pid)"]).output.trimmed) ?? 0
            return process != 0 && Files.status(folder / "socket") != nil
        }
        let holder = try Held.by("trace.py", "\(process)", in: folder)
        defer { holder.kill() }
        for wish in 1...wishes {
            watch.signal(.term)
            try eventually("it is heard") {
                TextFile.read(folder / "log").lines.count { $0.contains("TERM came") } == wish
            }
        }
        // TERM waits for the tracer. KILL does not: somebody else sends it, or it is sent when an end is asked for the third time.
        if wishes == 1 { ChildProcess.signal(process, .kill) }
        #expect(try watch.waitForEnd(within: 60) == .exited(0))
        #expect(TextFile.read(folder / "log").contains("process \(process) is dead, and cannot be reaped"))
        #expect(Files.status(folder / "socket") == nil)
    }

    @Test("Guardian, worker, application and CGI responder stand still", .timeLimit(.minutes(5)))
    func stoppedProcesses() throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "scripts")
        try TextFile.write(
            "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nscript'\n", to: folder / "scripts/text")
        try run("install", "-m", "755", folder / "scripts/text", folder / "scripts/script")
        let file = try configuration("cgi:\(folder / "scripts")", in: folder)
        let gateway = try GatewayProcess(nil, ["--config", file], environment: [], folder: folder)
        try gateway.use { gateway in
            #expect(try gateway.get("/held/script").status == 200)
            let responder = try #require(
                try gateway.tree.entries.first {
                    TextFile.read("/proc/\($0.pid)/cmdline").contains("fcgiwrap") && $0.parent == gateway.pid
                }?.pid)
            let guardian = try #require(try gateway.tree.guardian(of: gateway.pid))
            let workers = try gateway.workers
            for pid in [responder, guardian] { try run("kill", "-STOP", "\(pid)") }
            try expectMasterGoesOn(gateway)
            gateway.signal(.hup)
            try eventually("a reload succeeds", within: 20) { gateway.hasLogged("generation 2 serves") }
            try eventually("what stood still is gone, but for the guardian", within: 60) {
                !SystemProcess.isRunning(responder) && !workers.contains(where: SystemProcess.isRunning)
            }
            let worker = try #require(try gateway.workers.first { $0 != responder })
            for pid in [worker] + (try gateway.applications) { try run("kill", "-STOP", "\(pid)") }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 20) == .exited(0))
        }
    }

    @Test("What all workers share is full, and made to wait", .timeLimit(.minutes(5)))
    func harmedDescriptors() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "1", "--workers", "3", "--graceful-timeout", "3"
        ) { gateway in
            let harmed = try #require(try gateway.workers.first)
            let count = try run("python3", Build.application("harm.py"), "\(harmed)", "blocking").trimmed
            #expect(Int(count) ?? 0 > 3)
            ChildProcess.signal(harmed, .kill)
            try expectMasterGoesOn(gateway)
            try eventually("the sockets are put right") { gateway.hasLogged("made blocking", "not any more") }
            gateway.signal(.hup)
            try eventually("a reload succeeds", within: 20) { gateway.hasLogged("generation 2 serves") }
            try gateway.expectAllProcessesServe()
            #expect(!gateway.hasLogged("its loop stood still"))
        }
    }

    @Test("A tracer hides the end of a process", .timeLimit(.minutes(5)))
    func hiddenEnd() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--graceful-timeout", "3") { gateway in
            let first = try #require(ProcessID(try gateway.get("/pid").text.trimmed))
            let tracer = try Held.by("trace.py", "\(first)", in: gateway.folder)
            defer { tracer.kill() }
            ChildProcess.signal(first, .kill)
            gateway.signal(.hup)
            try eventually("a reload succeeds", within: 20) { gateway.hasLogged("generation 2 serves") }
            try eventually("nobody waits for it", within: 60) {
                gateway.hasLogged("(pid \(first)) cannot be ended", "left to itself")
            }
            let second = try #require(ProcessID(try gateway.get("/pid").text.trimmed))
            let other = try Held.by("trace.py", "\(second)", in: gateway.folder)
            defer { other.kill() }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 20) == .exited(0))
        }
    }

    @Test("A tracer hides the end of a new master that could not begin", .timeLimit(.minutes(5)))
    func hiddenSuccessor() throws {
        let folder = try TemporaryFolder()
        let program = folder / "program"
        try run("ln", "-s", Build.gateway, program)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--graceful-timeout", "3"], environment: [], folder: folder,
            program: program)
        try gateway.use { gateway in
            try TextFile.write("#!/bin/sh\nexec \(Build.gateway) \"$@\"\n", to: program, mode: 0o755)
            let holder = try Held.by("hold.py", program, in: folder)
            defer { holder.kill() }
            gateway.signal(.usr2)
            let held = try eventually("a new master is held") { try Held.start(of: gateway.pid) }
            // Out of execve(2), in which nobody may begin to trace it.
            try run("kill", "-STOP", "\(held)")
            let tracer = try Held.by("trace.py", "\(held)", in: folder)
            defer { tracer.kill() }
            try expectMasterGoesOn(gateway)
            try eventually("nobody waits for it", within: 60) {
                gateway.hasLogged("new master (pid \(held)) cannot be ended", "left to itself")
            }
            #expect(gateway.hasLogged("upgrade failed", "did not begin to run within"))
            holder.kill()
            let new = try gateway.upgrade()
            #expect(new != held)
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 20) == .exited(0))
            try eventually("the new master has taken over") { gateway.hasLogged("[\(new)]", "takes over") }
            ChildProcess.signal(new, .term)
            try eventually("it has ended") { !SystemProcess.isRunning(new) }
        }
    }
}
