import Syscalls
import Testing

@Suite("Many workers share few application processes", .serialized)
struct LeaseTests {
    @Test(
        "Kept connections starve nobody, and no process has two connections at a time",
        .timeLimit(.minutes(5)))
    func fairness() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "2", "--workers", "4") { gateway in
            let crowd = try Crowd(of: 64, at: gateway, isKept: true, requestsEach: 25) { _, _ in
                "/?crowded&d=1"
            }
            try crowd.finish(within: 120)
            #expect(crowd.failures == [])
            #expect(crowd.successes == 64 * 25)
            let crowded = crowd.outcomes.count { $0 == .answered(status: 200, body: "crowded") }
            #expect(crowded == 0)
            // 64 clients share two processes that take a millisecond: far from this, but starvation is for
            // ever.
            #expect(crowd.longestWait < 60_000)
        }
    }

    @Test("Idle workers give back what they keep", .timeLimit(.minutes(5)))
    func idleWorkers() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "1", "--workers", "4") { gateway in
            // Fresh connections land on every worker in turn, and each of them would like to keep the only
            // process.
            for _ in 0..<5 {
                let clients = try (0..<8).map { _ in try gateway.connect() }
                for client in clients { client.send("GET /?crowded HTTP/1.1\r\nHost: a\r\n\r\n") }
                for client in clients { #expect(try client.receive(within: 20).text == "alone") }
                for client in clients {
                    client.send("POST /?crowded HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                    #expect(try client.receive(within: 20).text == "alone")
                }
            }
        }
    }

    @Test("Processes and workers that come and go leave no slot behind", .timeLimit(.minutes(5)))
    func changes() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "3", "--workers", "3") { gateway in
            let crowd = try Crowd(of: 24, at: gateway, isKept: false, requestsEach: nil) { _, number in
                number % 2 == 0 ? "/?d=1" : "/?c=20000"
            }
            for round in 0..<6 {
                let answered = crowd.outcomes.count
                try crowd.run { crowd.outcomes.count > answered + 40 }
                switch round % 3 {
                case 0: gateway.signal(.ttin)
                case 1: gateway.signal(.hup)
                default: ChildProcess.signal(try #require(try gateway.applications.first), .kill)
                }
            }
            try crowd.run { try gateway.tree.entries.count == 1 + 1 + 5 + 3 }
            crowd.stop()
            try gateway.expectAllProcessesServe()
        }
    }
}
