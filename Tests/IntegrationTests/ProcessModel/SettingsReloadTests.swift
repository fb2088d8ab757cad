import Syscalls
import Testing

@Suite("Reloading the settings", .serialized)
struct SettingsReloadTests {
    /// What the file says in the beginning.
    private static let working = "bind: 127.0.0.1:0\nworkers: 1\nprocesses: 1\nboot-timeout: 3\n"

    private func withFile(
        _ application: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, (String) throws -> Void) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let file = folder / "gateway.yaml"
        try TextFile.write(Self.working, to: file)
        try withGateway(application, "--config", file, folder: folder, sourceLocation: sourceLocation) {
            gateway in
            try body(gateway) { text in
                try TextFile.write(text, to: file)
                gateway.signal(.hup)
            }
        }
    }

    @Test("The number of workers and of processes, and the level of the log", .timeLimit(.minutes(5)))
    func numbers() throws {
        try withFile("exec:\(CProgram.responder.path)") { gateway, reload in
            #expect(try gateway.workers.count == 1)
            try reload("bind: 127.0.0.1:0\nworkers: 3\nprocesses: 2\nlog-level: debug\n")
            try eventually("the new numbers are there") {
                try gateway.workers.count == 3 && gateway.applications.count == 2
            }
            try eventually("the new level is in force") { gateway.hasLogged("[debug]") }
            try gateway.expectAllProcessesServe()
        }
    }

    @Test(
        "An address that is added opens, one that goes closes, one that stays never does",
        .timeLimit(.minutes(5)))
    func addresses() throws {
        try withFile("exec:\(CProgram.responder.path)") { gateway, reload in
            let socket = gateway.folder / "socket"
            let crowd = try Crowd(of: 4, at: gateway, isKept: false, requestsEach: nil)
            try reload("bind: [127.0.0.1:0, 'unix:\(socket)']\nworkers: 1\nprocesses: 1\n")
            try crowd.run { gateway.hasLogged("generation 2 serves") }
            #expect(
                try run("curl", "-sS", "--unix-socket", socket, "http://a/environ").contains("REQUEST_URI"))
            try reload(Self.working)
            try crowd.run { gateway.hasLogged("generation 3 serves") }
            #expect(!Files.isSocket(socket))
            #expect(crowd.failures == [])
            #expect(crowd.successes > 0)
            crowd.stop()
        }
    }

    @Test("TTIN is kept over HUP, until the setting itself changes", .timeLimit(.minutes(5)))
    func workersOfSignals() throws {
        try withFile("exec:\(CProgram.responder.path)") { gateway, reload in
            gateway.signal(.ttin)
            try eventually("a second worker is there") { try gateway.workers.count == 2 }
            try reload(Self.working)
            try eventually("the new generation serves") { gateway.hasLogged("generation 2 serves") }
            try eventually("it has two workers") { try gateway.workers.count == 2 }
            try reload(Self.working.replacing("workers: 1", with: "workers: 3"))
            try eventually("it has three") { try gateway.workers.count == 3 }
        }
    }

    @Test(
        "What is wrong changes nothing, and one line says what",
        .timeLimit(.minutes(5)),
        arguments: [
            ("workers: many", "workers"), ("wokers: 2", "workers"), ("workers: 0", "workers"),
            ("bind: nowhere", "nowhere"), ("bind: 192.0.2.1:80", "192.0.2.1"),
            ("workers: [1", "gateway.yaml"),
            ("bind: 127.0.0.1:0\nbind: 127.0.0.1:1", "bind"), ("log-level: loud", "loud"),
            ("chdir: /nowhere", "/nowhere"), ("user: nobody-of-that-name", "nobody-of-that-name"),
            ("- workers", "gateway.yaml"), ("python: {a: 1}", "python"),
        ])
    func mistakes(text: String, named: String) throws {
        try withFile("exec:\(CProgram.responder.path)") { gateway, reload in
            let before = Set(try gateway.tree.entries.map(\.pid))
            try reload(text + "\n")
            try eventually("the mistake is logged") {
                gateway.hasLogged("[error]", "reload failed, the running generation goes on", named)
            }
            #expect(Set(try gateway.tree.entries.map(\.pid)) == before)
            #expect(try gateway.get("/still").status == 200)
        }
    }

    @Test(
        "An application that raises, or hangs, when it is imported anew changes nothing",
        .timeLimit(.minutes(5)),
        arguments: [
            ("raise ValueError('out of tune')", "out of tune"),
            ("import time; time.sleep(600)", "--boot-timeout"),
            ("import nothing_of_that_name", "nothing_of_that_name"), ("def application(:", "SyntaxError"),
        ])
    func imports(line: String, named: String) throws {
        let folder = try TemporaryFolder()
        let works = """
            def application(environ, start_response):
                start_response('200 OK', [('Content-Type', 'text/plain')])
                return [b'in tune']

            """
        try TextFile.write(works, to: folder / "song.py")
        let file = folder / "gateway.yaml"
        try TextFile.write(Self.working + "chdir: \(folder.path)\n", to: file)
        try withGateway("wsgi:song:application", "--config", file, folder: folder) { gateway in
            let before = Set(try gateway.tree.entries.map(\.pid))
            try TextFile.write(line + "\n" + works, to: folder / "song.py")
            gateway.signal(.hup)
            try eventually("it is logged") {
                gateway.hasLogged("reload failed, the running generation goes on") && gateway.hasLogged(named)
            }
            try eventually("the attempt leaves nothing behind") {
                Set(try gateway.tree.entries.map(\.pid)) == before
            }
            #expect(try gateway.get("/").text == "in tune")
        }
    }
}
