// The worker table decides; the master acts. Nothing here forks, sleeps or reads a clock, so every rule of supervision
// can be tested as a plain value.

import Plans
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
        /// Whether it serves only until its successor does.
        var isRetiring = false
        var isStopping = false
        /// Whether it was told to abort because its loop stood still, and when it is killed if it does not.
        var abortsUntil: UInt64?
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

    /// How many there should be, where they are not dismissed.
    private(set) var target: Int
    /// Whether there should be none for now (WINCH).
    private(set) var isDismissed = false
    private(set) var entries: [Int: Entry] = [:]
    private var respawn = RespawnPolicy()
    /// When the next one may be spawned.
    private(set) var pausedUntil: UInt64 = 0

    init(target: Int) { self.target = target }

    var isEmpty: Bool { entries.isEmpty }
    private var wanted: Int { isDismissed ? 0 : target }
    /// Those that are to stay.
    var staying: Int { entries.values.count { !$0.isStopping && !$0.isRetiring } }
    /// Whether as many serve as should.
    var isComplete: Bool {
        entries.values.count { $0.isServing && !$0.isStopping && !$0.isRetiring } >= wanted
    }

    /// - Parameter age: Counted over all generations.
    mutating func spawned(_ pid: ProcessID, index: Int, age: Int, now: UInt64) {
        entries[index] = Entry(pid: pid, age: age, startedAt: now)
    }

    /// A worker could not be forked: not again before a pause.
    mutating func spawnFailed(now: UInt64) { pausedUntil = now + respawn.pauseAfter(life: 0) }

    mutating func serves(index: Int) { entries[index]?.isServing = true }
    mutating func retires(index: Int) { entries[index]?.isRetiring = true }
    mutating func stops(index: Int) { entries[index]?.isStopping = true }
    mutating func aborts(index: Int, until: UInt64) { entries[index]?.abortsUntil = until }

    /// The index of a worker by its pid.
    func index(of pid: ProcessID) -> Int? { entries.first { $0.value.pid == pid }?.key }

    /// A worker has ended.
    ///
    /// - Parameter hasAnswered: Whether it had answered requests. What it died of then is not what it is: to wait would
    ///   make of one deadly request, sent again and again, the end of the service.
    mutating func reaped(index: Int, now: UInt64, hasAnswered: Bool = false) -> Verdict {
        guard let entry = entries.removeValue(forKey: index) else { return .expected }
        if entry.isStopping { return .expected }
        guard entry.isServing else {
            pausedUntil = now + respawn.pauseAfter(life: 0)
            return .bootFailure
        }
        pausedUntil = now + respawn.pauseAfter(life: hasAnswered ? .max : now - entry.startedAt)
        return .replace
    }

    /// How many are to be spawned now.
    func missing(now: UInt64) -> Int { now >= pausedUntil ? max(0, wanted - staying) : 0 }

    /// The worker that is to leave: one whose successor serves, or else the oldest of too many.
    var excess: Int? {
        let retired = isComplete ? entries.filter { $0.value.isRetiring && !$0.value.isStopping } : [:]
        guard retired.isEmpty else { return retired.min { $0.value.age < $1.value.age }?.key }
        guard staying > wanted else { return nil }
        return entries.filter { !$0.value.isStopping && !$0.value.isRetiring }
            .min { $0.value.age < $1.value.age }?.key
    }

    /// TTIN and TTOU. There is always one at least.
    mutating func changeTarget(by difference: Int, limit: Int) {
        target = min(max(1, target + difference), limit)
    }

    /// WINCH: all are to leave, until ``recall()``.
    mutating func dismiss() { isDismissed = true }

    /// As many as before are to be there again.
    mutating func recall() { isDismissed = false }
}
