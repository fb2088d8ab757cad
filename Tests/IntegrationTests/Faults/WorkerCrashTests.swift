// What a Swift handler does wrong costs its own worker, and the log says which request it was.

import Syscalls
import Testing

@Suite("Workers that crash or stand still", .serialized)
struct WorkerCrashTests {
    /// The line of the log about the end of a worker.
    private func line(_ gateway: GatewayProcess, _ parts: String...) throws -> String {
        try eventually("the log says \(parts)") {
            gateway.log.lines.first { line in parts.allSatisfy { line.contains($0) } }
        }
    }

    @Test(
        "A handler that traps costs its worker: the log names the request, the others go on",
        .timeLimit(.minutes(5)))
    func trap() throws {
        try withApplication("inline", "--workers", "2") { gateway in
            let before = Set(try gateway.workers)
            // One that another worker is at, while the trap is sprung.
            let held = try gateway.connectAndHold("gate")
            let client = try gateway.connect()
            client.send("POST /trap?which=this HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            try eventually("its connection ends") {
                _ = try? client.receive()
                return client.isEnded
            }
            let line = try line(gateway, "[error]", "; it was at POST /trap?which=this from 127.0.0.1")
            #expect(line.contains("starting another"))
            let victim = try #require(before.first { line.contains("(pid \($0))") })
            try eventually("it has a successor") {
                let now = try gateway.workers
                return now.count == 2 && !now.contains(victim)
            }
            try gateway.open("gate")
            #expect(ProcessID(try held.receive().text) == before.subtracting([victim]).first)
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test(
        "Workers that trap at once come back after growing pauses, and serve when it is mended",
        .timeLimit(.minutes(5)))
    func crashLoop() throws {
        let folder = try TemporaryFolder()
        let (sign, times) = (folder / "sign", folder / "times")
        try withApplication(
            "inline", environment: ["TRAP_WHILE=\(sign)", "TRAP_LOG=\(times)"]
        ) { gateway in
            try TextFile.write("", to: sign)
            ChildProcess.signal(try #require(try gateway.workers.first), .kill)
            try eventually("five have trapped", within: 60) { TextFile.read(times).lines.count >= 5 }
            let moments = TextFile.read(times).lines.compactMap { Int($0) }
            // A slow machine makes pauses longer, never shorter.
            let pauses = zip(moments.dropFirst(), moments).map { $0 - $1 }
            for (pause, least) in zip(pauses, [100, 200, 400, 800]) {
                #expect(pause >= least - 5, "\(pauses)")
            }
            #expect(gateway.hasLogged("[error]", "before it served"))
            #expect(gateway.process.status == nil)
            Files.remove(sign)
            // Who comes meanwhile waits in the backlog.
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test(
        "A handler that never returns costs its worker: it is aborted, and the log names the request and its age",
        .timeLimit(.minutes(5)))
    func standstill() throws {
        try withApplication("inline", "--worker-class", "async", "--workers", "2", "--timeout", "1") {
            gateway in
            let before = Set(try gateway.workers)
            let held = try gateway.connectAndHold("never")
            let line = try line(gateway, "[critical]", "timed out: its loop stood still for 1 s")
            let victim = try #require(before.first { line.contains("(pid \($0))") })
            let target = "GET /until?\(gateway.folder / "never") from 127.0.0.1"
            let words = try #require(line.split(separator: "; it was at ").last.map(String.init))
            #expect(words.hasPrefix(target), "\(line)")
            let age = try #require(words.split(separator: " for ").last?.split(separator: " ").first)
            // The request began at some moment after the last beat of the heart.
            #expect(try #require(Double(age)) > 0, "\(line)")
            try eventually("its client is let go") {
                _ = try? held.receive()
                return held.isEnded
            }
            try eventually("another one serves") {
                let now = try gateway.workers
                return now.count == 2 && !now.contains(victim)
            }
            // It had a last word, and was not simply killed.
            #expect(gateway.hookLines.contains { $0.hasPrefix("workerAbort") })
            #expect(try gateway.get("/").status == 200)
        }
    }

    @Test(
        "Workers that are killed after --graceful-timeout: the log names what they were at",
        .timeLimit(.minutes(5)), arguments: ["inline", "asynchronous", "thread"])
    func gracefulTimeout(kind: String) throws {
        let options = kind == "thread" ? ["--worker-class", "thread", "--threads", "2"] : []
        let gateway = try GatewayProcess(
            nil, options + ["--graceful-timeout", "1", "--workers", "2"],
            environment: ["TEST_APPLICATION=\(kind)"], folder: nil, program: Build.testApplication)
        try gateway.use { gateway in
            let held = try gateway.connectAndHold("never")
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(gateway.hasLogged("[warning]", "workers did not finish in time: KILL is sent to them"))
            #expect(
                gateway.hasLogged(
                    "[warning]", "was at GET /until?\(gateway.folder / "never") from 127.0.0.1", " for "))
            #expect(!held.isEnded)
        }
    }

    @Test("The same of an application process that does not answer", .timeLimit(.minutes(5)))
    func gracefulTimeoutOfProcess() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--graceful-timeout", "1") { gateway in
            let client = try gateway.connect()
            client.send("GET /?until=\(gateway.folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            gateway.signal(.term)
            #expect(try gateway.process.waitForEnd() == .exited(0))
            #expect(
                gateway.hasLogged(
                    "[warning]", "was at GET /?until=\(gateway.folder / "never") from 127.0.0.1"))
        }
    }
}
