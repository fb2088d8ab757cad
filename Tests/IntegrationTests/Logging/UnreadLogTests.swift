import Syscalls
import Testing

@Suite("Logs that nobody reads, or that cannot be opened", .serialized)
struct UnreadLogTests {
    @Test(
        "An error log that nobody reads holds neither requests nor reload nor stop",
        .timeLimit(.minutes(5)))
    func errorLog() throws {
        let folder = try TemporaryFolder()
        let pipe = try FullPipe()
        let port = try freePort()
        let gateway = try StartedProcess(
            [
                Build.gateway, "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:\(port)",
                "--workers", "2", "--processes", "1", "--temporary-folder", folder.path, "--log-level",
                "debug",
            ], directory: folder.path, errors: pipe.writer.number)
        defer { gateway.kill() }
        func answers() -> Bool {
            guard let client = try? HTTPClient(port: port) else { return false }
            client.send("GET /?stderr HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return (try? client.receive().status) == 200
        }
        try eventually("it serves", within: 60) { answers() }
        for _ in 0..<20 { #expect(answers()) }
        for signal in [Signal.usr1, .hup] {
            gateway.signal(signal)
            #expect(answers())
        }
        var log = pipe.read()
        try eventually("what has waited is written when it is read", within: 60) {
            log += pipe.read()
            return log.contains("listening at") && log.contains("a line for the log")
                && log.contains("generation 2 serves")
        }
        gateway.signal(.term)
        #expect(try gateway.waitForEnd() == .exited(0))
        log += pipe.read()
        for line in log.split(separator: "\n") where line.allSatisfy({ $0 != "j" }) {
            #expect(line.hasPrefix("[20"), "a line is not whole: \(line)")
        }
    }

    @Test(
        "An access log that nobody reads holds no request; what was lost is told when it is read",
        .timeLimit(.minutes(5)))
    func accessLog() throws {
        let folder = try TemporaryFolder()
        let pipe = try FullPipe()
        let port = try freePort()
        let errors = folder / "error.log"
        let gateway = try StartedProcess(
            [
                Build.gateway, "exec:\(CProgram.responder.path)", "--bind", "127.0.0.1:\(port)",
                "--workers", "1", "--processes", "1", "--temporary-folder", folder.path, "--access-log", "-",
                "--error-log", errors,
            ], directory: folder.path, output: pipe.writer.number)
        defer { gateway.kill() }
        try eventually("it serves", within: 60) { TextFile.read(errors).contains("listening at") }
        let client = try HTTPClient(port: port)
        let target = "/" + String(repeating: "a", count: 7000)
        for _ in 0..<60 {
            client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
        }
        #expect(!TextFile.read(errors).contains("lost"))
        var log = ""
        try eventually("the loss is told", within: 60) {
            log += pipe.read()
            return TextFile.read(errors).contains("lines were lost because nobody read the access log")
        }
        let whole = log.split(separator: "\n").filter { $0.contains(target) }
        #expect(whole.count > 20 && whole.allSatisfy { $0.contains("\" 200 ") })
        gateway.signal(.term)
        #expect(try gateway.waitForEnd() == .exited(0))
    }

    @Test(
        "A worker that takes the place of a killed one serves, also where the access log cannot be opened any more",
        .timeLimit(.minutes(5)))
    func lostFolder() throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "logs")
        try withGateway(
            "exec:\(CProgram.responder.path)", "--access-log", folder / "logs/access.log", folder: folder
        ) { gateway in
            #expect(try gateway.get("/before").status == 200)
            let worker = try #require(try gateway.workers.first)
            try Files.rename(folder / "logs", to: folder / "moved")
            ChildProcess.signal(worker, .kill)
            try eventually("another worker serves") { try gateway.workers.first.map { $0 != worker } == true }
            #expect(try gateway.get("/without").status == 200)
            try eventually("the log says so") {
                gateway.hasLogged(
                    "[error]", "cannot open", "/access.log' (--access-log)", "served without it")
            }
            try Files.rename(folder / "moved", to: folder / "logs")
            gateway.signal(.usr1)
            try eventually("lines are written again") {
                guard try gateway.get("/again").status == 200 else { return false }
                return TextFile.read(folder / "logs/access.log").contains("/again")
            }
            #expect(!TextFile.read(folder / "logs/access.log").contains("/without"))
        }
    }

    @Test("The time of a line is that of TZ, with its distance from UTC", .timeLimit(.minutes(5)))
    func timeZone() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        let gateway = try GatewayProcess(
            "exec:\(CProgram.responder.path)", ["--access-log", path],
            // Daylight saving time all year round.
            environment: ["TZ=ONE-4:45TWO,0/0,J365/25"], folder: folder)
        defer { gateway.discard() }
        try gateway.waitUntilListening()
        #expect(try gateway.get("/").status == 200)
        try eventually("it is logged") { TextFile.read(path).contains(" +0545] \"GET / ") }
        #expect(gateway.hasLogged(" +0545] [", "listening at"))
        try gateway.stop()
    }

    @Test("A line begins anew where a file ends within one", .timeLimit(.minutes(5)))
    func cutLine() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try TextFile.write("127.0.0.1 - - [cut", to: path)
        try withGateway("exec:\(CProgram.responder.path)", "--access-log", path, folder: folder) { gateway in
            #expect(try gateway.get("/next").status == 200)
            try eventually("it is logged") { TextFile.read(path).contains("/next") }
            let lines = TextFile.read(path).lines
            #expect(lines.count == 2 && lines[0] == "127.0.0.1 - - [cut")
        }
    }
}
