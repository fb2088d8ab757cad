import Syscalls
import Testing

@Suite("A start that fails says why in one line and leaves nothing behind", .serialized)
struct StartupFailureTests {
    /// Starts a gateway that cannot run, and expects an exit code and a line.
    private func expectFailure(
        _ code: Int, saying parts: String..., application: String, options: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = try TemporaryFolder()
        let gateway = try GatewayProcess(
            application, ["--pid", folder / "gateway.pid"] + options, environment: [], folder: folder)
        defer { gateway.discard() }
        let status = try gateway.process.waitForEnd(sourceLocation: sourceLocation)
        #expect(status == .exited(code), "\(gateway.log)", sourceLocation: sourceLocation)
        let line = gateway.log.lines.first { line in parts.allSatisfy { line.contains($0) } }
        #expect(line != nil, "\(parts) not in: \(gateway.log)", sourceLocation: sourceLocation)
        try gateway.expectNothingLeft(sourceLocation: sourceLocation)
        #expect(
            try folder.contents().filter { $0 != "temporary" && $0 != "calls" } == [],
            sourceLocation: sourceLocation)
    }

    @Test("A port that is in use is 1", .timeLimit(.minutes(5)))
    func portInUse() throws {
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
        let socket = try Socket.listen(address, backlog: 1, isNonBlocking: true)
        let port = try Socket.localAddress(socket.number).port
        try expectFailure(
            1, saying: "127.0.0.1:\(port)", "in use", application: "exec:\(CProgram.responder.path)",
            options: ["--bind", "127.0.0.1:\(port)"])
    }

    @Test("Where the second address is in use, the first is given back", .timeLimit(.minutes(5)))
    func secondAddressInUse() throws {
        let folder = try TemporaryFolder()
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
        let socket = try Socket.listen(address, backlog: 1, isNonBlocking: true)
        let port = try Socket.localAddress(socket.number).port
        try expectFailure(
            1, saying: "127.0.0.1:\(port)", application: "exec:\(CProgram.responder.path)",
            options: ["--bind", "unix:\(folder / "first.socket")", "--bind", "127.0.0.1:\(port)"])
        #expect(try folder.contents() == [])
    }

    @Test("An address that cannot be had is 1", .timeLimit(.minutes(5)))
    func badAddress() throws {
        let application = "exec:\(try CProgram.responder.path)"
        try expectFailure(
            1, saying: "192.0.2.1:80", application: application, options: ["--bind", "192.0.2.1:80"])
        try expectFailure(
            1, saying: "/nowhere/x.socket", application: application,
            options: ["--bind", "unix:/nowhere/x.socket"])
    }

    @Test("A folder or file that is not there is 1", .timeLimit(.minutes(5)))
    func missingFolder() throws {
        let application = "exec:\(try CProgram.responder.path)"
        try expectFailure(1, saying: "/nowhere", application: "php:/nowhere")
        try expectFailure(
            1, saying: "/nowhere", "--chdir", application: application, options: ["--chdir", "/nowhere"])
        try expectFailure(
            1, saying: "/nowhere/log", application: application, options: ["--error-log", "/nowhere/log"])
        try expectFailure(
            1, saying: "/nowhere/log", application: application, options: ["--access-log", "/nowhere/log"])
        try expectFailure(
            1, saying: "/nowhere/pid", application: application, options: ["--pid", "/nowhere/pid"])
    }

    @Test("A wrong command line is 2", .timeLimit(.minutes(5)))
    func wrongOption() throws {
        let application = "exec:\(try CProgram.responder.path)"
        try expectFailure(2, saying: "--wrong-option", application: application, options: ["--wrong-option"])
        try expectFailure(2, saying: "--workers", application: application, options: ["--workers", "0"])
        try expectFailure(2, saying: "many", application: application, options: ["--timeout", "many"])
        try expectFailure(
            2, saying: "70000", application: application, options: ["--bind", "127.0.0.1:70000"])
        try expectFailure(2, saying: "loud", application: application, options: ["--log-level", "loud"])
        try expectFailure(2, saying: "perl:", "exec:", application: "perl:app")
        try expectFailure(2, saying: "nothing", application: "nothing")
        try expectFailure(2, saying: "quote", application: "exec:'x")
    }

    @Test("A program that is not there is 4", .timeLimit(.minutes(5)))
    func programNotFound() throws {
        try expectFailure(4, saying: "/nowhere/program", application: "exec:/nowhere/program")
        try expectFailure(
            4, saying: "gateway-test-no-such-program", application: "exec:gateway-test-no-such-program")
        // A file without an interpreter fails at exec only.
        let folder = try TemporaryFolder()
        try TextFile.write("#!/nowhere/interpreter\n", to: folder / "script", mode: 0o755)
        try expectFailure(4, saying: folder / "script", application: "exec:\(folder / "script")")
    }

    @Test("A program that ends at once is 3, and what it said is shown", .timeLimit(.minutes(5)))
    func programEnds() throws {
        let application = "exec:sh -c 'echo cannot read the oracle >&2; exit 1'"
        try expectFailure(3, saying: "cannot read the oracle", application: application)
        try expectFailure(3, saying: "exited with code 1", application: application)
        try expectFailure(3, saying: "killed by signal 9", application: "exec:sh -c 'kill -9 $$'")
        try expectFailure(
            3, saying: "exited with code 0", application: "exec:true", options: ["--processes", "3"])
    }

    @Test("Where the log is a file, what the program said is shown on stderr too", .timeLimit(.minutes(5)))
    func programEndsWithLogFile() throws {
        let folder = try TemporaryFolder()
        try expectFailure(
            3, saying: "cannot read the oracle",
            application: "exec:sh -c 'echo cannot read the oracle >&2; exit 1'",
            options: ["--error-log", folder / "log"])
        #expect(TextFile.read(folder / "log").contains("cannot read the oracle"))
    }
}
