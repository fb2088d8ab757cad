// A process that is to leave though it works: the master marks its slots, and who holds one gives it up as vacant.

import Testing
@testable import Plans
@testable import Scoreboard
@testable import Worker

@Suite("Slots of a process that is to leave")
struct RetiringSlotTests {
    private static let states: [SlotWord.State] = [
        .vacant, .free, .busy, .idle, .recalled, .granted, .condemned,
    ]

    /// A bench with three workers and one slot, marked while it is in `state` of the first worker.
    private func bench(_ state: SlotWord.State) throws -> LeaseBench {
        let bench = try LeaseBench(workers: 3, slots: [7], age: 4)
        bench.scoreboard.setSlot(7, SlotWord(state, owner: 0, age: 4).retiring)
        return bench
    }

    private static let vacant = SlotWord(.vacant, age: 4).retiring

    @Test(
        "The mark leaves state, owner and age as they are, and stays over changes of the state",
        arguments: states)
    func mark(_ state: SlotWord.State) {
        for owner in [0, 1, 255, 65_535] {
            let word = SlotWord(state, owner: owner, age: .max)
            let marked = word.retiring
            #expect(!word.isRetiring && marked.isRetiring && marked != word && marked.retiring == marked)
            #expect(marked.state == state && marked.owner == owner && marked.age == .max)
            #expect(marked.is(state, owner: owner, age: .max) && word.is(state, owner: owner, age: .max))
            #expect(marked.isHeld(by: owner) == word.isHeld(by: owner))
            #expect(marked.with(.idle, owner: 9) == SlotWord(.idle, owner: 9, age: .max).retiring)
            #expect(marked.released.state == .vacant && word.released == SlotWord(.free, age: .max))
        }
    }

    @Test("Its holder goes on with what it has, and may begin nothing")
    func busy() throws {
        let bench = try bench(.busy)
        #expect(bench.workers[0].holds(0, age: 4))
        #expect(!bench.workers[0].mayGoOn(0, age: 4))
        #expect(!bench.workers[0].park(0, age: 4))
        #expect(bench.acquire(0) == nil && bench.acquire(1) == nil)
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == Self.vacant)
        #expect(bench.wasMasterRung())
    }

    @Test(
        "A kept connection is not used again, whether it was asked back before or not",
        arguments: [SlotWord.State.idle, .recalled])
    func kept(_ state: SlotWord.State) throws {
        let bench = try bench(state)
        #expect(bench.workers[0].isWanted(0, age: 4))
        #expect(!bench.workers[0].reuse(0, age: 4))
        bench.workers[1].recall()
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == Self.vacant)
    }

    @Test("Nobody gets the slot, however long somebody has waited")
    func waiters() throws {
        let bench = try bench(.busy)
        bench.workers[1].setWaiting(1, count: 1)
        bench.workers[2].setWaiting(2, count: 1)
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == Self.vacant)
        #expect(!bench.wasRung(1) && !bench.wasRung(2))
        for worker in 0..<3 { #expect(bench.acquire(worker) == nil) }
    }

    @Test("Who was handed the slot just before may use it once, or gives it up")
    func granted() throws {
        let used = try bench(.granted)
        #expect(used.acquire(1) == nil)
        let lease = try #require(used.acquire(0))
        #expect(lease.age == 4 && used.word(0) == SlotWord(.busy, owner: 0, age: 4).retiring)
        used.workers[0].release(0, age: 4)
        #expect(used.word(0) == Self.vacant)

        let returned = try bench(.granted)
        returned.workers[0].returnGrants()
        #expect(returned.word(0) == Self.vacant && returned.wasMasterRung())
    }

    @Test("A process that hangs on its way out is condemned as any other")
    func condemned() throws {
        let bench = try bench(.busy)
        bench.workers[0].condemn(0, age: 4)
        #expect(bench.word(0).state == .condemned && bench.wasMasterRung())
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0).state == .condemned)
    }

    @Test("A worker that dies gives up what it held", arguments: states)
    func deadWorker(_ state: SlotWord.State) throws {
        let bench = try LeaseBench(workers: 2, slots: [7], age: 4)
        bench.scoreboard.setSlot(7, SlotWord(state, owner: 1, age: 4).retiring)
        let before = bench.word(0)
        let isHeld = before.isHeld(by: 1)
        #expect(bench.scoreboard.clear(worker: 1) == isHeld)
        #expect(bench.word(0) == (isHeld ? Self.vacant : before))
    }

    @Test("The successor's slot is not touched by who held its predecessor's")
    func successor() throws {
        let bench = try bench(.busy)
        bench.scoreboard.setSlot(7, SlotWord(.free, age: 5))
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.free, age: 5))
        #expect(bench.acquire(1)?.age == 5)
        bench.workers[0].release(0, age: 4)
        #expect(bench.word(0) == SlotWord(.busy, owner: 1, age: 5))
    }

    @Test("The master is told when requests begin to wait, where processes come with them")
    func demand() throws {
        let bench = try LeaseBench(workers: 2, slots: [7])
        let leases = Leases(
            scoreboard: bench.scoreboard, doorbells: bench.doorbells, worker: 0, pool: bench.pool, slots: [7],
            grows: true)
        leases.setWaiting(nil, count: 0)
        #expect(!bench.wasMasterRung())
        leases.setWaiting(100, count: 1)
        #expect(bench.wasMasterRung())
        leases.setWaiting(100, count: 2)
        #expect(!bench.wasMasterRung())
        leases.setWaiting(nil, count: 0)
        leases.setWaiting(200, count: 1)
        #expect(bench.wasMasterRung())
        bench.workers[1].setWaiting(300, count: 1)
        #expect(!bench.wasMasterRung())
    }
}
