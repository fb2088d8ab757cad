import Syscalls
import Testing

@Suite("--check-config boots the application and binds nothing", .serialized)
struct CheckConfigTests {
    /// A folder with a module `song`.
    private func folder(with module: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try TextFile.write(module + "\n", to: folder / "song.py")
        return folder
    }

    private static let works = """
        def application(environ, start_response):
            start_response('200 OK', [])
            return [b'in tune']
        """

    private func check(
        _ application: String?, _ options: String..., program: String = Build.gateway,
        environment: [String] = [], folder: TemporaryFolder? = nil,
        wait: (GatewayProcess) throws -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (status: Syscalls.ExitStatus, text: String) {
        let gateway = try GatewayProcess(
            application, options + ["--check-config"],
            environment: environment + ["PYTHONDONTWRITEBYTECODE=1"], folder: folder, program: program)
        defer { gateway.discard() }
        try wait(gateway)
        let status = try gateway.process.waitForEnd(sourceLocation: sourceLocation)
        try gateway.expectNothingLeft(sourceLocation: sourceLocation)
        return (status, gateway.log)
    }

    @Test("What is right is 0, beside a gateway that has its port and its pid file", .timeLimit(.minutes(5)))
    func valid() throws {
        let folder = try folder(with: Self.works)
        let pidFile = folder / "pid"
        try withGateway("wsgi:song", "--chdir", folder.path, "--pid", pidFile) { gateway in
            let (status, text) = try check(
                "wsgi:song", "--chdir", folder.path, "--bind", "127.0.0.1:\(gateway.port)", "--bind",
                "unix:\(folder / "socket")", "--pid", pidFile, "--error-log", folder / "log")
            #expect(status == .exited(0))
            #expect(text == "the configuration is valid\n")
            #expect(try gateway.get("/").text == "in tune")
            #expect(TextFile.read(pidFile) == "\(gateway.pid)\n")
            #expect(Files.status(folder / "socket") == nil)
        }
    }

    @Test("An import that raises is 3 and shows where, one that finds nothing is 4", .timeLimit(.minutes(5)))
    func imports() throws {
        let folder = try folder(with: "def tune():\n    raise ValueError('out of tune')\ntune()")
        let raised = try check("wsgi:song", "--chdir", folder.path)
        #expect(raised.status == .exited(3))
        for part in ["Traceback", "song.py", "in tune", "ValueError: out of tune"] {
            #expect(raised.text.contains(part), "\(raised.text)")
        }
        #expect(!raised.text.contains("is valid"))
        let missing = try check("wsgi:nothing_of_that_name", "--chdir", folder.path)
        #expect(missing.status == .exited(4))
        #expect(missing.text.contains("nothing_of_that_name"))
    }

    @Test("An import that hangs ends after --boot-timeout, or with Ctrl-C", .timeLimit(.minutes(5)))
    func hanging() throws {
        let folder = try folder(with: "open('begun', 'w').close()\nimport time\ntime.sleep(600)")
        let late = try check("wsgi:song", "--chdir", folder.path, "--boot-timeout", "1")
        #expect(late.status == .exited(3))
        #expect(late.text.contains("--boot-timeout"))
        Files.remove(folder / "begun")
        let interrupted = try check("wsgi:song", "--chdir", folder.path) { gateway in
            try eventually("the import has begun") { Files.status(folder / "begun") != nil }
            gateway.signal(.int)
        }
        #expect(interrupted.status == .exited(1))
        #expect(interrupted.text.contains("interrupted"))
    }

    @Test("Mistakes are said as at a start", .timeLimit(.minutes(5)))
    func mistakes() throws {
        let application = "exec:\(try CProgram.responder.path)"
        #expect(try check(application, "--workers", "0").status == .exited(2))
        #expect(try check(application, "--chdir", "/nowhere").status == .exited(1))
        #expect(try check("exec:/nowhere/program").status == .exited(4))
        #expect(try check("exec:sh -c 'exit 7'").status == .exited(3))
        #expect(try check(application).status == .exited(0))
    }

    @Test(
        "A Swift application is built, and a worker class of the program's own needs none",
        .timeLimit(.minutes(5)),
        arguments: [
            ("inline", 0, "the configuration is valid"), ("failing", 3, "could not be built: Refusal()"),
            ("missing", 4, "nobody has written it"), ("tiny", 0, "the configuration is valid"),
        ])
    func builder(kind: String, code: Int, words: String) throws {
        let (status, text) = try check(
            nil, program: Build.testApplication, environment: ["TEST_APPLICATION=\(kind)"])
        #expect(status == .exited(code))
        #expect(text.contains(words), "\(text)")
        #expect(text.contains("is valid") == (code == 0))
    }

    @Test(
        "A folder that the workers may not enter is said with the one that is closed",
        arguments: ["static:", "cgi:", "php:"])
    func closedFolder(_ kind: String) throws {
        try #require(SystemProcess.isRoot, "this test is about another user: run it as root")
        let folder = try TemporaryFolder()
        try run("chmod", "755", folder.path)
        try run("mkdir", "-p", folder / "closed/site")
        try run("chmod", "700", folder / "closed")
        let (status, text) = try check(kind + folder / "closed/site", "--user", "nobody")
        #expect(status == .exited(1))
        #expect(
            text.contains(
                "gateway: user nobody may not enter the folder '\(folder / "closed")', and so not read '\(folder / "closed/site")': let it in (chmod o+x), or name another folder"
            ), "\(text)")
        try run("chmod", "711", folder / "closed")
        try run("chmod", "700", folder / "closed/site")
        #expect(
            try check(kind + folder / "closed/site", "--user", "nobody").text.contains(
                "user nobody may not read the folder '\(folder / "closed/site")'"))
    }

    @Test(
        "A builder that traps is 3; one that hangs ends with --boot-timeout or Ctrl-C",
        .timeLimit(.minutes(5)))
    func brokenBuilder() throws {
        let folder = try TemporaryFolder()
        let trapped = try check(
            nil, "--env", "TRAP_WHILE=\(folder.path)", program: Build.testApplication, folder: folder)
        #expect(trapped.status == .exited(3))
        #expect(trapped.text.contains("the application was not built: its process"))

        let never = "BUILD_UNTIL=\(folder / "never")"
        let late = try check(
            nil, "--env", never, "--boot-timeout", "1", program: Build.testApplication, folder: folder)
        #expect(late.status == .exited(3))
        #expect(late.text.contains("--boot-timeout"))

        let nobody = try check(nil, "--user", "nobody-of-that-name", program: Build.testApplication)
        #expect(nobody.status == .exited(1))
        #expect(nobody.text.contains("--user"))

        Files.remove(folder / "hooks")
        let interrupted = try check(
            nil, "--env", never, program: Build.testApplication, folder: folder
        ) { gateway in
            try eventually("it is being built") { gateway.hookLines.contains("build") }
            gateway.signal(.int)
        }
        // By the signal itself where it comes before anybody waits for it.
        #expect([.exited(1), .signalled(2)].contains(interrupted.status))
        #expect(!interrupted.text.contains("is valid"))
    }
}
