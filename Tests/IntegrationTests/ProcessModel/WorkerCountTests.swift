import Syscalls
import Testing

@Suite("The number of workers: TTIN and TTOU", .serialized)
struct WorkerCountTests {
    @Test(
        "TTIN adds a worker, TTOU takes one away, down to one, and no request fails", .timeLimit(.minutes(5)))
    func change() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--processes", "2", "--workers", "1") { gateway in
            let crowd = try Crowd(of: 8, at: gateway, isKept: false, requestsEach: nil)
            for (signal, count) in [(Signal.ttin, 2), (.ttin, 3), (.ttou, 2), (.ttou, 1), (.ttou, 1)] {
                gateway.signal(signal)
                let answered = crowd.outcomes.count
                try crowd.run { crowd.outcomes.count > answered + 20 }
                try crowd.run { try gateway.workers.count == count }
            }
            #expect(crowd.failures == [])
            crowd.stop()
            #expect(gateway.hasLogged("3 workers wanted"))
        }
    }

    @Test("The number is kept across a reload", .timeLimit(.minutes(5)))
    func reload() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--workers", "1") { gateway in
            gateway.signal(.ttin)
            try eventually("there are two workers") { try gateway.workers.count == 2 }
            let before = try gateway.workers
            gateway.signal(.hup)
            try eventually("there are two other workers") {
                let now = try gateway.workers
                return now.count == 2 && Set(now).isDisjoint(with: before)
            }
            #expect(try gateway.get("/").status == 200)
        }
    }
}
