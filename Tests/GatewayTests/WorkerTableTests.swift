import Syscalls
import Testing
@testable import Master
@testable import Plans

@Suite("Supervision of workers")
struct WorkerTableTests {
    /// A table with `count` workers that serve since 1 000.
    private func serving(_ count: Int) -> WorkerTable {
        var table = WorkerTable(target: count)
        for index in 0..<count {
            table.spawned(ProcessID(100 + index), index: index, now: 1000)
            table.serves(index: index)
        }
        return table
    }

    @Test("A worker that dies while booting is a failure to boot")
    func bootFailure() {
        var table = WorkerTable(target: 2)
        table.spawned(41, index: 2, now: 1000)
        let verdict = table.reaped(index: 2, now: 1001)
        #expect(verdict == .bootFailure)
        #expect(table.isEmpty)
    }

    @Test("A worker that served is replaced, at once after a long life")
    func replaced() {
        var table = serving(2)
        let verdict = table.reaped(index: 0, now: 10_000)
        #expect(verdict == .replace)
        #expect(table.missing(now: 10_000) == 1)
        #expect(!table.isComplete)
    }

    @Test(
        "A worker that was told to leave is not replaced, whether it served or not", arguments: [true, false])
    func expected(_ serves: Bool) {
        var table = WorkerTable(target: 1)
        table.spawned(41, index: 0, now: 1000)
        if serves { table.serves(index: 0) }
        table.stops(index: 0)
        let verdict = table.reaped(index: 0, now: 1001)
        #expect(verdict == .expected)
        #expect(table.pausedUntil == 0)
    }

    @Test("The end of a worker that the table does not know means nothing")
    func unknown() {
        var table = serving(1)
        let before = table
        let verdict = table.reaped(index: 7, now: 2000)
        #expect(verdict == .expected)
        table.serves(index: 7)
        table.stops(index: 7)
        #expect(table == before)
        #expect(table.index(of: 999) == nil)
        #expect(table.index(of: 100) == 0)
    }

    @Test("After short lives the pause doubles, and a long one ends it")
    func pauses() {
        var table = WorkerTable(target: 1)
        var now: UInt64 = 1000
        for pause in [100, 200, 400] as [UInt64] {
            table.spawned(41, index: 0, now: now)
            table.serves(index: 0)
            let verdict = table.reaped(index: 0, now: now + 10)
            #expect(verdict == .replace)
            #expect(table.pausedUntil == now + 10 + pause)
            #expect(table.missing(now: now + 9 + pause) == 0)
            #expect(table.missing(now: now + 10 + pause) == 1)
            now += 10 + pause
        }
        table.spawned(41, index: 0, now: now)
        table.serves(index: 0)
        let verdict = table.reaped(index: 0, now: now + 5000)
        #expect(verdict == .replace)
        #expect(table.missing(now: now + 5000) == 1)
    }

    @Test("Workers that leave make room for others at once")
    func staying() {
        var table = serving(3)
        #expect(table.missing(now: 2000) == 0 && table.excess == nil && table.isComplete)
        table.stops(index: 1)
        #expect(table.staying == 2)
        #expect(table.missing(now: 2000) == 1)
        #expect(!table.isComplete)
        table.spawned(200, index: 3, now: 2000)
        #expect(table.missing(now: 2000) == 0)
        #expect(!table.isComplete)
        table.serves(index: 3)
        #expect(table.isComplete)
    }

    @Test("Of too many the oldest leaves, whatever its index")
    func excess() {
        var table = WorkerTable(target: 3)
        for (pid, index) in [(11, 2), (12, 0), (13, 1)] as [(ProcessID, Int)] {
            table.spawned(pid, index: index, now: 1000)
        }
        table.changeTarget(by: -1, limit: 8)
        #expect(table.excess == 2)
        table.stops(index: 2)
        #expect(table.excess == nil)
        table.changeTarget(by: -1, limit: 8)
        #expect(table.excess == 0)
    }

