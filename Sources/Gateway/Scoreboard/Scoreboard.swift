// The only state that the processes share: anonymous memory, mapped before the first fork, of fixed size, made of
// atomics, without a lock. The master may run as root and the workers may not: it reads what workers wrote as a hint,
// indexes by its own tables and signals only pids that it forked.

import Synchronization
import Syscalls

/// Workers, slots and who waits for what.
///
/// Sendable because it is made of atomics, in memory that is mapped as long as the object lives.
final class Scoreboard: @unchecked Sendable {
    /// Workers at the most, those that drain included.
    static let workerCapacity = 256
    /// Slots at the most, over all pools, those that drain included.
    static let slotCapacity = 4096
    /// Pools at the most; a reload needs a second one of each.
    static let poolCapacity = 64

    /// A worker's entry is a cache line: workers write their own without slowing the others.
    private static let wordsPerWorker = 8
    private static let maskWords = workerCapacity / 64

    private let memory: SharedMemory
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let slotBase: Int
    private let maskBase: Int
    private let waitingBase: Int
    private let leaseBase: Int
    private let recordBase: Int

    init() throws(SyscallError) {
        slotBase = Self.workerCapacity * Self.wordsPerWorker
        maskBase = slotBase + Self.slotCapacity
        waitingBase = maskBase + Self.poolCapacity * Self.maskWords
        leaseBase = waitingBase + Self.poolCapacity * Self.workerCapacity
        recordBase = leaseBase + Self.slotCapacity
        let count = recordBase + Self.workerCapacity * RequestRecord.wordCount
        memory = try SharedMemory(count: count * MemoryLayout<UInt64>.stride)
        // Zero-filled memory is what Atomic<UInt64>(0) is.
        words = memory.base.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    // MARK: Workers

    /// What a worker last said of itself.
    enum WorkerState: UInt64 {
        case absent, booting, serving, draining
    }

    /// A word of a worker's entry; which is which stands in Scoreboard+Workers.swift.
    func entry(_ worker: Int, _ word: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        precondition(worker >= 0 && worker < Self.workerCapacity)
        return words + worker * Self.wordsPerWorker + word
    }

    /// What a worker is busy with.
    func record(worker: Int) -> RequestRecord {
        precondition(worker >= 0 && worker < Self.workerCapacity)
        return RequestRecord(words: words + recordBase + worker * RequestRecord.wordCount)
    }

    /// Takes a worker that is gone out of everything: its entry, its place in the queues, its leases.
    ///
    /// - Returns: Whether it held slots, so that those who wait should look again.
    func clear(worker: Int) -> Bool {
        for word in 0..<Self.wordsPerWorker { entry(worker, word).pointee.store(0, ordering: .relaxed) }
        record(worker: worker).clear()
        for pool in 0..<Self.poolCapacity { setWaiting(nil, worker: worker, pool: pool) }
        var found = false
        for slot in 0..<Self.slotCapacity {
            // Another worker may ask for it back at this moment, which changes the word once.
            while case let word = self.slot(slot), word.isHeld(by: worker) {
                if exchange(slot, from: word, to: word.with(.free)) { found = true }
            }
        }
        return found
    }

    // MARK: Slots

    private func slotWord(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        precondition(slot >= 0 && slot < Self.slotCapacity)
        return words + slotBase + slot
    }

    func slot(_ slot: Int) -> SlotWord {
        SlotWord(rawValue: slotWord(slot).pointee.load(ordering: .sequentiallyConsistent))
    }

    /// For the master, and for tests: whatever it was.
    func setSlot(_ slot: Int, _ word: SlotWord) {
        slotWord(slot).pointee.store(word.rawValue, ordering: .sequentiallyConsistent)
    }

    func exchange(_ slot: Int, from old: SlotWord, to new: SlotWord) -> Bool {
        slotWord(slot).pointee.compareExchange(
            expected: old.rawValue, desired: new.rawValue, ordering: .sequentiallyConsistent
        ).exchanged
    }

    /// Counts a lease of the slot.
    func countLease(_ slot: Int) { words[leaseBase + slot].add(1, ordering: .relaxed) }

    /// How often the slot has been leased.
    func leases(_ slot: Int) -> UInt64 { words[leaseBase + slot].load(ordering: .relaxed) }

    // MARK: Who waits

    private func mask(_ pool: Int, _ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        words + maskBase + pool * Self.maskWords + worker / 64
    }

    private func waiting(_ pool: Int, _ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        words + waitingBase + pool * Self.workerCapacity + worker
    }

    /// Says that a worker's oldest request waits for a slot of `pool` since then, or that none waits.
    func setWaiting(_ since: UInt64?, worker: Int, pool: Int) {
        let bit: UInt64 = 1 << UInt64(worker % 64)
        if let since {
            waiting(pool, worker).pointee.store(since, ordering: .relaxed)
            mask(pool, worker).pointee.bitwiseOr(bit, ordering: .sequentiallyConsistent)
        } else {
            mask(pool, worker).pointee.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
        }
    }

    /// The worker other than `worker` whose request has waited longest.
    func oldestWaiter(pool: Int, except worker: Int) -> (worker: Int, since: UInt64)? {
        var oldest: (worker: Int, since: UInt64)?
        for index in 0..<Self.maskWords {
            var bits = words[maskBase + pool * Self.maskWords + index].load(ordering: .sequentiallyConsistent)
            while bits != 0 {
                let candidate = index * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                guard candidate != worker else { continue }
                let since = waiting(pool, candidate).pointee.load(ordering: .relaxed)
                if oldest == nil || since < oldest!.since { oldest = (candidate, since) }
            }
        }
        return oldest
    }
}
