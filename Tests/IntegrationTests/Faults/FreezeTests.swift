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

    /// Starts a helper, and waits until it says that it has what it is to hold.
    private func hold(_ script: String, _ subject: String, in folder: TemporaryFolder) throws
        -> StartedProcess
    {
        let mark = folder / "held-\(Clock.monotonicMilliseconds())"
        let helper = try StartedProcess(["python3", Build.application(script), subject, mark])
        try eventually("\(script) holds \(subject)") {
            try #require(helper.status == nil, "\(script) could not hold \(subject)")
            return Files.status(mark) != nil
        }
        return helper
    }

    /// Expects that the master still does all that it is there for. One process of the application that answers `/` is killed.
    private func expectMasterGoesOn(_ gateway: GatewayProcess) throws {
        let victim = try #require(ProcessID(try gateway.get("/pid").text.trimmed))
        ChildProcess.signal(victim, .kill)
        try eventually("what has been killed is replaced") {
            let answer = try gateway.get("/pid")
            return answer.status == 200 && answer.text.trimmed != "\(victim)"
        }
        gateway.signal(.usr1)
        try eventually("logs are opened anew") { gateway.hasLogged("logs opened anew") }
    }

    @Test("A lease holds the program of an application", .timeLimit(.minutes(5)))
    func leasedProgram() throws {
        let folder = try TemporaryFolder()
        let program = try program(in: folder)
        let file = try configuration("exec:\(program)", in: folder)
        let gateway = try GatewayProcess(nil, ["--config", file], environment: [], folder: folder)
        try gateway.use { gateway in
            let old = try #require(ProcessID(try gateway.get("/held/pid").text.trimmed))
            let holder = try hold("hold.py", program, in: folder)
            defer { holder.kill() }
            ChildProcess.signal(old, .kill)
            try eventually("its death is noticed") { gateway.hasLogged("held: application 1 (pid \(old))") }
            try expectMasterGoesOn(gateway)
            // A reload cannot succeed either, and is not waited for.
            gateway.signal(.hup)
            try eventually("the reload begins") { gateway.hasLogged("reload (HUP)") }
            try eventually("a start has a limit", within: 60) {
                gateway.hasLogged("held: cannot start application 1", program, "did not begin to run within")
            }
            #expect(try gateway.get("/").status == 200)
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 30) == .exited(0))
        }
    }

    @Test("A lease holds one script of many", .timeLimit(.minutes(5)))
    func leasedScript() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", "--processes", "4", folder: scripts.folder) { gateway in
            #expect(try gateway.get("/env.sh").status == 200)
            let holder = try hold("hold.py", scripts.path + "/fields.pl", in: scripts.folder)
            defer { holder.kill() }
            let waiting = try gateway.connect()
            waiting.send("GET /fields.pl HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            for _ in 0..<5 { #expect(try gateway.get("/env.sh").status == 200) }
            #expect(try waiting.receive().status == 502)
            #expect(gateway.hasLogged("fields.pl", "cannot be run", "did not begin to run within"))
        }
    }

    @Test("A lease holds the program of spawn-fcgi --watch", .timeLimit(.minutes(5)))
    func leasedUnderWatch() throws {
        let folder = try TemporaryFolder()
        try TextFile.write("#!/bin/sh\nexec sleep 600\n", to: folder / "text")
        try run("install", "-m", "755", folder / "text", folder / "program")
        let log = folder / "log"
        let watch = try StartedProcess(
            [
                Build.gateway, "spawn-fcgi", "--watch", "-n", "--log", log, "-s", folder / "socket", "-F",
                "2", "--",
                folder / "program",
            ])
        defer { watch.kill() }
        func processes() throws -> [ProcessID] {
            let found = try outcome(of: ["pgrep", "-P", "\(watch.pid)", "-f", "sleep 600"]).output
            return found.lines.compactMap { ProcessID($0) }
        }
        try eventually("both run") { try processes().count == 2 }
        let first = try processes()
        let holder = try hold("hold.py", folder / "program", in: folder)
        defer { holder.kill() }
        for pid in first { ChildProcess.signal(pid, .kill) }
        try eventually("the end of each is noticed") {
            let text = TextFile.read(log)
            return first.allSatisfy { text.contains("process \($0) ") }
        }
        watch.signal(.term)
        #expect(try watch.waitForEnd(within: 30) == .exited(0))
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
            try eventually("a reload succeeds") { gateway.hasLogged("generation 2 serves") }
            try eventually("what stood still is gone, but for the guardian", within: 60) {
                !SystemProcess.isRunning(responder) && !workers.contains(where: SystemProcess.isRunning)
            }
            let worker = try #require(try gateway.workers.first { $0 != responder })
            for pid in [worker] + (try gateway.applications) { try run("kill", "-STOP", "\(pid)") }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 30) == .exited(0))
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
            try eventually("a reload succeeds") { gateway.hasLogged("generation 2 serves") }
            try gateway.expectAllProcessesServe()
            #expect(!gateway.hasLogged("its loop stood still"))
        }
    }

    @Test("A tracer hides the end of a process", .timeLimit(.minutes(5)))
    func hiddenEnd() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--graceful-timeout", "3") { gateway in
            let first = try #require(ProcessID(try gateway.get("/pid").text.trimmed))
            let tracer = try hold("trace.py", "\(first)", in: gateway.folder)
            defer { tracer.kill() }
            ChildProcess.signal(first, .kill)
            gateway.signal(.hup)
            try eventually("a reload succeeds") { gateway.hasLogged("generation 2 serves") }
            try eventually("nobody waits for it", within: 60) {
                gateway.hasLogged("(pid \(first)) cannot be ended", "left to itself")
            }
            let second = try #require(ProcessID(try gateway.get("/pid").text.trimmed))
            let other = try hold("trace.py", "\(second)", in: gateway.folder)
            defer { other.kill() }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd(within: 30) == .exited(0))
        }
    }
}