    @Test("One that had answered requests is replaced at once, however short its life was")
    func deadlyRequest() {
        var table = WorkerTable(target: 1)
        for index in 1...5 {
            table.spawned(ProcessID(10 + index), index: index, now: 1000)
            table.serves(index: index)
            #expect(table.reaped(index: index, now: 1001, hasAnswered: true) == .replace)
            #expect(table.missing(now: 1001) == 1)
        }
    }

    @Test("One that retires serves until its successor does, and does not count")
    func retiring() {
        var table = WorkerTable(target: 2)
        for index in 1...2 {
            table.spawned(ProcessID(10 + index), index: index, now: 1000)
            table.serves(index: index)
        }
        table.retires(index: 1)
        #expect(table.missing(now: 1000) == 1)
        #expect(table.excess == nil)
        table.spawned(13, index: 3, now: 1000)
        #expect(table.missing(now: 1000) == 0)
        #expect(table.excess == nil)
        table.serves(index: 3)
        #expect(table.excess == 1)
        table.stops(index: 1)
        #expect(table.excess == nil)
        // It left because it was told to: nothing is wrong, and the next start need not wait.
        #expect(table.reaped(index: 1, now: 1001) == .expected)
        #expect(table.pausedUntil == 0)
        #expect(table.missing(now: 1001) == 0)
    }

    @Test("One that retires and dies of itself needs no other successor")
    func retiringAndDead() {
        var table = WorkerTable(target: 1)
        table.spawned(11, index: 1, now: 1000)
        table.serves(index: 1)
        table.retires(index: 1)
        table.spawned(12, index: 2, now: 9000)
        #expect(table.reaped(index: 1, now: 9000) == .replace)
        #expect(table.missing(now: 9000) == 0)
    }

    @Test("Dismissed, all leave, and come back when they are recalled, as many as are wanted by then")
    func dismissed() {
        var table = WorkerTable(target: 2)
        for index in 1...2 {
            table.spawned(ProcessID(10 + index), index: index, now: 1000)
            table.serves(index: index)
        }
        table.dismiss()
        for index in 1...2 {
            #expect(table.excess == index)
            table.stops(index: index)
        }
        #expect(table.missing(now: 1000) == 0)
        table.changeTarget(by: 1, limit: 8)
        #expect(table.missing(now: 1000) == 0)
        table.recall()
        #expect(table.missing(now: 1000) == 3)
    }

    @Test(
        "There is one worker at least, and no more than the limit",
        arguments: [(2, 1, 3), (2, -1, 1), (1, -1, 1), (1, -5, 1), (4, 1, 4), (3, 1, 4), (1, 100, 4)])
    func target(_ target: Int, _ difference: Int, _ expected: Int) {
        var table = WorkerTable(target: target)
        table.changeTarget(by: difference, limit: 4)
        #expect(table.target == expected)
        #expect(table.missing(now: 0) == expected)
    }
}

@Suite("Pauses between starts")
struct RespawnPolicyTests {
    @Test("The pause doubles from a tenth of a second to half a minute")
    func doubles() {
        var policy = RespawnPolicy()
        let pauses = (0..<12).map { _ in policy.pauseAfter(life: 0) }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000])
    }

    @Test(
        "A life of five seconds is a success",
        arguments: [(0, 400), (4999, 400), (5000, 0), (UInt64.max, 0)] as [(UInt64, UInt64)])
    func longLife(_ life: UInt64, _ pause: UInt64) {
        var policy = RespawnPolicy()
        _ = policy.pauseAfter(life: 0)
        _ = policy.pauseAfter(life: 1)
        let pauses = [policy.pauseAfter(life: life), policy.pauseAfter(life: 0)]
        #expect(pauses == [pause, pause == 0 ? 100 : 800])
    }
}

extension WorkerTable {
    /// Spawned in the order of the pids.
    fileprivate mutating func spawned(_ pid: ProcessID, index: Int, now: UInt64) {
        spawned(pid, index: index, age: Int(pid), now: now)
    }
}
