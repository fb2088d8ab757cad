import Testing
@testable import Plans
@testable import Scoreboard
@testable import Worker

@Suite("Leases")
struct LeasesTests {
    /// A bench with two workers, and the single slot leased by the first.
    private func busy() throws -> LeaseBench {
        let bench = try LeaseBench(workers: 2, slots: [9], age: 4)
        let lease = try #require(bench.acquire(0))
        #expect(lease.position == 0 && lease.age == 4)
        return bench
    }

    @Test("A free slot goes to one worker, and comes back when it is released")
    func acquire() throws {
        let bench = try busy()
        #expect(bench.word(0) == SlotWord(.busy, owner: 0, age: 4))
        #expect(bench.acquire(1) == nil)
        #expect(bench.acquire(0) == nil)
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.free, age: 4))
        #expect(bench.acquire(1)?.position == 0)
        #expect(bench.word(0).owner == 1)
    }

    @Test("Each lease is of another slot, until none is left")
    func several() throws {
        let bench = try LeaseBench(workers: 2, slots: [0, 4095, 17])
        var positions: [Int] = []
        while let lease = bench.acquire(positions.count % 2) { positions.append(lease.position) }
        #expect(positions.sorted() == [0, 1, 2])
    }

    @Test(
        "A slot without a process, or with one that is condemned, is leased to nobody",
        arguments: [SlotWord.State.vacant, .condemned])
    func notFree(_ state: SlotWord.State) throws {
        let bench = try LeaseBench(workers: 1, slots: [0])
        bench.scoreboard.setSlot(0, SlotWord(state, age: 2))
        #expect(bench.acquire(0) == nil)
        #expect(bench.word(0) == SlotWord(state, age: 2))
    }

    @Test("A kept slot is reused by its owner and by nobody else")
    func park() throws {
        let bench = try busy()
        #expect(bench.workers[0].holds(0, age: 4))
        #expect(bench.workers[0].park(0, age: 4))
        #expect(bench.word(0) == SlotWord(.idle, owner: 0, age: 4))
        #expect(!bench.workers[0].holds(0, age: 4))
        #expect(!bench.workers[0].isWanted(0, age: 4))
        #expect(bench.acquire(1) == nil)
        #expect(!bench.workers[1].reuse(0, age: 4) && !bench.workers[1].park(0, age: 4))
        #expect(!bench.workers[0].reuse(0, age: 3))
        #expect(bench.workers[0].reuse(0, age: 4))
        #expect(bench.word(0) == SlotWord(.busy, owner: 0, age: 4))
        #expect(!bench.workers[0].reuse(0, age: 4))
    }

    @Test("The slot is leased that has been free for longest")
    func longestFree() throws {
        let bench = try LeaseBench(workers: 1, slots: [0, 1, 2], age: 4)
        let worker = bench.workers[0]
        for _ in 0..<3 { _ = bench.acquire(0) }
        for (position, time) in [(1, 100), (0, 200), (2, 300)] as [(Int, UInt64)] {
            worker.release(position, age: 4, now: time)
        }
        #expect(worker.acquire(freeBefore: 100) == nil)
        #expect(worker.acquire(freeBefore: 200)?.position == 1)
        #expect(worker.acquire()?.position == 0)
        worker.release(1, age: 4, now: 400)
        #expect(worker.acquire()?.position == 2)
        #expect(worker.acquire(freeBefore: 400) == nil && worker.mayHaveFree)
        #expect(worker.acquire()?.position == 1)
        #expect(worker.acquire() == nil && !worker.mayHaveFree)
    }

    @Test("Where processes come and go, the first slots are leased first")
    func byPosition() throws {
        let bench = try LeaseBench(workers: 1, slots: [0, 1], age: 4)
        let leases = Leases(
            scoreboard: bench.scoreboard, doorbells: bench.doorbells, worker: 0, pool: 0, slots: [0, 1],
            prefersRecent: true)
        _ = leases.acquire()
        _ = leases.acquire()
        leases.release(1, age: 4, now: 100)
        leases.release(0, age: 4, now: 200)
        #expect(leases.acquire()?.position == 0)
    }

    @Test("Of the connections that others keep, the one is asked for that has been idle for longest")
    func recallOfLongestIdle() throws {
        let bench = try LeaseBench(workers: 2, slots: [0, 1], age: 4)
        for _ in 0..<2 { _ = bench.acquire(0) }
        #expect(bench.workers[0].park(0, age: 4, now: 200) && bench.workers[0].park(1, age: 4, now: 100))
        bench.workers[1].recall()
        #expect(bench.word(0).state == .idle && bench.word(1).state == .recalled)
    }

    @Test("A kept slot is asked back, and goes by name to the worker that waits")
    func recall() throws {
        let bench = try busy()
        #expect(bench.workers[0].park(0, age: 4))
        bench.workers[1].setWaiting(100, count: 1)
        bench.workers[1].recall()
        #expect(bench.word(0) == SlotWord(.recalled, owner: 0, age: 4))
        #expect(bench.wasRung(0))
        #expect(bench.workers[0].isWanted(0, age: 4))
        #expect(!bench.workers[0].reuse(0, age: 4))
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.granted, owner: 1, age: 4))
        #expect(bench.wasRung(1))
        #expect(bench.acquire(0) == nil)
        let lease = try #require(bench.acquire(1))
        #expect(lease.position == 0 && lease.age == 4)
        #expect(bench.word(0) == SlotWord(.busy, owner: 1, age: 4))
    }

    @Test("A worker does not ask itself, nor for a slot that is in use")
    func recallNothing() throws {
        let bench = try busy()
        bench.workers[1].recall()
        #expect(bench.word(0).state == .busy && !bench.wasRung(0))
        #expect(bench.workers[0].park(0, age: 4))
        bench.workers[0].recall()
        #expect(bench.word(0).state == .idle && !bench.wasRung(0))
    }

    @Test("A released slot goes to the worker that has waited longest")
    func longestWaiter() throws {
        let bench = try LeaseBench(workers: 4, slots: [0])
        _ = bench.acquire(0)
        bench.workers[1].setWaiting(300, count: 1)
        bench.workers[2].setWaiting(100, count: 1)
        bench.workers[3].setWaiting(200, count: 1)
        bench.workers[0].setWaiting(1, count: 1)
        bench.workers[0].release(0, age: 1)
        #expect(bench.word(0) == SlotWord(.granted, owner: 2, age: 1))
        #expect(bench.wasRung(2) && !bench.wasRung(1) && !bench.wasRung(3))
    }

    @Test("A worker that waits no more is passed over")
    func noLongerWaiting() throws {
        let bench = try busy()
        bench.workers[1].setWaiting(100, count: 1)
        bench.workers[1].setWaiting(nil, count: 0)
        bench.workers[1].setWaiting(nil, count: 0)
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.free, age: 4))
        #expect(!bench.wasRung(1))
    }

    @Test("Who waits for another pool waits for another pool")
    func otherPool() throws {
        let bench = try busy()
        bench.scoreboard.setWaiting(1, worker: 1, pool: bench.pool + 1)
        #expect(!bench.workers[0].shouldHandOver(oldest: nil))
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0).state == .free)
    }

    @Test(
        "A slot changes hands for a request that is clearly older, or where nobody waits here",
        arguments: [
            (nil, nil, false), (nil, 50, false), (100, nil, true), (100, 100, false), (100, 120, false),
            (100, 121, true),
            (100, 1000, true), (100, 10, false),
        ] as [(UInt64?, UInt64?, Bool)])
    func handOver(_ theirs: UInt64?, _ ours: UInt64?, _ shouldHandOver: Bool) throws {
        let bench = try LeaseBench(workers: 2, slots: [0])
        bench.workers[1].setWaiting(theirs, count: 1)
        bench.workers[0].setWaiting(ours, count: 1)
        #expect(Leases.fairness == 20)
        #expect(bench.workers[0].shouldHandOver(oldest: ours) == shouldHandOver)
    }

    @Test("A slot handed to a worker that needs it no more goes on, or is free")
    func returnGrants() throws {
        let bench = try LeaseBench(workers: 3, slots: [0, 1])
        bench.scoreboard.setSlot(0, SlotWord(.granted, owner: 1, age: 1))
        bench.scoreboard.setSlot(1, SlotWord(.granted, owner: 2, age: 1))
        bench.workers[1].returnGrants()
        #expect(bench.word(0) == SlotWord(.free, age: 1))
        #expect(bench.word(1) == SlotWord(.granted, owner: 2, age: 1))
        bench.workers[0].setWaiting(5, count: 1)
        bench.workers[2].returnGrants()
        #expect(bench.word(1) == SlotWord(.granted, owner: 0, age: 1))
        #expect(bench.wasRung(0))
    }

    @Test("A hung process is condemned by its user, and the master is told")
    func condemn() throws {
        let bench = try busy()
        bench.workers[1].condemn(0, age: 4)
        bench.workers[0].condemn(0, age: 3)
        #expect(bench.word(0).state == .busy && !bench.wasMasterRung())
        bench.workers[0].condemn(0, age: 4)
        #expect(bench.word(0) == SlotWord(.condemned, age: 4))
        #expect(bench.wasMasterRung())
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.condemned, age: 4))
        #expect(!bench.workers[0].park(0, age: 4) && !bench.workers[0].holds(0, age: 4))
    }

    @Test("A worker cannot mistake a process for the one before it")
    func successor() throws {
        let bench = try busy()
        // The master replaced the process, and the worker leased the slot again.
        bench.scoreboard.setSlot(9, SlotWord(.busy, owner: 0, age: 5))
        #expect(!bench.workers[0].park(0, age: 4) && !bench.workers[0].holds(0, age: 4))
        #expect(bench.workers[0].isWanted(0, age: 4))
        bench.workers[0].release(0, age: 4)
        bench.workers[0].condemn(0, age: 4)
        #expect(bench.word(0) == SlotWord(.busy, owner: 0, age: 5))
    }

    @Test("What is another worker's is not released")
    func notOurs() throws {
        let bench = try busy()
        bench.workers[1].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.busy, owner: 0, age: 4))
        bench.workers[0].release(0, age: 4)
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.free, age: 4))
    }
}
