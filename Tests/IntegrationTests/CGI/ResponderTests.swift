// `gateway fcgiwrap` by itself: FastCGI as web servers speak it, and as none does on purpose.

import Syscalls
import Testing

@Suite("The CGI responder", .serialized)
struct ResponderTests {
    @Test("Connections are kept or closed as the web server asks", .timeLimit(.minutes(5)))
    func connections() throws {
        let responder = try ResponderProcess("-f", in: ScriptFolder())
        try responder.check("keep")
        try responder.check("slowly")
        try responder.stop()
    }

    @Test("Multiplexing, other roles, management records and garbage", .timeLimit(.minutes(5)))
    func records() throws {
        let responder = try ResponderProcess("-f", "-c", "3", in: ScriptFolder())
        for name in ["multiplexed", "roles", "garbage", "failures"] { try responder.check(name) }
        try responder.check("values", "3")
        try responder.stop()
        #expect(responder.log.lines.allSatisfy { $0.contains("what came is no FastCGI") })
    }

    @Test("A script that runs too long is killed with its children", .timeLimit(.minutes(5)))
    func timeout() throws {
        let responder = try ResponderProcess("-f", "--timeout", "1", in: ScriptFolder())
        try responder.check("timed_out")
        try responder.scripts.expectEnd(of: "script", "child")
        try responder.stop()
    }

    @Test(
        "A request that is given up takes its script along", .timeLimit(.minutes(5)),
        arguments: ["close", "abort", "upload"])
    func givenUp(way: String) throws {
        let responder = try ResponderProcess("-f", in: ScriptFolder())
        try responder.check("given_up", way)
        try responder.scripts.expectEnd(of: "script", "child")
        try responder.stop()
    }

    @Test(
        "A web server that does not read makes the script wait, not the memory grow", .timeLimit(.minutes(5)))
    func backPressure() throws {
        let scripts = try ScriptFolder()
        try scripts.add(
            "flood.py",
            """
            #!/usr/bin/python3
            import os, sys
            open(os.path.dirname(os.environ["DOCUMENT_ROOT"]) + "/notes/flooding", "w").close()
            sys.stdout.write("Content-Type: text/plain\\n\\n")
            for _ in range(300): sys.stdout.write("x" * 1_000_000)

            """)
        let responder = try ResponderProcess("-f", in: scripts)
        try responder.check("unread", "\(responder.process.pid)")
        try responder.stop()
    }

    @Test("Told to end, it finishes what runs; told to end at once, it does not", .timeLimit(.minutes(5)))
    func stop() throws {
        for signal in [Signal.term, .usr1, .int] {
            let scripts = try ScriptFolder()
            let responder = try ResponderProcess("-f", in: scripts)
            let client = try StartedProcess(
                ["cgi-fcgi", "-bind", "-connect", responder.socket],
                environment: [
                    "REQUEST_METHOD=GET", "DOCUMENT_ROOT=\(scripts.path)",
                    "SCRIPT_FILENAME=\(scripts.path)/works-on.sh",
                ])
            defer { client.kill() }
            // It has been answered and goes on.
            #expect(try client.waitForEnd() == .exited(0))
            responder.process.signal(signal)
            if signal != .int {
                try eventually("the signal has been read") {
                    TextFile.read("/proc/\(responder.process.pid)/status").contains(
                        "ShdPnd:\t0000000000000000")
                }
                try TextFile.write("", to: scripts.folder / "notes/go")
            }
            #expect(try responder.process.waitForEnd() == .exited(0))
            #expect(scripts.note("work") == (signal == .int ? "" : "done"))
        }
    }

    @Test("Through a link named fcgiwrap, and with mistakes", .timeLimit(.minutes(5)))
    func commandLine() throws {
        let scripts = try ScriptFolder()
        let link = scripts.folder / "fcgiwrap"
        try run("ln", "-s", Build.gateway, link)
        for command in [[link, "-h"], [Build.gateway, "fcgiwrap", "--help"]] {
            let (status, output, _) = try outcome(of: command)
            #expect(status == .exited(0) && output.hasPrefix("Usage: gateway fcgiwrap"))
        }
        for (words, code) in [
            (["-x"], 2), (["-c", "0"], 2), ([], 2), (["-s", "unix:/no/such/folder/s"], 1),
            (["--root", "/no"], 1),
        ] as [([String], Int)] {
            let (status, _, errors) = try outcome(of: [link] + words)
            #expect(status == .exited(code) && errors.lines.count == 1, "\(words): \(errors)")
            #expect(errors.hasPrefix("gateway fcgiwrap: "))
        }
        // A socket that is left over is replaced, one that is in use is not.
        let responder = try ResponderProcess(in: scripts, command: [link])
        let (status, _, errors) = try outcome(of: [link, "-s", "unix:\(responder.socket)"])
        #expect(status == .exited(1) && errors.contains("somebody listens there"))
        responder.process.kill()
        #expect(Files.isSocket(responder.socket))
        let successor = try ResponderProcess(in: scripts)
        try successor.check("slowly")
        try successor.stop()
    }

    @Test("With the socket that a service manager passes", .timeLimit(.minutes(5)))
    func activated() throws {
        let scripts = try ScriptFolder()
        let path = scripts.folder / "unit.socket"
        let address = try #require(SocketAddress(unixPath: path))
        let socket = try Socket.listen(address, backlog: 16, isNonBlocking: false)
        let process = try StartedProcess(
            ["sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", "sh", Build.gateway, "fcgiwrap"],
            passing: socket.number)
        defer { process.kill() }
        let (status, output, _) = try outcome(
            of: ["cgi-fcgi", "-bind", "-connect", path],
            [
                "REQUEST_METHOD=GET", "DOCUMENT_ROOT=\(scripts.path)",
                "SCRIPT_FILENAME=\(scripts.path)/deaf.sh",
            ])
        #expect(status == .exited(0) && output.hasSuffix("not interested"))
        process.signal(.term)
        #expect(try process.waitForEnd() == .exited(0))
    }

    @Test("Several on one socket share the work, as spawn-fcgi starts them", .timeLimit(.minutes(5)))
    func shared() throws {
        let scripts = try ScriptFolder()
        let socket = scripts.folder / "shared.socket"
        try run(
            "spawn-fcgi", "-s", socket, "-F", "3", "-P", scripts.folder / "pids", "--", Build.gateway,
            "fcgiwrap")
        defer {
            for line in TextFile.read(scripts.folder / "pids").lines {
                if let pid = ProcessID(line) { ChildProcess.signal(pid, .term) }
            }
        }
        let clients = try (0..<3).map { _ in
            try StartedProcess(
                ["cgi-fcgi", "-bind", "-connect", socket],
                environment: [
                    "REQUEST_METHOD=GET", "DOCUMENT_ROOT=\(scripts.path)",
                    "SCRIPT_FILENAME=\(scripts.path)/gate.sh",
                ])
        }
        defer { for client in clients { client.kill() } }
        try eventually("one runs in each") {
            try run("ls", scripts.folder / "notes").lines.count { $0.hasPrefix("running") } == 3
        }
        try TextFile.write("", to: scripts.folder / "notes/open")
        for client in clients { #expect(try client.waitForEnd() == .exited(0)) }
    }
}
