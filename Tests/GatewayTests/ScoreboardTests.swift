import Syscalls
import Testing
@testable import Plans
@testable import Scoreboard

@Suite("The scoreboard")
struct ScoreboardTests {
    @Test("Fresh memory says that nobody is there and no slot is open")
    func fresh() throws {
        let scoreboard = try Scoreboard()
        for worker in [0, 1, 255] {
            #expect(scoreboard.state(worker: worker) == .absent)
            #expect(scoreboard.heartbeat(worker: worker) == 0)
            #expect(scoreboard.requests(worker: worker) == 0)
            #expect(scoreboard.connections(worker: worker) == 0)
        }
        for slot in [0, 4095] { #expect(scoreboard.slot(slot).state == .vacant) }
        for pool in [0, 63] { #expect(scoreboard.oldestWaiter(pool: pool, except: 0) == nil) }
    }

    @Test("A worker's words are its own", arguments: [0, 63, 64, 255])
    func workers(_ worker: Int) throws {
        let scoreboard = try Scoreboard()
        scoreboard.setState(.serving, worker: worker)
        scoreboard.setHeartbeat(12_345, worker: worker)
        scoreboard.countRequest(worker: worker)
        scoreboard.countRequest(worker: worker)
        scoreboard.setConnections(7, worker: worker)
        #expect(scoreboard.state(worker: worker) == .serving)
        #expect(scoreboard.heartbeat(worker: worker) == 12_345)
        #expect(scoreboard.requests(worker: worker) == 2)
        #expect(scoreboard.connections(worker: worker) == 7)
        for other in [0, 1, 62, 63, 64, 65, 254, 255] where other != worker {
            #expect(scoreboard.state(worker: other) == .absent && scoreboard.requests(worker: other) == 0)
        }
        #expect(scoreboard.slot(0).state == .vacant)
    }

    @Test("A slot changes only from what it was thought to be")
    func exchange() throws {
        let scoreboard = try Scoreboard()
        let (free, busy) = (SlotWord(.free, age: 1), SlotWord(.busy, owner: 2, age: 1))
        scoreboard.setSlot(4095, free)
        #expect(!scoreboard.exchange(4095, from: busy, to: free))
        #expect(scoreboard.exchange(4095, from: free, to: busy))
        #expect(!scoreboard.exchange(4095, from: free, to: busy))
        #expect(scoreboard.slot(4095) == busy)
        #expect(scoreboard.slot(4094).state == .vacant)
    }

    @Test("The oldest waiter is found wherever it is, and never oneself")
    func waiters() throws {
        let scoreboard = try Scoreboard()
        for (worker, since) in [(0, 500), (63, 400), (64, 300), (255, 200)] as [(Int, UInt64)] {
            scoreboard.setWaiting(since, worker: worker, pool: 63)
        }
        #expect(scoreboard.oldestWaiter(pool: 63, except: 1)?.worker == 255)
        #expect(scoreboard.oldestWaiter(pool: 63, except: 255)?.worker == 64)
        #expect(scoreboard.oldestWaiter(pool: 62, except: 1) == nil)
        scoreboard.setWaiting(nil, worker: 255, pool: 63)
        scoreboard.setWaiting(nil, worker: 64, pool: 63)
        #expect(scoreboard.oldestWaiter(pool: 63, except: 63)?.worker == 0)
        #expect(scoreboard.oldestWaiter(pool: 63, except: 0)?.since == 400)
        scoreboard.setWaiting(100, worker: 0, pool: 63)
        #expect(scoreboard.oldestWaiter(pool: 63, except: 1)?.since == 100)
    }

    @Test("A worker that is gone leaves nothing behind, and takes nothing of others with it")
    func clear() throws {
        let scoreboard = try Scoreboard()
        let states: [SlotWord.State] = [.busy, .idle, .recalled, .granted, .free, .condemned, .vacant]
        for (index, state) in states.enumerated() {
            scoreboard.setSlot(index, SlotWord(state, owner: 3, age: 5))
            scoreboard.setSlot(4000 + index, SlotWord(state, owner: 2, age: 5))
        }
        for worker in [2, 3] {
            scoreboard.setState(.serving, worker: worker)
            scoreboard.setConnections(4, worker: worker)
            for pool in [0, 63] { scoreboard.setWaiting(UInt64(worker), worker: worker, pool: pool) }
        }
        #expect(scoreboard.clear(worker: 3))
        for index in 0..<4 { #expect(scoreboard.slot(index) == SlotWord(.free, age: 5)) }
        for index in 4..<7 { #expect(scoreboard.slot(index) == SlotWord(states[index], owner: 3, age: 5)) }
        for (index, state) in states.enumerated() {
            #expect(scoreboard.slot(4000 + index) == SlotWord(state, owner: 2, age: 5))
        }
        #expect(scoreboard.state(worker: 3) == .absent && scoreboard.connections(worker: 3) == 0)
        #expect(scoreboard.state(worker: 2) == .serving && scoreboard.connections(worker: 2) == 4)
        for pool in [0, 63] {
            #expect(scoreboard.oldestWaiter(pool: pool, except: 0)?.worker == 2)
            #expect(scoreboard.oldestWaiter(pool: pool, except: 2) == nil)
        }
        #expect(!scoreboard.clear(worker: 3))
    }

    @Test("Clearing worker 0 does not take what is free or condemned, though their owner reads as 0")
    func clearFirst() throws {
        let scoreboard = try Scoreboard()
        scoreboard.setSlot(0, SlotWord(.free, age: 1))
        scoreboard.setSlot(1, SlotWord(.condemned, age: 1))
        #expect(!scoreboard.clear(worker: 0))
        #expect(scoreboard.slot(1).state == .condemned)
    }

    @Test("How many requests wait is known of each worker and pool, and believed up to a limit")
    func queues() throws {
        let scoreboard = try Scoreboard()
        let last = (worker: Scoreboard.workerCapacity - 1, pool: Scoreboard.poolCapacity - 1)
        scoreboard.setWaiting(5, count: 3, worker: last.worker, pool: last.pool)
        scoreboard.setWaiting(5, count: .max, worker: 0, pool: 0)
        scoreboard.setWaiting(5, count: -1, worker: 1, pool: 0)
        #expect(scoreboard.queued(pool: last.pool, worker: last.worker, limit: 1024) == 3)
        #expect(scoreboard.queued(pool: last.pool, worker: last.worker, limit: 2) == 2)
        #expect(scoreboard.queued(pool: 0, worker: 0, limit: 1024) == 1024)
        #expect(scoreboard.queued(pool: 0, worker: 1, limit: 1024) == 1024)
        #expect(scoreboard.queued(pool: 0, worker: last.worker, limit: 1024) == 0)
        #expect(scoreboard.queued(pool: last.pool, worker: 0, limit: 1024) == 0)
        scoreboard.setWaiting(nil, worker: last.worker, pool: last.pool)
        #expect(scoreboard.queued(pool: last.pool, worker: last.worker, limit: 1024) == 0)
        _ = scoreboard.clear(worker: 0)
        #expect(scoreboard.queued(pool: 0, worker: 0, limit: 1024) == 0)
    }

    @Test("The state of a pool is what was last said, and at first that it starts")
    func poolStates() throws {
        let scoreboard = try Scoreboard()
        let last = Scoreboard.poolCapacity - 1
        #expect(scoreboard.poolState(last) == .starting)
        for state in [PoolState.failed, .degraded, .ready, .starting] {
            scoreboard.setPoolState(state, pool: last)
            #expect(scoreboard.poolState(last) == state && scoreboard.poolState(last - 1) == .starting)
            #expect(PoolState(rawValue: state.rawValue) == state)
        }
        #expect(
            [PoolState.failed, .degraded, .ready, .starting].map(\.description) == [
                "failed", "degraded", "ready", "starting",
            ])
    }

    @Test("What a forked process writes is seen here")
    func shared() throws {
        let scoreboard = try Scoreboard()
        let (free, busy) = (SlotWord(.free, age: 1), SlotWord(.busy, owner: 1, age: 1))
        scoreboard.setSlot(0, free)
        scoreboard.setState(.booting, worker: 1)
        let pid = try ChildProcess.fork(diesWithParent: true)
        if pid == 0 {
            scoreboard.setState(.serving, worker: 1)
            _ = scoreboard.exchange(0, from: free, to: busy)
            SystemProcess.exitImmediately(0)
        }
        ChildProcess.wait(pid)
        #expect(scoreboard.state(worker: 1) == .serving)
        #expect(scoreboard.slot(0) == busy)
    }

    @Test("A worker that goes on and on changing words does not hold who clears up after another one")
    func hammering() throws {
        let scoreboard = try Scoreboard()
        scoreboard.setSlot(0, SlotWord(.busy, owner: 1, age: 1))
        let pid = try ChildProcess.fork(diesWithParent: true)
        if pid == 0 {
            // It changes between two states that both belong to the worker that is gone.
            while true {
                scoreboard.setSlot(0, SlotWord(.busy, owner: 1, age: 1))
                scoreboard.setSlot(0, SlotWord(.idle, owner: 1, age: 1))
            }
        }
        for _ in 0..<20 { _ = scoreboard.clear(worker: 1) }
        ChildProcess.signal(pid, .kill)
        ChildProcess.wait(pid)
        _ = scoreboard.clear(worker: 1)
        #expect(scoreboard.slot(0).state == .free)
    }

    @Test("A line to a worker carries rings and sockets, and never waits")
    func lines() throws {
        let lines = WorkerLines()
        let pipe = try Pipe(readsWithoutBlocking: true)
        let place = pipe.writeEnd.number
        let end = try lines.open(worker: 2, places: [place])
        // It was forked before there was the socket, and has something else under that number.
        let stranger = try lines.open(worker: 3, places: [])
        // One that is full has woken its worker.
        for _ in 0..<2000 { lines.ringAll() }
        lines.ring(worker: 1)
        lines.send(place)
        func receive(_ line: CInt) -> Parcels.Message? { Parcels.receive(on: line) { $0 == place } }
        var count = 0
        while case .number(0) = receive(end.number) { count += 1 }
        #expect(count > 0)
        lines.flush()
        var others: Set<CInt> = []
        while case .number(let number) = receive(stranger.number) { others.insert(number) }
        #expect(others == [0])
        // This process is both ends: what comes takes the number that it has already.
        guard case .number(place) = receive(end.number) else {
            Issue.record("no socket has come")
            return
        }
        EventDescriptor.raise(place)
        #expect(Descriptor.unread(pipe.readEnd.number) == 8)
        #expect(receive(end.number) == nil)
        lines.close(worker: 2)
        #expect(receive(end.number) == .end)
    }

    @Test("Each worker has a bell of its own, and the master too")
    func doorbells() throws {
        let bench = try LeaseBench(workers: 3, slots: [])
        bench.doorbells.ring(worker: 1)
        #expect((0..<3).map(bench.wasRung) == [false, true, false])
        #expect(!bench.wasMasterRung())
        bench.doorbells.ringMaster()
        #expect(bench.wasMasterRung() && !bench.wasRung(0))
    }
}
