import Syscalls
import Testing

@Suite("The heartbeat of workers", .serialized)
struct HeartbeatTests {
    @Test("A worker that stands still is killed and replaced, and the others go on", .timeLimit(.minutes(5)))
    func standstill() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--processes", "2", "--workers", "2", "--timeout", "2"
        ) { gateway in
            let before = try gateway.workers
            let victim = try #require(before.first)
            try run("kill", "-STOP", "\(victim)")
            try eventually("it has a successor") {
                let now = try gateway.workers
                return now.count == 2 && !now.contains(victim)
            }
            #expect(
                gateway.hasLogged("[critical]", "(pid \(victim)) timed out: its loop stood still for 2 s"))
            #expect(try gateway.workers.contains(before[1]))
            try gateway.expectAllProcessesServe()
        }
    }

    @Test("A master that is busy takes no healthy worker for a dead one", .timeLimit(.minutes(5)))
    func busyMaster() throws {
        let folder = try TemporaryFolder()
        let script = folder / "talkative.sh"
        // Bursts that keep the master writing its log for longer than a worker's heart takes to beat, and that
        // go on for longer than --timeout.
        try TextFile.write(
            """
            (for burst in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
                sleep 0.1
                yes talk | head -n 2000
            done; touch \(folder / "done")) &
            exec \(CProgram.responder.path)
            """, to: script)
        try withGateway("exec:sh \(script)", "--workers", "4", "--timeout", "1", folder: folder) { gateway in
            let before = try gateway.workers
            try eventually("it has said everything", within: 60) { Files.status(folder / "done") != nil }
            #expect(try gateway.workers == before)
            #expect(!gateway.hasLogged("its loop stood still"))
            #expect(try gateway.get("/").status == 200)
        }
    }
}
