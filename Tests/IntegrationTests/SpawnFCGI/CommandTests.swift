// What a table of comparisons cannot say: what both do after the start, what ours refuses, and a web server
// in front.

import Syscalls
import Testing

@Suite("gateway spawn-fcgi", .serialized)
struct CommandTests {
    @Test("It is called by a link, or as the first argument of the gateway", .timeLimit(.minutes(5)))
    func names() throws {
        let (link, argument) = (try run(Comparison.ours(), "-v"), try run(Build.gateway, "spawn-fcgi", "-v"))
        #expect(link == argument && link.hasPrefix("spawn-fcgi v1.6.4 (ipv6) - spawns FastCGI processes"))
        #expect(try run(Build.gateway, "--help").contains("spawn-fcgi"))
    }

    @Test("Numbers that would wrap are refused by name", .timeLimit(.minutes(5)))
    func numbers() throws {
        for (option, value, message) in [
            ("-p", "70000", "invalid port: 70000 (a port is a number from 1 to 65535)"),
            ("-F", "0", "-F 0 would start nothing; give the number of processes"),
            ("-C", "4294967297", "-C 4294967297 is too large a number"),
            ("-u", "4295391538", "can't find user name 4295391538"),
        ] where option != "-u" || SystemProcess.isRoot {
            let (status, output, errors) = try outcome(of: [
                Comparison.ours(), "-p", "1", option, value, "--", "/bin/true",
            ])
            #expect(status == .exited(255) && output == "" && errors == "spawn-fcgi: \(message)\n")
        }
    }

    @Test("An argument that is no text is refused before anything happens", .timeLimit(.minutes(5)))
    func octets() throws {
        let (status, _, errors) = try outcome(of: [
            "sh", "-c", "exec \"$0\" -s \"$(printf '/tmp/gateway-test-\\344')\" -- /bin/true",
            Comparison.ours(),
        ])
        #expect(status == .exited(255))
        #expect(errors == "spawn-fcgi: an argument is not UTF-8; rename what it names\n")
    }

    @Test("Of several processes each is looked at, not only the first", .timeLimit(.minutes(5)))
    func everyProcess() throws {
        let folder = try TemporaryFolder()
        // The first to make the folder stays.
        let script = "mkdir first 2>/dev/null && exec sleep 600; exit 5"
        let run = try CommandRun(
            [
                Comparison.ours(), "-s", folder / "socket", "-F", "3", "-P", folder / "pid", "--", "/bin/sh",
                "-c", script,
            ], folder: folder)
        defer { run.discard() }
        #expect(try run.process.waitForEnd() == .exited(5))
        #expect(run.spawned.count == 1)
        #expect(run.complained == "spawn-fcgi: child exited with: 5\nspawn-fcgi: child exited with: 5\n")
        // What runs is reachable, whatever became of the others.
        #expect(Files.isSocket(folder / "socket"))
        #expect(TextFile.read(folder / "pid").trimmed == "\(run.spawned[0])")
    }

    @Test("When none of several processes can be started, nothing is left", .timeLimit(.minutes(5)))
    func noProcess() throws {
        let folder = try TemporaryFolder()
        let (status, output, errors) = try outcome(of: [
            Comparison.ours(), "-s", folder / "socket", "-F", "2", "-P", folder / "pid", "--", "/missing",
        ])
        #expect(status == .exited(2) && output == "")
        let each = "spawn-fcgi: exec failed: No such file or directory\nspawn-fcgi: child exited with: 2\n"
        #expect(errors == each + each)
        #expect(try folder.contents() == [])
    }

    @Test(
        "spawn-fcgi with multiwatch, and --watch: two processes, one of which dies", .timeLimit(.minutes(2)),
        arguments: [
            [
                "/usr/bin/spawn-fcgi", "-n", "-s", "@", "--", "/usr/bin/multiwatch", "-f", "2", "-s", "TERM",
                "--",
            ],
            ["spawn-fcgi", "-n", "-s", "@", "--watch", "-F", "2", "--"],
        ])
    func multiwatch(command: [String]) throws {
        let folder = try TemporaryFolder()
        let ours = try Comparison.ours()
        let words = command.map { $0 == "spawn-fcgi" ? ours : $0 == "@" ? folder / "socket" : $0 }
        let run = try CommandRun(
            words + [CProgram.probe.path, folder / "report"], folder: folder, stays: true)
        defer { run.discard() }
        let first = try eventually("two have reported") {
            let reports = try run.reports()
            return reports.count == 2 ? reports : nil
        }
        for report in first.values {
            #expect(report.contains("descriptor 0 access=2 nonblocking=0 append=0 socket family=1 listens=1"))
            #expect(report.contains("descriptor 2 access=2") && !report.contains("descriptor 3"))
        }
        if words.contains("--watch") { try eventually("it watches") { run.supervisor != nil } }
        ChildProcess.signal(try #require(first.keys.first), .kill)
        try eventually("a third has reported") { try run.reports().count == 3 }
        run.process.signal(.hup)
        #expect(try run.process.waitForEnd() == .exited(0))
        #expect(try run.tree.entries.isEmpty)
    }

    @Test("Behind lighttpd: requests are answered, and go on being so after a kill", .timeLimit(.minutes(2)))
    func webServer() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            [
                Comparison.ours(), "--watch", "-s", folder / "socket", "-F", "2", "-P", folder / "pid", "--",
                CProgram.responder.path,
            ], folder: folder)
        defer { run.discard() }
        #expect(try run.process.waitForEnd() == .exited(0))
        let port = try freePort()
        try TextFile.write(
            """
            server.document-root = "\(folder.path)"
            server.bind = "127.0.0.1"
            server.port = \(port)
            server.modules = ("mod_fastcgi")
            fastcgi.server = ("/" => (("socket" => "\(folder / "socket")", "check-local" => "disable",
                "fix-root-scriptname" => "enable")))

            """, to: folder / "lighttpd.conf")
        let server = try StartedProcess(["lighttpd", "-D", "-f", folder / "lighttpd.conf"])
        defer { server.kill() }
        try eventually("lighttpd listens") { isOpen(port) }
        func pid() throws -> ProcessID? {
            let client = try HTTPClient(port: port)
            client.send("GET /pid HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let response = try client.receive()
            #expect(response.status == 200)
            return ProcessID(response.text)
        }
        let first = try #require(try pid())
        #expect(run.spawned.contains(first))
        for process in run.spawned { ChildProcess.signal(process, .kill) }
        try eventually("they have ended") { !run.spawned.contains { SystemProcess.isRunning($0) } }
        // The socket outlives them: what comes meanwhile waits in it.
        let next = try #require(try pid())
        #expect(!run.spawned.contains(next))
        ChildProcess.signal(try #require(run.supervisor), .term)
        try eventually("all have ended") { try run.tree.entries.isEmpty }
        #expect(try folder.contents() == ["lighttpd.conf"])
    }
}
