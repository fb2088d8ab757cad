// What a person is told when something is wrong: one line, with the user and the folder, as it stands in the log.

import Syscalls
import Testing

@Suite("Messages for people", .serialized)
struct MessageTests {
    private static let waits = """
        import os, time
        while not os.path.exists("go"):
            time.sleep(0.05)
        def application(environ, start_response):
            start_response('200 OK', [])
            return [b'in tune']

        """

    /// Who runs applications here: the user of the tests, and the folder.
    private func place(_ folder: String) -> String {
        "user \(SystemProcess.effectiveUser) in '\(Files.absolutePath(folder) ?? folder)'"
    }

    @Test("help and version are words, and --port is answered with --bind", .timeLimit(.minutes(5)))
    func words() throws {
        #expect(try gatewayOutcome("version").output == gatewayOutcome("--version").output)
        let help = try gatewayOutcome("help")
        let usual = try gatewayOutcome("--help").output
        #expect(help.status == .exited(0) && help.output == usual)
        let port = try gatewayOutcome("exec:/bin/cat", "--port", "9000")
        #expect(port.status == .exited(2) && port.output == "")
        #expect(port.errors == "gateway: there is no option --port: write --bind :9000\n")
    }

    @Test("A slow import is called an import, and serves in the end", .timeLimit(.minutes(5)))
    func slowImport() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(Self.waits, to: folder / "song.py")
        let gateway = try GatewayProcess(
            "wsgi:song", ["--chdir", folder.path, "--processes", "2", "--boot-timeout", "600"],
            environment: ["PYTHONDONTWRITEBYTECODE=1"], folder: folder)
        defer { gateway.discard() }
        try eventually("the import is said to be slow", within: 60) {
            gateway.hasLogged(
                "[warning]",
                "wsgi:song: 'song' is still being imported by 2 processes (application 1, 2) after 5 s, as \(place(folder.path))"
            )
        }
        #expect(!gateway.log.contains("FastCGI program"))
        try TextFile.write("", to: folder / "go")
        try gateway.use { gateway in
            let text = try gateway.get("/").text
            #expect(text == "in tune")
        }
    }

    @Test("A program that never accepts is asked about, once", .timeLimit(.minutes(5)))
    func neverAccepts() throws {
        let (status, _, errors) = try gatewayOutcome(
            "exec:sleep 600", "--chdir", "/tmp", "--processes", "1", "--boot-timeout", "1", "--bind",
            "127.0.0.1:0")
        #expect(status == .exited(3))
        let lines = errors.lines.filter { $0.contains("FastCGI program") }
        #expect(lines.count == 1, "\(errors)")
        #expect(
            lines.first?.contains(
                ") did not accept a connection within 1 s (--boot-timeout), KILL is sent to it, as \(place("/tmp")): is it a FastCGI program that accepts on descriptor 0?"
            ) == true)
    }

    @Test("Several processes that fail alike are one line with a count", .timeLimit(.minutes(5)))
    func alike() throws {
        let file = SiteFile(["good": [], "bad": ["run: exec:./bad.sh", "processes: 3"]])
        try withSite(file) { folder in
            try folder.addScript("bad.sh", "exit 7")
        } _: { gateway in
            try eventually("all three are said in one line") {
                gateway.hasLogged(
                    "[error]",
                    "bad: 3 processes (application 1, 2, 3) exited with code 7 before they accepted a connection"
                )
                    || gateway.hasLogged("bad: 3 processes (application 1, 2, 3) end soon after their start")
            }
        }
    }

    @Test(
        "A start folder that is gone is named at a reload, and what runs goes on", .timeLimit(.minutes(5)))
    func goneFolder() throws {
        try withRelease { folder, gateway in
            try run("rm", "-r", folder / "one")
            gateway.started.signal(.hup)
            try eventually("the reload has failed") {
                gateway.log.contains(
                    "reload failed, the running generation goes on: the folder '\(folder / "current")', where the gateway was started, is gone: make it again, or start the gateway in another one"
                )
            }
            #expect(!gateway.log.contains("descriptor 0"))
            #expect(try gateway.text() == "one")
        }
    }

    @Test(
        "A reload and an upgrade follow the link that the gateway was started in", .timeLimit(.minutes(5)))
    func releases() throws {
        try withRelease { folder, gateway in
            #expect(try gateway.text() == "one")
            try run("ln", "-sfn", "two", folder / "current")
            // What is started without a reload belongs to what runs.
            #expect(try gateway.text() == "one")
            gateway.started.signal(.hup)
            try eventually("the new release is served") { try gateway.text() == "two" }
            #expect(
                gateway.log.contains(
                    "reload: '\(folder / "current")' is the folder '\(folder.realPath)/two' now: what starts from here on runs there"
                ))
            try run("ln", "-sfn", "one", folder / "current")
            gateway.started.signal(.usr2)
            try eventually("the new master serves") {
                gateway.log.split(separator: "listening at").count == 3
            }
            gateway.started.signal(.term)
            try gateway.started.waitForEnd()
            try eventually("the first release is served again") { try gateway.text() == "one" }
        }
    }

    /// A gateway that was started in a link to a release, by a shell: that knows the link as $PWD.
    private struct Release {
        let started: StartedProcess
        let file: String
        var log: String { TextFile.read(file) }
        var port: UInt16 {
            get throws {
                let text = try #require(
                    log.split(separator: "listening at http://127.0.0.1:").dropFirst().first)
                return try #require(UInt16(text.prefix { $0.isNumber }))
            }
        }

        func text() throws -> String {
            let client = try HTTPClient(port: port)
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return try client.receive().text
        }
    }

    private func withRelease(_ body: (TemporaryFolder, Release) throws -> Void) throws {
        let folder = try TemporaryFolder()
        for name in ["one", "two"] {
            try run("mkdir", folder / name)
            try TextFile.write(
                "def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'\(name)']\n",
                to: folder / "\(name)/song.py")
        }
        try run("ln", "-s", "one", folder / "current")
        let log = folder / "log"
        let marker = "GATEWAY_TEST=release-\(SystemProcess.id)"
        let started = try StartedProcess(
            [
                "sh", "-c", "cd \"$0\" && exec \"$@\"", folder / "current", Build.gateway, "wsgi:song",
                "--python", "/usr/bin/python3", "--processes", "1", "--workers", "1", "--bind", "127.0.0.1:0",
                "--error-log", log,
            ], environment: [marker, "PYTHONDONTWRITEBYTECODE=1"], directory: folder.path)
        defer {
            for entry in (try? ProcessTree(marker: marker, program: Build.gateway).entries) ?? [] {
                ChildProcess.signal(entry.pid, .kill)
            }
            started.kill()
        }
        try eventually("it listens", within: 60) { TextFile.read(log).contains("listening at") }
        try body(folder, Release(started: started, file: log))
    }
}

extension TemporaryFolder {
    fileprivate var realPath: String { Files.absolutePath(path) ?? path }
}
