import Syscalls
import Testing
@testable import Settings
@testable import Worker

@Suite("When a worker asks to be replaced")
struct RecyclingTests {
    private func bench(_ change: (inout Settings) -> Void) throws -> WorkerBench {
        var settings = Settings()
        change(&settings)
        return try WorkerBench(settings: settings)
    }

    @Test("Never, where nothing limits it; its memory is shown all the same")
    func unlimited() throws {
        let bench = try bench { _ in }
        let recycling = Recycling(bench.plan, log: bench.plan.errorLog.logger("test"))
        for _ in 0..<1000 { bench.plan.scoreboard.countRequest(worker: 3) }
        recycling.sweep(1000)
        #expect(bench.plan.scoreboard.wantsReplacement(worker: 3) == .none)
        #expect(bench.plan.scoreboard.memory(worker: 3) > 1 << 20)
    }

    @Test("After its share of requests, within the jitter, and the master is rung")
    func requests() throws {
        let bench = try bench {
            $0.maxRequests = 10
            $0.maxRequestsJitter = 5
        }
        let scoreboard = bench.plan.scoreboard
        let recycling = Recycling(bench.plan, log: bench.plan.errorLog.logger("test"))
        var answered = 0
        while scoreboard.wantsReplacement(worker: 3) == .none, answered < 100 {
            scoreboard.countRequest(worker: 3)
            answered += 1
            recycling.sweep(0)
        }
        #expect((10...15).contains(answered))
        #expect(scoreboard.wantsReplacement(worker: 3) == .requests)
        #expect(try wasRung(bench.plan.doorbells.masterNumber))
        recycling.sweep(1)
        #expect(try !wasRung(bench.plan.doorbells.masterNumber), "it asks once")
    }

    @Test("When it holds too much memory, looked at once a second")
    func memory() throws {
        let bench = try bench { $0.maxWorkerMemory = 1 }
        let recycling = Recycling(bench.plan, log: bench.plan.errorLog.logger("test"))
        recycling.sweep(1)
        #expect(bench.plan.scoreboard.wantsReplacement(worker: 3) == .memory)
    }

    private func wasRung(_ bell: CInt) throws -> Bool {
        let epoll = try Epoll()
        try epoll.add(bell, .readable, token: 0)
        defer { EventDescriptor.clear(bell) }
        return try epoll.wait(milliseconds: 0) > 0
    }
}
