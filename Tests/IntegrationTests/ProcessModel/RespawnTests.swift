import Syscalls
import Testing

@Suite("Application processes that end", .serialized)
struct RespawnTests {
    @Test("A dead process comes back, and its socket was never gone", .timeLimit(.minutes(5)))
    func comesBack() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            var seen: Set<ProcessID> = []
            for _ in 0..<3 {
                let pid = try #require(ProcessID(try gateway.get("/pid").text))
                #expect(seen.insert(pid).inserted)
                ChildProcess.signal(pid, .kill)
                try eventually("process \(pid) is gone") { try !gateway.applications.contains(pid) }
            }
            #expect(try gateway.get("/pid").status == 200)
        }
    }

    @Test(
        "One that crashes again and again comes back after growing pauses, and serves when it is mended",
        .timeLimit(.minutes(5)))
    func crashLoop() throws {
        let folder = try TemporaryFolder()
        let script = folder / "start.sh"
        let starts = folder / "starts"
        try TextFile.write(
            """
            date +%s%3N >> \(starts)
            [ ! -e \(folder / "broken") ] || exit 1
            exec \(CProgram.responder.path)
            """, to: script)
        try withGateway("exec:sh \(script)", folder: folder) { gateway in
            #expect(try gateway.get("/").status == 200)
            try TextFile.write("", to: folder / "broken")
            ChildProcess.signal(try #require(try gateway.applications.first), .kill)
            try eventually("it was started six times", within: 60) { TextFile.read(starts).lines.count >= 6 }
            let times = TextFile.read(starts).lines.compactMap { Int($0) }
            // The first start is the one that worked. A slow machine makes pauses longer, never shorter.
            let pauses = zip(times.dropFirst(2), times.dropFirst()).map { $0 - $1 }
            for (pause, least) in zip(pauses, [200, 400, 800, 1600]) {
                #expect(pause >= least - 5, "\(pauses)")
            }
            try eventually("the log says that it ends too soon") {
                gateway.hasLogged("[warning]", "next start in")
            }

            // Nobody waits for what may take long.
            try eventually("it is said to have failed") { gateway.hasLogged("[error]", "failed") }
            let response = try gateway.get("/")
            #expect(response.status == 503 && response["Retry-After"] != nil)
            Files.remove(folder / "broken")
            try eventually("it serves again", within: 60) { try gateway.get("/").status == 200 }
        }
    }

    @Test("Other processes serve while one crashes again and again", .timeLimit(.minutes(5)))
    func crashLoopOfOne() throws {
        let folder = try TemporaryFolder()
        let script = folder / "start.sh"
        try TextFile.write(
            "[ ! -e \(folder / "broken") ] || exit 1\nexec \(CProgram.responder.path)\n", to: script)
        try withGateway("exec:sh \(script)", "--processes", "2", folder: folder) { gateway in
            try TextFile.write("", to: folder / "broken")
            let victim = try #require(try gateway.applications.first)
            ChildProcess.signal(victim, .kill)
            // Until it is dead it may still take a request, and lose it.
            try eventually("it is dead") { try !gateway.applications.contains(victim) }
            let crowd = try Crowd(of: 8, at: gateway, isKept: true, requestsEach: nil)
            try crowd.run { gateway.hasLogged("[warning]", "next start in") }
            #expect(crowd.successes > 0)
            #expect(crowd.failures == [], "\(gateway.log)")
            crowd.stop()
        }
    }

    @Test("A request that was sent to a dead process is served by another one", .timeLimit(.minutes(5)))
    func requestToDeadProcess() throws {
        let folder = try TemporaryFolder()
        let script = folder / "start.sh"
        try TextFile.write(
            "[ ! -e \(folder / "broken") ] || exit 1\nexec \(CProgram.responder.path)\n", to: script)
        try withGateway("exec:sh \(script)", "--processes", "2", "--timeout", "5", folder: folder) {
            gateway in
            try TextFile.write("", to: folder / "broken")
            let victim = try #require(try gateway.applications.min())
            // A master that stands still learns of the death after the workers have used the slot.
            try run("kill", "-STOP", "\(gateway.pid)")
            ChildProcess.signal(victim, .kill)
            try eventually("it is dead") { try !gateway.applications.contains(victim) }
            let clients = try (0..<4).map { _ in try gateway.connect() }
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            try eventually("the other one serves") { gateway.calls.count >= 1 }
            try run("kill", "-CONT", "\(gateway.pid)")
            for client in clients { #expect(try client.receive().status == 200) }
        }
    }

    @Test(
        "What a process writes to its standard descriptors is in the log, line by line",
        .timeLimit(.minutes(5)))
    func output() throws {
        let folder = try TemporaryFolder()
        let script = folder / "start.sh"
        try TextFile.write(
            "echo 'to stdout'\n"
                + "printf 'to \\033[31mstderr' >&2\necho ' whole' >&2\nexec \(CProgram.responder.path)\n",
            to: script)
        try withGateway("exec:sh \(script)", folder: folder) { gateway in
            try eventually("both lines are there") {
                gateway.hasLogged("[output]", "to stdout")
                    && gateway.hasLogged("[output]", "to \\x1B[31mstderr whole")
            }
            #expect(try gateway.get("/?stderr").status == 200)
            try eventually("FCGI_STDERR is there") { gateway.hasLogged("[output]", "a line for the log") }
        }
    }
}
