// Supervision, with real processes that are killed, fail and hang on.

import Syscalls
import Testing

@Suite("spawn-fcgi --watch", .serialized)
struct WatchTests {
    private func watch(_ options: [String], _ application: [String], in folder: TemporaryFolder) throws
        -> CommandRun
    {
        try CommandRun(
            [Comparison.ours(), "--watch", "-s", folder / "socket"] + options + ["--"] + application,
            folder: folder, stays: options.contains("-n"))
    }

    private func applications(of run: CommandRun, _ supervisor: ProcessID) throws -> [ProcessID] {
        try run.tree.entries.filter { $0.parent == supervisor }.map(\.pid)
    }

    /// A shell that runs while the file `live` is there, and fails without it.
    private let fragile = ["/bin/sh", "-c", "echo $$ >> runs; test -e live || exit 3; exec sleep 600"]

    @Test(
        "In the background: the pid file names the supervisor, which replaces what ends",
        .timeLimit(.minutes(2)))
    func background() throws {
        let folder = try TemporaryFolder()
        let run = try watch(
            ["-F", "2", "-P", folder / "pid", "--log", folder / "log"], ["/bin/sleep", "600"], in: folder)
        defer { run.discard() }
        #expect(try run.process.waitForEnd() == .exited(0))
        let supervisor = try #require(run.supervisor)
        #expect(TextFile.read(folder / "pid") == "\(supervisor)")
        #expect(run.spawned.count == 2)
        #expect(try Set(applications(of: run, supervisor)) == Set(run.spawned))
        // Nothing of the caller's is held open, and the session is its own.
        let descriptors = try #require(try? Files.list("/proc/\(supervisor)/fd"))
        #expect(try descriptors.allSatisfy { try target(of: "/proc/\(supervisor)/fd/\($0.name)") != nil })
        #expect(try DaemonProcess.relations(of: supervisor).session == Int(supervisor))

        ChildProcess.signal(run.spawned[0], .kill)
        try eventually("there are two again") {
            let now = try applications(of: run, supervisor)
            return now.count == 2 && !now.contains(run.spawned[0]) && now.contains(run.spawned[1])
        }
        #expect(TextFile.read(folder / "log").contains("process \(run.spawned[0]) was killed by signal 9"))

        ChildProcess.signal(supervisor, .term)
        try eventually("all have ended") { try run.tree.entries.isEmpty }
        #expect(try folder.contents() == ["log"])
    }

    /// Where a descriptor leads; `nil` for what a supervisor has no business with.
    private func target(of link: String) throws -> String? {
        let text = try run("readlink", link).trimmed
        let known = ["/dev/null", "socket:", "anon_inode:", "pipe:", "/pid", "/log"]
        return known.contains { text.contains($0) } ? text : nil
    }

    @Test(
        "In the foreground: what is said goes to stderr, and the processes keep their output",
        .timeLimit(.minutes(2)))
    func foreground() throws {
        let folder = try TemporaryFolder()
        let run = try watch(
            ["-n", "-P", folder / "pid"], ["/bin/sh", "-c", "echo out; echo err >&2; exec sleep 600"],
            in: folder)
        defer { run.discard() }
        try eventually("it watches") { run.supervisor == run.process.pid }
        #expect(run.said.lines.contains("out") && run.complained.lines.contains("err"))
        #expect(try folder.contents() == ["socket"])
        #expect(try applications(of: run, run.process.pid) == run.spawned)
        ChildProcess.signal(run.spawned[0], .kill)
        try eventually("it has said so") { run.complained.contains("the next starts in 100 ms") }
        try eventually("there is another") { try applications(of: run, run.process.pid).count == 1 }
        run.process.signal(.int)
        #expect(try run.process.waitForEnd() == .exited(0))
        #expect(run.complained.contains("INT came; sending TERM to 1 processes"))
        #expect(try folder.contents() == [])
        #expect(try run.tree.entries.isEmpty)
    }

