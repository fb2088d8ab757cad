import Syscalls
import Testing

@Suite("Processes that are killed", .serialized)
struct KilledProcessTests {
    @Test(
        "An application process killed under load costs its own request only, and comes back",
        .timeLimit(.minutes(5)))
    func applicationProcess() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "4", "--workers", "2"
        ) { gateway in
            let crowd = try Crowd(of: 16, at: gateway, isKept: true, requestsEach: 60) { _, _ in "/?d=3" }
            try crowd.run { crowd.outcomes.count > 100 }
            let before = try gateway.applications
            let victim = try #require(before.first)
            ChildProcess.signal(victim, .kill)
            try crowd.finish()

            // What it was doing is lost; a GET that it had not begun may be given to its successor.
            #expect(crowd.failures.count <= 1)
            for failure in crowd.failures {
                guard case .answered(502, _) = failure else {
                    Issue.record("\(failure)")
                    continue
                }
            }
            try eventually("the process has a successor") {
                let now = try gateway.applications
                return now.count == 4 && !now.contains(victim)
            }
            #expect(Set(try gateway.applications).intersection(before).count == 3)
            #expect(gateway.hasLogged("(pid \(victim)) was killed by signal 9"))
            try gateway.expectAllProcessesServe()
        }
    }

    @Test("A request that kills its process is 502, and does so once", .timeLimit(.minutes(5)))
    func suicidalRequest() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "2") { gateway in
            let client = try gateway.connect()
            client.send("POST /?exit HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            #expect(try client.receive().status == 502)
            // The connection to the client has nothing to do with it.
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
            #expect(gateway.calls.count { $0 == "POST /?exit" } == 1)
            try eventually("both processes run") { try gateway.applications.count == 2 }
        }
    }

    @Test("A killed worker takes its own connections with it, and is replaced", .timeLimit(.minutes(5)))
    func worker() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "2", "--workers", "2") { gateway in
            let before = try gateway.workers
            try #require(before.count == 2)
            // Both workers have kept connections to the application, and one holds a request when it dies.
            let crowd = try Crowd(of: 16, at: gateway, isKept: true, requestsEach: 40) { _, _ in "/?d=2" }
            try crowd.run { crowd.outcomes.count > 100 }
            ChildProcess.signal(before[0], .kill)
            try crowd.finish()
            // Each client has one connection at a time, so it loses one request at most.
            #expect(crowd.failures.count <= 16)
            for failure in crowd.failures { #expect(failure == .cut) }

            try eventually("there is a new worker") {
                let now = try gateway.workers
                return now.count == 2 && !now.contains(before[0])
            }
            #expect(try gateway.workers.contains(before[1]))
            #expect(gateway.hasLogged("(pid \(before[0])) was killed by signal 9", "starting another"))
            // What the dead one had leased is free again.
            try gateway.expectAllProcessesServe()
        }
    }

    @Test(
        "The process that a killed worker was asking is replaced: nobody waits until it is done",
        .timeLimit(.minutes(5)))
    func busyProcess() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "3") { gateway in
            // A kept connection to each: two of them are idle when the worker dies.
            try gateway.expectAllProcessesServe()
            let before = try gateway.applications
            let count = gateway.calls.count
            let client = try gateway.connect()
            client.send("GET /?until=\(gateway.folder / "never") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == count + 1 }
            ChildProcess.signal(try #require(try gateway.workers.first), .kill)
            for _ in 0..<6 { #expect(try gateway.get("/").status == 200) }
            try eventually("the process has a successor") {
                let now = try gateway.applications
                return now.count == 3 && Set(now).intersection(before).count == 2
            }
            #expect(gateway.hasLogged("[warning]", "is at a request whose worker is gone"))
            try gateway.expectAllProcessesServe()
            client.close()
        }
    }

    @Test(
        "A process that is at a request of another worker too is not killed for one that is dead",
        .timeLimit(.minutes(5)))
    func sharedProcess() throws {
        let folder = try TemporaryFolder()
        try withGateway(
            "wsgi:site_app", "--chdir", Build.application("wsgi"), "--threads", "4", "--workers", "2",
            folder: folder
        ) { gateway in
            let process = try #require(try gateway.applications.first)
            let workers = try gateway.workers
            try #require(workers.count == 2)
            /// A request that waits in the process, of the worker that is not stopped meanwhile.
            func hold(_ gate: String, besides stopped: ProcessID) throws -> HTTPClient {
                try run("kill", "-STOP", "\(stopped)")
                defer { _ = try? run("kill", "-CONT", "\(stopped)") }
                let client = try gateway.connect()
                client.send("GET /held?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                try eventually("it is held") { !TextFile.read("\(gate).arrived").isEmpty }
                return client
            }
            let lost = try hold(folder / "never", besides: workers[1])
            let kept = try hold(folder / "gate", besides: workers[0])
            ChildProcess.signal(workers[0], .kill)
            try eventually("it is missed") { gateway.hasLogged("(pid \(workers[0])) was killed by signal 9") }
            try TextFile.write("", to: folder / "gate")
            #expect(try kept.receive().text == "\(process)")
            #expect(try gateway.applications == [process])
            try TextFile.write("", to: folder / "never")
            lost.close()
        }
    }

    @Test("Nothing survives a killed master", .timeLimit(.minutes(5)))
    func master() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "3", "--workers", "2"
        ) { gateway in
            #expect(try gateway.get("/").status == 200)
            #expect(try gateway.tree.entries.count == 7)
            gateway.signal(.kill)
            try gateway.process.waitForEnd()
            try gateway.expectNothingLeft()
        }
    }

    @Test("Nor do processes that an application has started", .timeLimit(.minutes(5)))
    func grandchildren() throws {
        for signal in [Signal.kill, .term, .int] {
            let script = Build.application("with-grandchild.sh")
            try withGateway(
                "exec:sh \(script) \(CProgram.responder.path)", "--processes", "2"
            ) { gateway in
                #expect(try gateway.get("/").status == 200)
                // Master, guardian, worker, and for each application the program and what it has started.
                try eventually("the grandchildren run") {
                    try gateway.tree.entries.count { $0.program.hasSuffix("/sleep") } == 2
                }
                #expect(try gateway.tree.entries.count == 7)
                gateway.signal(signal)
                try gateway.process.waitForEnd()
                try gateway.expectNothingLeft()
            }
        }
    }

    @Test("A killed guardian is not missed before the master dies", .timeLimit(.minutes(5)))
    func guardian() throws {
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let guardian = try #require(try gateway.tree.guardian(of: gateway.pid))
            ChildProcess.signal(guardian, .kill)
            try eventually("the loss is logged") { gateway.hasLogged("guardian") }
            #expect(try gateway.get("/").status == 200)
        }
    }
}
