import Syscalls
import Testing

/// What once went wrong with addresses.
@Suite("What must not come back: listeners", .serialized)
struct ListenerRegressionTests {
    /// Runs `body` with a gateway whose addresses can be changed.
    private func withBinds(
        _ binds: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, _ reload: (String) throws -> Void) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let file = folder / "gateway.yaml"
        func write(_ binds: String) throws {
            try TextFile.write("bind: [\(binds)]\nworkers: 1\nprocesses: 1\n", to: file)
        }
        try write(binds)
        try withGateway(
            "exec:\(CProgram.responder.path)", "--config", file, folder: folder,
            sourceLocation: sourceLocation
        ) { gateway in
            try body(gateway) { binds in
                try write(binds)
                gateway.signal(.hup)
            }
        }
    }

    @Test("fd://3 is the socket that the service manager has passed", .timeLimit(.minutes(5)))
    func passedTwice() throws {
        let folder = try TemporaryFolder()
        let passed = try Socket.listen(
            try #require(SocketAddress(unixPath: folder / "passed")), backlog: 16, isNonBlocking: false)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--bind", "fd://3"], environment: ["LISTEN_FDS=1"],
            folder: folder, passing: passed.number)
        try gateway.use { gateway in
            for round in 1...2 {
                #expect(try gateway.environ(unix: folder / "passed") != nil)
                gateway.signal(.hup)
                try eventually("it is reloaded") { gateway.hasLogged("generation \(round + 1) serves") }
            }
            #expect(try gateway.environ(unix: folder / "passed") != nil)
        }
    }

    @Test(
        "An address that is dropped refuses at once, whatever an old worker is still at, and may come back",
        .timeLimit(.minutes(5)))
    func dropped() throws {
        let second = "127.0.0.1:\(try freePort())"
        let port = try #require(UInt16(second.split(separator: ":")[1]))
        try withBinds("'127.0.0.1:0', '\(second)'") { gateway, reload in
            let gate = gateway.folder / "gate"
            let held = try HTTPClient(port: port)
            held.send("GET /?until=\(gate) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            try eventually("the request is there") { gateway.calls.contains { $0.hasSuffix(gate) } }
            try reload("'127.0.0.1:0'")
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            try eventually("the address refuses") { !isOpen(port) }
            let early = try held.poll()
            #expect(early == nil)
            #expect(try gateway.get("/").status == 200)

            try reload("'127.0.0.1:0', '\(second)'")
            try eventually("it is back") { gateway.hasLogged("generation 3 serves") }
            let client = try HTTPClient(port: port)
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try client.receive().status == 200)
            try TextFile.write("", to: gate)
            #expect(try held.receive().status == 200)
        }
    }

    @Test(
        "From one address to all at the same port: a line says that it takes a restart",
        .timeLimit(.minutes(5)))
    func toWildcard() throws {
        let port = try freePort()
        try withBinds("'127.0.0.1:\(port)'") { gateway, reload in
            let before = Set(try gateway.tree.entries.map(\.pid))
            let lines = gateway.log.lines.count
            try reload("'0.0.0.0:\(port)'")
            try eventually("the log says so") {
                gateway.hasLogged("[error]", "reload failed", "0.0.0.0:\(port)", "restart")
            }
            // What was begun, and how it ended.
            #expect(gateway.log.lines.count == lines + 2)
            #expect(Set(try gateway.tree.entries.map(\.pid)) == before)
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test("The file of a socket that somebody has removed is there again after HUP", .timeLimit(.minutes(5)))
    func removedFile() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "socket"
        try withBinds("'127.0.0.1:0', 'unix:\(socket)'") { gateway, reload in
            Files.remove(socket)
            try reload("'127.0.0.1:0', 'unix:\(socket)'")
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            #expect(try gateway.environ(unix: socket) != nil)
            try gateway.stop()
            #expect(Files.status(socket) == nil)
        }
    }

    @Test("The file of another gateway stays, where this one's has been", .timeLimit(.minutes(5)))
    func strangersFile() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "socket"
        try withBinds("'unix:\(socket)'") { first, _ in
            Files.remove(socket)
            try withBinds("'unix:\(socket)'") { second, _ in
                try first.stop()
                #expect(try second.environ(unix: socket) != nil)
            }
        }
        #expect(Files.status(socket) == nil)
    }

    @Test("A socket of another kind is somebody's, and stays", .timeLimit(.minutes(5)))
    func otherKind() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "socket"
        let receiver = try StartedProcess([
            "python3", Build.application("notify.py"), socket, folder / "messages",
        ])
        defer { receiver.kill() }
        try eventually("it listens") { TextFile.read(folder / "messages").contains("listening") }
        let identity = try #require(Files.identity(socket))
        let (status, _, errors) = try gatewayOutcome(
            "exec:\(CProgram.responder.path)", "--bind", "unix:\(socket)")
        #expect(status == .exited(1))
        #expect(errors.lines.count == 1 && errors.contains("cannot listen on unix:\(socket)"), "\(errors)")
        #expect(Files.identity(socket) == identity)
    }

    @Test("In the background the socket of a service manager is served too", .timeLimit(.minutes(5)))
    func passedToDaemon() throws {
        let folder = try TemporaryFolder()
        let passed = try Socket.listen(
            try #require(SocketAddress(unixPath: folder / "passed")), backlog: 16, isNonBlocking: false)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)",
            ["--daemon", "--pid", folder / "pid", "--error-log", folder / "log"],
            environment: ["LISTEN_FDS=1"], folder: folder, passing: passed.number)
        defer { gateway.discard() }
        #expect(try gateway.process.waitForEnd() == .exited(0), "\(gateway.log)")
        let pid = try #require(ProcessID(TextFile.read(folder / "pid").trimmed))
        #expect(try gateway.environ(unix: folder / "passed") != nil)
        ChildProcess.signal(pid, .term)
        try gateway.expectNothingLeft()
    }

    @Test("In the background it lets go of the pipe that its starter reads", .timeLimit(.minutes(5)))
    func daemonAndPipe() throws {
        let folder = try TemporaryFolder()
        let marker = "GATEWAY_TEST=pipe-\(folder.path)"
        defer {
            for entry in (try? ProcessTree(marker: marker).entries) ?? [] {
                ChildProcess.signal(entry.pid, .kill)
            }
        }
        // The shell ends when `cat` does, and that when nobody holds the other end.
        try run(
            "sh", "-c", "\"$@\" 2>&1 | cat", "sh", Build.gateway, "exec:\(CProgram.responder.path)",
            "--daemon",
            "--workers", "2", "--processes", "1", "--bind", "127.0.0.1:0", "--pid", folder / "pid",
            "--error-log", folder / "log", environment: [marker])
        let pid = try #require(ProcessID(TextFile.read(folder / "pid").trimmed))
        #expect(SystemProcess.isRunning(pid))
        #expect(TextFile.read(folder / "log").contains("listening at"))
        ChildProcess.signal(pid, .term)
        try eventually("nothing is left") { try ProcessTree(marker: marker).entries.isEmpty }
    }
}
