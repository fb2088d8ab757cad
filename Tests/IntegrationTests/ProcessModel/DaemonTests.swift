import Syscalls
import Testing

@Suite("In the background: --daemon", .serialized)
struct DaemonTests {
    private func withDaemon(
        _ options: String..., terminalReport: String? = nil, folder: TemporaryFolder,
        _ body: (DaemonProcess, ProcessID) throws -> Void
    ) throws {
        let daemon = try DaemonProcess(
            "exec:\(CProgram.responder.path)", options, folder: folder, terminalReport: terminalReport)
        defer { daemon.discard() }
        do {
            if let terminalReport {
                try eventually("the command returns") { TextFile.read(terminalReport).contains("exit 0\n") }
            } else {
                #expect(try daemon.starter.waitForEnd() == .exited(0))
            }
            // It serves already: whoever started it need not wait.
            #expect(try daemon.get("/").status == 200)
            try body(daemon, try #require(daemon.pid))
            try eventually("nothing is left") { try daemon.tree.entries.isEmpty }
            #expect(Files.status(folder / "pid") == nil)
        } catch {
            print("The log of the gateway:\n\(daemon.log)\n\(daemon.said)")
            throw error
        }
    }

    @Test(
        "The command returns when the gateway serves, and no process of it holds the terminal",
        .timeLimit(.minutes(5)))
    func terminal() throws {
        let folder = try TemporaryFolder()
        let report = folder / "report"
        try withDaemon(terminalReport: report, folder: folder) { daemon, pid in
            try eventually("nobody holds the terminal") { TextFile.read(report).lines.last == "closed" }
            for entry in try daemon.tree.entries {
                #expect(try DaemonProcess.relations(of: entry.pid).terminal == 0, "\(entry)")
            }
            let own = try DaemonProcess.relations(of: pid)
            let starter = try DaemonProcess.relations(of: SystemProcess.id)
            #expect(own.session != starter.session)
            // Who leads no session never gets a terminal again.
            #expect(own.session != Int(pid))
            for number in 0...2 { #expect(Files.absolutePath("/proc/\(pid)/fd/\(number)") == "/dev/null") }
            ChildProcess.signal(pid, .term)
        }
    }

    @Test(
        "Without a terminal it keeps nobody waiting who reads what it says, but for a log that goes there",
        .timeLimit(.minutes(5)))
    func pipes() throws {
        let folder = try TemporaryFolder()
        try withDaemon("--access-log", "-", folder: folder) { daemon, pid in
            for entry in try daemon.tree.entries where entry.program == Build.gateway {
                #expect(Files.absolutePath("/proc/\(entry.pid)/fd/2") == "/dev/null", "\(entry)")
            }
            try eventually("the request is logged to stdout") { daemon.said.contains("GET / HTTP/1.1") }
            ChildProcess.signal(pid, .term)
        }
    }

    @Test("HUP replaces its processes, TERM ends them all", .timeLimit(.minutes(5)))
    func signals() throws {
        let folder = try TemporaryFolder()
        try withDaemon(folder: folder) { daemon, pid in
            let before = Set(try daemon.tree.entries.map(\.pid))
            ChildProcess.signal(pid, .hup)
            try eventually("it is reloaded") { daemon.log.contains("generation 2 serves") }
            try eventually("the old ones have left") {
                let now = Set(try daemon.tree.entries.map(\.pid))
                // The master and its guardian stay.
                return now.count == before.count && now.intersection(before).count == 2
            }
            #expect(try daemon.get("/").status == 200)
            #expect(daemon.pid == pid)
            ChildProcess.signal(pid, .term)
        }
    }

    @Test("Its successor does not leave the terminal once more", .timeLimit(.minutes(5)))
    func upgrade() throws {
        let folder = try TemporaryFolder()
        try withDaemon(folder: folder) { daemon, old in
            ChildProcess.signal(old, .usr2)
            try eventually("the new master serves") {
                daemon.log.split(separator: "listening at").count == 3
            }
            let new = try #require(ProcessID(TextFile.read(folder / "pid.2").trimmed))
            let (oldRelations, relations) = try (
                DaemonProcess.relations(of: old), DaemonProcess.relations(of: new)
            )
            #expect(relations.parent == Int(old))
            #expect(relations.session == oldRelations.session)

            ChildProcess.signal(old, .winch)
            try eventually("the old workers have left") {
                try daemon.tree.workers(of: old).filter { $0 != new }.isEmpty
            }
            #expect(try daemon.get("/").status == 200)
            ChildProcess.signal(old, .term)
            try eventually("the new one takes over") { daemon.pid == new }
            try eventually("the old one has gone") { !SystemProcess.isRunning(old) }
            #expect(try daemon.get("/").status == 200)
            ChildProcess.signal(new, .term)
        }
    }

    @Test(
        "Where it does not start, the command returns its code and says why",
        .timeLimit(.minutes(5)),
        arguments: [
            (
                "exec:sh -c 'echo cannot read the oracle >&2; exit 1'", 3,
                ["cannot read the oracle", "gateway: "]
            ),
            ("exec:/nowhere/program", 4, ["gateway: cannot run '/nowhere/program'"]),
            ("php:/nowhere", 1, ["gateway: cannot read the folder '/nowhere'"]),
            ("wsgi:nothing_of_that_name", 4, ["nothing_of_that_name", "gateway: "]),
        ])
    func failure(application: String, code: Int, words: [String]) throws {
        let folder = try TemporaryFolder()
        let daemon = try DaemonProcess(application, folder: folder)
        defer { daemon.discard() }
        #expect(try daemon.starter.waitForEnd() == .exited(code))
        for word in words { #expect(daemon.said.contains(word), "\(daemon.said)") }
        try eventually("nothing is left") { try daemon.tree.entries.isEmpty }
        #expect(Files.status(folder / "pid") == nil)
    }

    @Test("A port that is in use is the starter's failure too", .timeLimit(.minutes(5)))
    func portInUse() throws {
        let folder = try TemporaryFolder()
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
        let socket = try Socket.listen(address, backlog: 1, isNonBlocking: true)
        let port = try Socket.localAddress(socket.number).port
        let daemon = try DaemonProcess(
            "exec:\(CProgram.responder.path)", ["--bind", "127.0.0.1:\(port)"], folder: folder)
        defer { daemon.discard() }
        #expect(try daemon.starter.waitForEnd() == .exited(1))
        #expect(daemon.said.contains("cannot listen on 127.0.0.1:\(port)"))
        #expect(Files.status(folder / "pid") == nil)
    }
}
