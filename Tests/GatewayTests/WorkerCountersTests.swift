import Testing
@testable import Scoreboard

@Suite("What workers have counted")
struct WorkerCountersTests {
    @Test("Every number is its own, and a worker's are its own")
    func own() throws {
        let scoreboard = try Scoreboard()
        for (index, counter) in Counter.allCases.enumerated() {
            scoreboard.counters(worker: 255).add(counter, index + 1)
        }
        for (index, counter) in Counter.allCases.enumerated() {
            #expect(scoreboard.totals(worker: 255)[counter] == UInt64(index + 1))
            #expect(scoreboard.totals(worker: 254)[counter] == 0 && scoreboard.totalsOfEnded[counter] == 0)
        }
    }

    @Test(
        "A request counts once, by its status, whatever that is",
        arguments: [
            (103, Counter.informational), (200, .successful), (304, .redirected), (499, .clientErrors),
            (503, .serverErrors), (0, .informational), (999, .serverErrors), (-5, .informational),
        ])
    func status(_ status: Int, _ counter: Counter) throws {
        let scoreboard = try Scoreboard()
        scoreboard.counters(worker: 1).request(status: status)
        let totals = scoreboard.totals(worker: 1)
        #expect(totals[counter] == 1 && totals.requests == 1)
        #expect(
            totals.description.hasPrefix("1 request (") && totals.description.contains("on 0 connections"))
        scoreboard.counters(worker: 1).request(status: status)
        scoreboard.counters(worker: 1).add(.accepted)
        let description = scoreboard.totals(worker: 1).description
        #expect(description.hasPrefix("2 requests (") && description.contains(" on 1 connection (closed 0"))
    }

    @Test("The sum over all workers never goes back, whoever ends")
    func sum() throws {
        let scoreboard = try Scoreboard()
        for worker in 0..<4 { scoreboard.counters(worker: worker).add(.octetsIn, worker + 1) }
        for worker in 0..<4 {
            _ = scoreboard.clear(worker: worker)
            let rest = (0..<4).reduce(0) { $0 + scoreboard.totals(worker: $1)[.octetsIn] }
            #expect(rest + scoreboard.totalsOfEnded[.octetsIn] == 10)
        }
        #expect(scoreboard.totals(worker: 3)[.octetsIn] == 0)
    }

    @Test("Nobody has room where all that serve are full")
    func full() throws {
        let scoreboard = try Scoreboard()
        #expect(scoreboard.isFullEverywhere(but: 1))
        for worker in [1, 2, 3] {
            scoreboard.setIdentity(age: 1, pid: 1, startedAt: 1, worker: worker)
            scoreboard.setState(.serving, worker: worker)
        }
        #expect(scoreboard.workerBound == 4 && !scoreboard.isFullEverywhere(but: 1))
        scoreboard.counters(worker: 2).isFull = true
        #expect(!scoreboard.isFullEverywhere(but: 1) && scoreboard.isFullSomewhere(but: 1))
        scoreboard.setState(.draining, worker: 3)
        #expect(scoreboard.isFullEverywhere(but: 1) && !scoreboard.isFullEverywhere(but: 2))
        #expect(!scoreboard.isFullSomewhere(but: 2))
        _ = scoreboard.clear(worker: 2)
        #expect(!scoreboard.isFullSomewhere(but: 1))
    }
}
