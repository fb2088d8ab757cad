import Syscalls
import Testing

/// What once went wrong where one master hands over to another.
@Suite("What must not come back: upgrades", .serialized)
struct UpgradeRegressionTests {
    private func pid(in file: String) -> ProcessID? { ProcessID(TextFile.read(file).trimmed) }

    /// A program that is the gateway until it is replaced by one that waits for a file before it becomes it.
    private struct SlowProgram {
        let folder: TemporaryFolder
        var path: String { folder / "program" }

        init(in folder: TemporaryFolder) throws {
            self.folder = folder
            try run("ln", "-s", Build.gateway, path)
        }

        func replace() throws {
            let wait = "while [ ! -e \(folder / "go") ]; do sleep 0.05; done"
            try TextFile.write("#!/bin/sh\n\(wait)\nexec \(Build.gateway) \"$@\"\n", to: path, mode: 0o755)
        }

        func goesOn() throws { try TextFile.write("", to: folder / "go") }
    }

    @Test(
        "A master that goes before its successor has begun leaves it everything", .timeLimit(.minutes(5)),
        arguments: [Signal.term, .int, .kill])
    func leftAtOnce(_ signal: Signal) throws {
        let folder = try TemporaryFolder()
        let file = folder / "pid"
        let program = try SlowProgram(in: folder)
        try GatewayProcess(
            "exec:\(CProgram.responder.path)",
            ["--pid", file, "--bind", "127.0.0.1:0", "--bind", "unix:\(folder / "socket")"], environment: [],
            folder: folder, program: program.path
        ).use { gateway in
            try program.replace()
            gateway.signal(.usr2)
            let new = try eventually("the new master starts") { gateway.successor }
            gateway.signal(signal)
            try gateway.process.waitForEnd()
            try program.goesOn()
            try eventually("it serves") { gateway.hasLogged("[\(new)]", "listening at") }
            try eventually("it has the pid file") { pid(in: file) == new }
            try eventually("it has no other one") { Files.status(file + ".2") == nil }
            #expect(try gateway.get("/").status == 200)
            #expect(try gateway.environ(unix: folder / "socket") != nil)
            ChildProcess.signal(new, .term)
            try eventually("nothing is left") { try gateway.tree.entries.isEmpty }
            #expect(Files.status(file) == nil)
            #expect(Files.status(folder / "socket") == nil)
        }
    }

    @Test("A dead master that nobody reaps is dead all the same", .timeLimit(.minutes(5)))
    func unreaped() throws {
        let folder = try TemporaryFolder()
        let (log, marker) = (folder / "log", "GATEWAY_TEST=unreaped-\(folder.path)")
        let program = try SlowProgram(in: folder)
        // As a container's first process that takes no care of its children.
        let parent = try StartedProcess(
            [
                "sh", "-c", "\"$@\" & exec sleep 1000", "sh", program.path,
                "exec:\(CProgram.responder.path)", "--bind", "unix:\(folder / "socket")", "--workers", "1",
                "--processes", "1", "--error-log", log, "--pid", folder / "pid",
            ], environment: [marker])
        defer {
            parent.kill()
            for entry in (try? ProcessTree(marker: marker).entries) ?? [] {
                ChildProcess.signal(entry.pid, .kill)
            }
        }
        try eventually("it listens", within: 60) { TextFile.read(log).contains("listening at") }
        let old = try #require(pid(in: folder / "pid"))
        try program.replace()
        ChildProcess.signal(old, .usr2)
        try eventually("the new master starts") { TextFile.read(log).contains("the new master starts") }
        ChildProcess.signal(old, .kill)
        try eventually("the old one is dead") { !SystemProcess.isRunning(old) }
        #expect(SystemProcess.exists(old))
        try program.goesOn()
        try eventually("the new one takes over") {
            let new = pid(in: folder / "pid")
            return new != nil && new != old
        }
        try eventually("it serves") { TextFile.read(log).split(separator: "listening at").count == 3 }
        let answer = try run("curl", "-sS", "--unix-socket", folder / "socket", "http://a/environ")
        #expect(answer.contains("REQUEST_URI"))
        ChildProcess.signal(try #require(pid(in: folder / "pid")), .term)
        try eventually("its files have gone") {
            Files.status(folder / "pid") == nil && Files.status(folder / "socket") == nil
        }
    }

    /// Runs `body` with a gateway that listens on the socket `first`, and whose file says `second` by then.
    private func withTwoSockets(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, _ first: String, _ second: String, _ change: () throws -> Void) throws ->
            Void
    ) throws {
        let folder = try TemporaryFolder()
        let (first, second) = (folder / "first", folder / "second")
        let file = folder / "gateway.yaml"
        let rest = "workers: 1\nprocesses: 1\n"
        try TextFile.write("bind: 'unix:\(first)'\n" + rest, to: file)
        try withGateway(
            "exec:\(CProgram.responder.path)", "--config", file, folder: folder,
            sourceLocation: sourceLocation
        ) { gateway in
            try body(gateway, first, second) {
                try TextFile.write("bind: 'unix:\(second)'\n" + rest, to: file)
            }
        }
    }

