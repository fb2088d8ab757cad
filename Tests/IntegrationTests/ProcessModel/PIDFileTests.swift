import Syscalls
import Testing

@Suite("The pid file", .serialized)
struct PIDFileTests {
    private func expectRefusal(
        _ path: String, saying parts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (status, _, errors) = try gatewayOutcome(
            "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:0", "--pid", path)
        #expect(status == .exited(1), sourceLocation: sourceLocation)
        #expect(errors.lines.count == 1, "\(errors)", sourceLocation: sourceLocation)
        for part in [path, "--pid"] + parts {
            #expect(errors.contains(part), "\(errors)", sourceLocation: sourceLocation)
        }
    }

    @Test("A symbolic link is refused, and what it leads to is left alone", .timeLimit(.minutes(5)))
    func link() throws {
        let folder = try TemporaryFolder()
        try TextFile.write("a book\n", to: folder / "precious")
        try run("ln", "-s", folder / "precious", folder / "pid")
        try expectRefusal(folder / "pid", saying: "is a symbolic link")
        #expect(TextFile.read(folder / "precious") == "a book\n")
        #expect(Files.isLink(folder / "pid"))
    }

    @Test(
        "The pid of another process that runs is refused, and so is what is no pid", .timeLimit(.minutes(5)))
    func living() throws {
        let folder = try TemporaryFolder()
        let other = try StartedProcess(["sleep", "600"])
        defer { other.kill() }
        for (text, part) in [("\(other.pid)\n", "\(other.pid)"), ("a book\n", "something else")] {
            try TextFile.write(text, to: folder / "pid")
            try expectRefusal(folder / "pid", saying: part)
            #expect(TextFile.read(folder / "pid") == text)
        }
    }

    @Test("A stale file is replaced, and nobody ever reads half of the new one", .timeLimit(.minutes(5)))
    func replaced() throws {
        let folder = try TemporaryFolder()
        let path = folder / "pid"
        let stale = "999999999\n"
        try TextFile.write(stale, to: path)
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--pid", path], environment: [], folder: folder)
        var texts: Set<String> = []
        let deadline = Deadline(seconds: 60)
        // From before it is there until it serves.
        while !deadline.isOver, gateway.process.status == nil, !gateway.hasLogged("listening at") {
            texts.insert(TextFile.read(path))
        }
        try gateway.use { gateway in
            #expect(texts.isSubset(of: [stale, "\(gateway.pid)\n"]))
            #expect(TextFile.read(path) == "\(gateway.pid)\n")
            let names = try folder.contents()
            #expect(names.filter { $0.hasPrefix("pid") } == ["pid"])
        }
    }

    @Test("A successor that finds its place taken by a link does not start", .timeLimit(.minutes(5)))
    func successor() throws {
        let folder = try TemporaryFolder()
        let path = folder / "pid"
        try withGateway("exec:\(CProgram.responder.path)", "--pid", path, folder: folder) { gateway in
            try run("ln", "-s", "/etc/passwd", path + ".2")
            gateway.signal(.usr2)
            try eventually("the old one is alone again") { gateway.hasLogged("this one goes on") }
            #expect(gateway.hasLogged("'\(path).2' (--pid) is a symbolic link"))
            #expect(TextFile.read(path) == "\(gateway.pid)\n")
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test(
        "Another path in the file of settings is not followed, and the log says so", .timeLimit(.minutes(5)))
    func changed() throws {
        let folder = try TemporaryFolder()
        let common = "bind: 127.0.0.1:0\nworkers: 1\nprocesses: 1\n"
        let settings = folder / "gateway.yaml"
        try TextFile.write(common + "pid: \(folder / "first")\n", to: settings)
        try withGateway("exec:\(CProgram.responder.path)", "--config", settings, folder: folder) { gateway in
            try TextFile.write(common + "pid: \(folder / "second")\ndaemon: true\n", to: settings)
            gateway.signal(.hup)
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            for name in ["pid", "daemon"] {
                let lines = gateway.log.lines.filter {
                    $0.contains("[warning]") && $0.contains("--\(name) has changed")
                }
                #expect(lines.count == 1)
            }
            #expect(TextFile.read(folder / "first") == "\(gateway.pid)\n")
            #expect(Files.status(folder / "second") == nil)
            // A successor is a start.
            gateway.signal(.usr2)
            try eventually("the new master has begun") { Files.status(folder / "second.2") != nil }
            let new = try #require(ProcessID(TextFile.read(folder / "second.2").trimmed))
            try eventually("it serves") { gateway.hasLogged("[\(new)]", "listening at") }
            gateway.signal(.term)
            try gateway.process.waitForEnd()
            try eventually("it takes its own place") { TextFile.read(folder / "second") == "\(new)\n" }
            #expect(Files.status(folder / "first") == nil)
            ChildProcess.signal(new, .term)
            try eventually("it has gone") { try gateway.tree.entries.isEmpty }
            #expect(Files.status(folder / "second") == nil)
        }
    }
}
