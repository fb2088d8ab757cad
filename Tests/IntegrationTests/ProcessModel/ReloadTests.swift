import Syscalls
import Testing

@Suite("Reloading: HUP", .serialized)
struct ReloadTests {
    @Test("Under load no request fails, and every process is replaced", .timeLimit(.minutes(5)))
    func underLoad() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "3", "--workers", "2") { gateway in
            let crowd = try Crowd(of: 16, at: gateway, isKept: false, requestsEach: nil) { _, _ in "/?d=1" }
            for round in 1...3 {
                let before = try gateway.tree
                let old = Set(before.workers(of: gateway.pid) + before.applications(of: gateway.pid))
                #expect(old.count == 5)
                let answered = crowd.outcomes.count
                try crowd.run { crowd.outcomes.count > answered + 50 }
                gateway.signal(.hup)
                try crowd.run { gateway.hasLogged("generation \(round + 1) serves") }
                try crowd.run {
                    Set(try gateway.tree.entries.map(\.pid)).isDisjoint(with: old)
                }
                let after = try gateway.tree
                #expect(after.workers(of: gateway.pid).count == 2)
                #expect(after.applications(of: gateway.pid).count == 3)
            }
            #expect(crowd.failures == [])
            crowd.stop()
            try gateway.expectAllProcessesServe()
        }
    }

    @Test("A request in flight is finished by those it began with", .timeLimit(.minutes(5)))
    func inFlight() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "2") { gateway in
            let gate = gateway.folder / "gate"
            let old = try gateway.applications
            let held = try gateway.connect()
            held.send("GET /pid?until=\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("it is in flight") { gateway.calls.count == 1 }
            gateway.signal(.hup)
            try eventually("new processes serve") { gateway.hasLogged("generation 2 serves") }
            // What an old worker accepts in its last moment is answered by an old process.
            try eventually("new processes answer") {
                let new = try #require(ProcessID(try gateway.get("/pid").text))
                return !old.contains(new)
            }
            try TextFile.write("", to: gate)
            let pid = try #require(ProcessID(try held.receive().text))
            #expect(old.contains(pid))
            try eventually("the old processes leave") { try gateway.applications.count == 2 }
            #expect(Set(try gateway.applications).isDisjoint(with: old))
        }
    }

    @Test(
        "An application that does not boot any more changes nothing, and the log says so",
        .timeLimit(.minutes(5)))
    func brokenApplication() throws {
        let folder = try TemporaryFolder()
        let script = folder / "start.sh"
        let works = "exec \(try CProgram.responder.path)\n"
        try TextFile.write(works, to: script)
        try withGateway("exec:sh \(script)", "--processes", "2", "--workers", "2", folder: folder) {
            gateway in
            let before = try gateway.tree.entries.map(\.pid)
            try TextFile.write("echo cannot read the oracle >&2\nexit 1\n", to: script)
            gateway.signal(.hup)
            try eventually("the failure is logged") {
                gateway.hasLogged("[error]", "reload failed, the running generation goes on")
            }
            #expect(gateway.hasLogged("cannot read the oracle"))
            try eventually("the attempt leaves nothing behind") {
                Set(try gateway.tree.entries.map(\.pid)) == Set(before)
            }
            try gateway.expectAllProcessesServe()

            // Mended, it is reloaded as ever.
            try TextFile.write(works, to: script)
            gateway.signal(.hup)
            try eventually("new processes serve") { gateway.hasLogged("serves, the old one drains") }
            try eventually("the old processes have left") {
                let now = Set(try gateway.tree.entries.map(\.pid))
                // The master and its guardian stay.
                return now.count == 6 && now.intersection(before).count == 2
            }
            try gateway.expectAllProcessesServe()
        }
    }

    @Test("Many HUPs in a row end in one generation", .timeLimit(.minutes(5)))
    func manyTimes() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "2") { gateway in
            let crowd = try Crowd(of: 4, at: gateway, isKept: false, requestsEach: nil)
            for _ in 0..<10 {
                gateway.signal(.hup)
                let answered = crowd.outcomes.count
                try crowd.run { crowd.outcomes.count > answered + 5 }
            }
            // A reload may be in progress, or about to begin, where as many processes are there.
            try crowd.run {
                let (begun, ended) = ("reload (HUP): reading", "serves, the old one drains")
                let lines = gateway.log.lines
                let isOver =
                    lines.count { $0.contains(begun) } == lines.count { $0.contains(ended) }
                return try isOver && gateway.tree.entries.count == 5
                    && gateway.hasLogged("generation 2 serves")
            }
            #expect(crowd.failures == [])
            crowd.stop()
            try gateway.expectAllProcessesServe()
        }
    }
}