    @Test("From one socket file to another, forward: the old one goes", .timeLimit(.minutes(5)))
    func otherSocketForward() throws {
        try withTwoSockets { gateway, first, second, change in
            try change()
            let new = try gateway.upgrade()
            #expect(try gateway.environ(unix: first) != nil)
            #expect(try gateway.environ(unix: second) != nil)
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            try eventually("the old file goes") { Files.status(first) == nil }
            #expect(try gateway.environ(unix: second) != nil)
            ChildProcess.signal(new, .term)
            try eventually("nothing is left") { try gateway.tree.entries.isEmpty }
            #expect(Files.status(second) == nil)
        }
    }

    @Test("From one socket file to another, and back: the new one goes", .timeLimit(.minutes(5)))
    func otherSocketBack() throws {
        try withTwoSockets { gateway, first, second, change in
            try change()
            let new = try gateway.upgrade()
            ChildProcess.signal(new, .term)
            try eventually("the new master has gone") { gateway.hasLogged("this one goes on") }
            #expect(Files.status(second) == nil)
            #expect(try gateway.environ(unix: first) != nil)
        }
    }

    @Test("A successor that drops an address at HUP leaves it to the old master", .timeLimit(.minutes(5)))
    func droppedBySuccessor() throws {
        try withTwoSockets { gateway, first, second, change in
            let new = try gateway.upgrade()
            try change()
            ChildProcess.signal(new, .hup)
            try eventually("it is reloaded") { gateway.hasLogged("[\(new)]", "generation 2 serves") }
            #expect(try gateway.environ(unix: second) != nil)
            #expect(try gateway.environ(unix: first) != nil)
            ChildProcess.signal(new, .term)
            try eventually("the new master has gone") { gateway.hasLogged("this one goes on") }
            #expect(Files.status(second) == nil)
            #expect(try gateway.environ(unix: first) != nil)
        }
    }

    @Test(
        "What a service manager says is for no handler to read, in a successor neither",
        .timeLimit(.minutes(5)))
    func variables() throws {
        let folder = try TemporaryFolder()
        let passed = try Socket.listen(
            try #require(SocketAddress(unixPath: folder / "passed")), backlog: 16, isNonBlocking: false)
        let gateway = try GatewayProcess(
            nil, ["--bind", "127.0.0.1:0"],
            environment: [
                "TEST_APPLICATION=inline", "LISTEN_FDS=1", "LISTEN_FDNAMES=web",
                "NOTIFY_SOCKET=\(folder / "nobody")", "WATCHDOG_USEC=60000000",
            ], folder: folder, program: Build.testApplication, passing: passed.number)
        try gateway.use { gateway in
            func expectNone(sourceLocation: SourceLocation = #_sourceLocation) throws {
                let names = try gateway.get("/variables").text.lines.map { $0.prefix { $0 != "=" } }
                #expect(names.contains("GATEWAY_TEST"), sourceLocation: sourceLocation)
                let others = names.filter { name in
                    name.hasPrefix("LISTEN_") || name.hasPrefix("WATCHDOG_") || name == "NOTIFY_SOCKET"
                        || name.hasPrefix("GATEWAY_") && name != "GATEWAY_TEST"
                }
                #expect(others == [], sourceLocation: sourceLocation)
            }
            try expectNone()
            let new = try gateway.upgrade()
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            try expectNone()
            ChildProcess.signal(new, .term)
            try eventually("nothing is left") { try gateway.tree.entries.isEmpty }
        }
    }
}