    @Test(
        "The first signal is --signal's, the second itself; USR2 is passed on", .timeLimit(.minutes(2)),
        arguments: ["TERM", "SIGUSR1"])
    func signals(asked: String) throws {
        let folder = try TemporaryFolder()
        let script = """
            trap 'echo term >> heard' TERM; trap 'echo usr1 >> heard' USR1; trap 'echo usr2 >> heard' USR2
            trap 'echo quit >> heard; exit 0' QUIT
            touch ready; while :; do sleep 0.05; done
            """
        let run = try watch(["-n", "--signal", asked], ["/bin/sh", "-c", script], in: folder)
        defer { run.discard() }
        try eventually("it watches") { run.supervisor != nil && Files.status(folder / "ready") != nil }
        var heard: [String] = []
        for (signal, expected) in [
            (.usr2, "usr2"), (.hup, asked == "TERM" ? "term" : "usr1"), (.usr2, "usr2"), (.quit, "quit"),
        ] as [(Signal, String)] {
            run.process.signal(signal)
            heard.append(expected)
            try eventually("\(expected) is heard") { TextFile.read(folder / "heard").lines == heard }
        }
        #expect(try run.process.waitForEnd() == .exited(0))
        #expect(run.spawned.count == 1)
    }

    @Test(
        "A crash loop backs off, is told of twice, and is over when a process stays", .timeLimit(.minutes(2)))
    func crashLoop() throws {
        let folder = try TemporaryFolder()
        try TextFile.write("", to: folder / "live")
        let run = try watch(["-n", "-F", "2"], fragile, in: folder)
        defer { run.discard() }
        try eventually("it watches") { run.supervisor != nil }
        Files.remove(folder / "live")
        ChildProcess.signal(run.spawned[0], .kill)
        // 100, 200, 400 ms.
        try eventually("it has tried often") { TextFile.read(folder / "runs").lines.count >= 6 }
        let lines = run.complained.lines
        #expect(lines.count == 2)
        #expect(
            lines.first?.contains("process \(run.spawned[0]) was killed by signal 9 (Killed) after") == true)
        #expect(lines.last?.contains("exited with code 3") == true)
        #expect(lines.last?.contains("the next starts in 200 ms") == true)
        #expect(lines.last?.contains("this is not said again") == true)
        // The other one never noticed.
        #expect(try applications(of: run, run.process.pid).contains(run.spawned[1]))
        try TextFile.write("", to: folder / "live")
        try eventually("there are two again") { try applications(of: run, run.process.pid).count == 2 }
        run.process.signal(.term)
        #expect(try run.process.waitForEnd() == .exited(0))
    }

    @Test("The first signal is enough when every process is waiting to start", .timeLimit(.minutes(2)))
    func stopWhileWaiting() throws {
        let folder = try TemporaryFolder()
        try TextFile.write("", to: folder / "live")
        let run = try watch(["-n"], fragile, in: folder)
        defer { run.discard() }
        try eventually("it watches") { run.supervisor != nil }
        Files.remove(folder / "live")
        ChildProcess.signal(run.spawned[0], .kill)
        try eventually("it backs off") { TextFile.read(folder / "runs").lines.count >= 4 }
        run.process.signal(.usr1)
        #expect(try run.process.waitForEnd() == .exited(0))
        #expect(try folder.contents() == ["runs"])
    }

    @Test(
        "What a process has started ends with it", .timeLimit(.minutes(2)), arguments: [true, false])
    func children(isForeground: Bool) throws {
        let folder = try TemporaryFolder()
        let script = "sleep 600 & echo $! >> children; wait"
        let run = try watch(isForeground ? ["-n"] : [], ["/bin/sh", "-c", script], in: folder)
        defer { run.discard() }
        let supervisor = try eventually("it watches") { run.supervisor }
        func child(_ index: Int) throws -> ProcessID {
            try eventually("there is a child") {
                let lines = TextFile.read(folder / "children").lines
                return lines.count > index ? ProcessID(lines[index]) : nil
            }
        }
        let first = try child(0)
        ChildProcess.signal(run.spawned[0], .kill)
        try eventually("the child has ended too") { !SystemProcess.isRunning(first) }
        let second = try child(1)
        #expect(SystemProcess.isRunning(second))
        ChildProcess.signal(supervisor, .term)
        try eventually("all have ended") { try run.tree.entries.isEmpty && !SystemProcess.isRunning(second) }
    }

    @Test(
        "A supervisor that is killed takes its processes along", .timeLimit(.minutes(2)),
        arguments: [true, false])
    func killed(isForeground: Bool) throws {
        let folder = try TemporaryFolder()
        let user = SystemProcess.isRoot ? ["-u", "nobody"] : []
        let run = try watch(
            ["-F", "3"] + user + (isForeground ? ["-n"] : []), ["/bin/sleep", "600"], in: folder)
        defer { run.discard() }
        let supervisor = try eventually("it watches") { run.supervisor }
        #expect(try applications(of: run, supervisor).count == 3)
        ChildProcess.signal(supervisor, .kill)
        try eventually("none is left") { try run.tree.entries.isEmpty }
    }

    @Test(
        "A start that fails is told by its code, and leaves nothing behind", .timeLimit(.minutes(2)),
        arguments: [(["/missing"], 2), (["/bin/sh", "-c", "exit 7"], 7), (["/bin/true"], 1)])
    func failedStart(application: [String], code: Int) throws {
        for place in [[], ["-n"]] {
            let folder = try TemporaryFolder()
            let run = try watch(["-F", "2", "-P", folder / "pid"] + place, application, in: folder)
            defer { run.discard() }
            #expect(try run.process.waitForEnd() == .exited(code))
            #expect(run.complained.contains("no process is left to watch"))
            #expect(try folder.contents() == [])
        }
    }

    @Test("A mistake is told by the command's own code", .timeLimit(.minutes(2)))
    func mistakes() throws {
        let folder = try TemporaryFolder()
        for (options, complaint) in [
            (["-d", "/missing"], "chdir('/missing') failed: No such file or directory"),
            (
                ["--log", "/missing/log"],
                "cannot write the log '/missing/log' (--log): No such file or directory"
            ),
            (["-n", "-d", "/missing"], "chdir('/missing') failed: No such file or directory"),
        ] {
            let run = try watch(["-P", folder / "pid"] + options, ["/bin/sleep", "600"], in: folder)
            defer { run.discard() }
            #expect(try run.process.waitForEnd() == .exited(255))
            #expect(run.complained == "spawn-fcgi: \(complaint)\n")
            #expect(try folder.contents() == [])
        }
    }

    @Test(
        "The processes become their user in their root; the supervisor stays root and clears up",
        .timeLimit(.minutes(2)))
    func identity() throws {
        try #require(SystemProcess.isRoot, "this test is about what root gives up: run it as root")
        let folder = try TemporaryFolder()
        try run(
            "sh", "-c", "mkdir -m 755 root; cp \"$0\" root/probe; mkdir -m 777 root/out", CProgram.probe.path,
            directory: folder.path)
        let run = try CommandRun(
            [
                Comparison.ours(), "--watch", "-s", "/socket", "-c", folder / "root", "-u", "nobody", "-P",
                folder / "pid", "--", "/probe", "/out/report",
            ], folder: folder)
        defer { run.discard() }
        let supervisor = try eventually("it watches") { run.supervisor }
        for round in 1...2 {
            let reports = try eventually("it has reported") {
                let reports = try run.reports()
                return reports.count == round ? reports : nil
            }
            for report in reports.values {
                #expect(
                    report.contains("user 65534 65534 65534\n")
                        && report.contains("root was changed\n") == false)
            }
            for pid in try applications(of: run, supervisor) { ChildProcess.signal(pid, .kill) }
        }
        #expect(TextFile.read("/proc/\(supervisor)/status").contains("Uid:\t0\t0\t0\t0"))
        #expect(Files.isSocket(folder / "root/socket"))
        ChildProcess.signal(supervisor, .term)
        try eventually("all have ended") { try run.tree.entries.isEmpty }
        #expect(try folder.contents() == ["root"])
        #expect(!Files.isSocket(folder / "root/socket"))
    }

    @Test("What has taken the place of its files is not removed", .timeLimit(.minutes(2)))
    func replacedFiles() throws {
        let folder = try TemporaryFolder()
        let run = try watch(["-P", folder / "pid"], ["/bin/sleep", "600"], in: folder)
        defer { run.discard() }
        let supervisor = try eventually("it watches") { run.supervisor }
        #expect(try run.process.waitForEnd() == .exited(0))
        try TextFile.write("another's", to: folder / "pid")
        try TextFile.write("another's", to: folder / "socket")
        ChildProcess.signal(supervisor, .term)
        try eventually("all have ended") { try run.tree.entries.isEmpty }
        #expect(TextFile.read(folder / "pid") == "another's")
        #expect(TextFile.read(folder / "socket") == "another's")
    }

    @Test(
        "An output that nobody reads holds neither the start nor the end", .timeLimit(.minutes(2)),
        arguments: [["/bin/sleep", "600"], ["/bin/false"], ["/missing"]])
    func unreadOutput(application: [String]) throws {
        for place in [[], ["-n"]] {
            let folder = try TemporaryFolder()
            let output = try FullPipe()
            let errors = try FullPipe()
            let command = [
                try Comparison.ours(), "--watch", "-s", folder / "socket", "-F", "2", "-P", folder / "pid",
            ]
            let process = try StartedProcess(
                command + place + ["--"] + application, directory: folder.path,
                output: output.writer.number, errors: errors.writer.number)
            defer { process.kill() }
            guard application[0] == "/bin/sleep" else {
                let status = try process.waitForEnd(within: 20)
                #expect(status != .exited(0) && !"\(status)".contains("signal"))
                #expect(try folder.contents() == [])
                continue
            }
            func first() throws -> ProcessID? {
                let supervisor = place.isEmpty ? TextFile.read(folder / "pid") : "\(process.pid)"
                guard !supervisor.isEmpty else { return nil }
                let found = try outcome(of: ["pgrep", "-P", supervisor, "-f", "sleep 600"]).output.lines
                return found.count == 2 ? ProcessID(found[0]) : nil
            }
            if place.isEmpty { #expect(try process.waitForEnd(within: 20) == .exited(0)) }
            let old = try eventually("both run", within: 20) { try first() }
            let supervisor =
                place.isEmpty ? try #require(ProcessID(TextFile.read(folder / "pid"))) : process.pid
            defer { ChildProcess.signal(supervisor, .kill) }
            ChildProcess.signal(old, .kill)
            try eventually("it is replaced", within: 20) { try first().map { $0 != old } == true }
            ChildProcess.signal(supervisor, .term)
            try eventually("it ends", within: 20) { ProcessTree.hasEnded(supervisor) }
            try eventually("its files are gone") { try folder.contents() == [] }
        }
    }

    @Test(
        "A socket that a process has shut down or spoiled serves in each life", .timeLimit(.minutes(5)),
        arguments: ["unix", "tcp"], [1, 2])
    func harmedSocket(family: String, processes: Int) throws {
        let folder = try TemporaryFolder()
        let (log, port) = (folder / "log", try freePort())
        let isUnix = family == "unix"
        let place = isUnix ? ["-s", folder / "socket"] : ["-a", "127.0.0.1", "-p", "\(port)"]
        let watch = try StartedProcess(
            [Comparison.ours(), "--watch", "-n", "--log", log, "-F", "\(processes)"] + place
                + ["--", CProgram.responder.path], directory: folder.path)
        defer { watch.kill() }
        let server = isUnix ? "fcgi:unix:\(folder / "socket")" : "fcgi:127.0.0.1:\(port)"
        try withGateway(server, "--max-fails", "0") { gateway in
            func serves() throws {
                try eventually("it serves") { try gateway.get("/pid").status == 200 }
            }
            try serves()
            for life in 1...2 {
                _ = try gateway.get("/pid?shut")
                try eventually("it is said") {
                    TextFile.read(log).lines.count { $0.contains("was shut down by a process that had it: ") }
                        >= life
                }
                try serves()
            }
            _ = try gateway.get("/pid?spoil")
            try serves()
        }
        watch.signal(.term)
        #expect(try watch.waitForEnd(within: 20) == .exited(0))
        #expect(Files.status(folder / "socket") == nil)
    }
}
