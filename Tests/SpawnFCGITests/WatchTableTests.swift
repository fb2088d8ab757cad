import Syscalls
import Testing

@testable import SpawnFCGI

@Suite("Which processes are replaced, and when")
struct WatchTableTests {
    @Test("After a long life the next one starts at once")
    func longLife() {
        var table = WatchTable([41, 42], now: 1000)
        #expect(table.running == [41, 42] && table.nextStart == nil)
        let ending = table.ended(42, now: 11_000)
        #expect(ending == .init(life: 10_000, pause: 0, weight: .worthALine))
        #expect(table.due(now: 11_000) == [1])
        table.started(43, at: 1, now: 11_000)
        #expect(table.running == [41, 43] && table.due(now: 99_000) == [])
    }

    @Test("After short ones the pauses grow; two are worth a line, and no other until one lives long")
    func shortLives() {
        var table = WatchTable([1], now: 0)
        var (now, pid): (UInt64, ProcessID) = (0, 1)
        for (pause, weight) in [
            (100, .worthALine), (200, .lastLine), (400, .silent), (800, .silent),
        ] as [(UInt64, WatchTable.Ending.Weight)] {
            now += 5
            #expect(table.ended(pid, now: now) == .init(life: 5, pause: pause, weight: weight))
            #expect(table.due(now: now + pause - 1) == [] && table.nextStart == now + pause)
            now += pause
            #expect(table.due(now: now) == [0])
            pid += 1
            table.started(pid, at: 0, now: now)
        }
        now += 10_000
        #expect(table.ended(pid, now: now)?.weight == .worthALine)
        table.started(99, at: 0, now: now)
        #expect(table.ended(99, now: now + 1)?.pause == 100)
    }

    @Test("A start that fails, and one that failed before the table was made, are short lives")
    func failedStarts() {
        var table = WatchTable([nil, 7], now: 50)
        #expect(table.running == [7] && table.nextStart == 150 && table.due(now: 150) == [0])
        let ending = table.failedToStart(at: 0, now: 150)
        #expect(ending == .init(life: 0, pause: 200, weight: .lastLine))
        #expect(table.due(now: 349) == [] && table.due(now: 350) == [0])
    }

    @Test("The first signal asks gently and ends respawning, the second is passed on, the third is KILL")
    func stopping() {
        var table = WatchTable([1, 2, nil], now: 0)
        #expect(!table.isOver)
        #expect(table.stop(.hup, gentle: .usr1) == .usr1)
        #expect(table.due(now: 1_000_000) == [] && table.nextStart == nil)
        #expect(table.ended(1, now: 5) == .init(life: 5, pause: nil, weight: .worthALine))
        #expect(!table.isOver && table.running == [2])
        #expect(table.stop(.int, gentle: .usr1) == .int)
        #expect(table.stop(.term, gentle: .usr1) == .kill)
        #expect(table.ended(2, now: 6)?.pause == nil)
        #expect(table.isOver)
    }

    @Test("When all are waiting, the first signal is the end")
    func nothingRuns() {
        var table = WatchTable([1], now: 0)
        _ = table.ended(1, now: 1)
        _ = table.stop(.term, gentle: .term)
        #expect(table.isOver)
    }

    @Test("A process that is none of ours is nobody's end")
    func stranger() {
        var table = WatchTable([1], now: 0)
        #expect(table.ended(2, now: 1) == nil)
        #expect(table.running == [1])
    }
}
