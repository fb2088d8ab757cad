// The worker table decides; the master acts. Nothing here forks, sleeps or reads a clock, so every rule of supervision
// can be tested as a plain value.

import Syscalls

/// The workers of one generation.
struct WorkerTable: Equatable {
    /// One worker.
    struct Entry: Equatable {
        var pid: ProcessID
        /// The order of its spawning; the oldest has the least.
        var age: Int
        var startedAt: UInt64
        var isServing = false
        var isStopping = false
        /// Whether it was killed because its loop stood still.
        var isTimedOut = false
    }

    /// What is to be done about a worker's end.
    enum Verdict: Equatable {
        /// It was told to leave.
        case expected
        /// It served and is to be replaced.
        case replace
        /// It never served: the next would not either.
        case bootFailure
    }

    /// How many there should be.
    private(set) var target: Int
    private(set) var entries: [Int: Entry] = [:]
    private var nextAge = 1
    private var respawn = RespawnPolicy()
    /// When the next one may be spawned.
    private(set) var pausedUntil: UInt64 = 0

    init(target: Int) { self.target = target }

    var isEmpty: Bool { entries.isEmpty }
    /// Those that were not told to leave.
    var staying: Int { entries.values.count { !$0.isStopping } }
    /// Whether as many serve as should.
    var isComplete: Bool { entries.values.count { $0.isServing && !$0.isStopping } >= target }

    mutating func spawned(_ pid: ProcessID, index: Int, now: UInt64) {
        entries[index] = Entry(pid: pid, age: nextAge, startedAt: now)
        nextAge += 1
    }

    /// A worker could not be forked: not again before a pause.
    mutating func spawnFailed(now: UInt64) { pausedUntil = now + respawn.pauseAfter(life: 0) }

    mutating func serves(index: Int) { entries[index]?.isServing = true }
    mutating func stops(index: Int) { entries[index]?.isStopping = true }
    mutating func timedOut(index: Int) { entries[index]?.isTimedOut = true }

    /// The index of a worker by its pid.
    func index(of pid: ProcessID) -> Int? { entries.first { $0.value.pid == pid }?.key }

    /// A worker has ended.
    mutating func reaped(index: Int, now: UInt64) -> Verdict {
        guard let entry = entries.removeValue(forKey: index) else { return .expected }
        if entry.isStopping { return .expected }
        guard entry.isServing else {
            pausedUntil = now + respawn.pauseAfter(life: 0)
            return .bootFailure
        }
        pausedUntil = now + respawn.pauseAfter(life: now - entry.startedAt)
        return .replace
    }

    /// How many are to be spawned now.
    func missing(now: UInt64) -> Int { now >= pausedUntil ? max(0, target - staying) : 0 }

    /// The worker that is to leave because there are too many: the oldest.
    var excess: Int? {
        guard staying > target else { return nil }
        return entries.filter { !$0.value.isStopping }.min { $0.value.age < $1.value.age }?.key
    }

    /// TTIN and TTOU. There is always one at least.
    mutating func changeTarget(by difference: Int, limit: Int) {
        target = min(max(1, target + difference), limit)
    }
}
