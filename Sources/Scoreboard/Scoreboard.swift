// The only state that the processes share: anonymous memory, mapped before the first fork, of fixed size, made of
// atomics, without a lock. The master may run as root and the workers may not: it reads what workers wrote as a hint,
// indexes by its own tables and signals only pids that it forked.

import Synchronization
import Syscalls

/// Workers, slots and who waits for what.
///
/// Sendable because it is made of atomics, in memory that is mapped as long as the object lives.
package final class Scoreboard: @unchecked Sendable {
    /// Workers at the most, those that drain included.
    package static let workerCapacity = 256
    /// Slots at the most, over all pools, those that drain included.
    package static let slotCapacity = 8192
    /// Pools at the most; a reload needs a second one of each.
    package static let poolCapacity = 128

    /// How often the master tries to change a word that workers change as well. What is to be done is done then without regard to
    /// them.
    package static let patience = 1000

    /// Servers of external applications at the most, over all pools.
    package static let serverCapacity = 1024

    /// A worker's entry is a cache line: workers write their own without slowing the others.
    private static let wordsPerWorker = 8
    private static let maskWords = workerCapacity / 64

    private let memory: SharedMemory
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let slotBase: Int
    private let maskBase: Int
    private let waitingBase: Int
    private let queueBase: Int
    private let exchangeBase: Int
    private let stateBase: Int
    private let serverBase: Int
    private let recordBase: Int
    private let counterBase: Int
    private let boundBase: Int
    private let addressBase: Int
    private let freeBase: Int
    /// How client addresses are hashed, the same in all workers: the master chooses the key before it forks.
    package let addressHash = KeyedHash.random

    package init() throws(SyscallError) {
        slotBase = Self.workerCapacity * Self.wordsPerWorker
        maskBase = slotBase + Self.slotCapacity
        waitingBase = maskBase + Self.poolCapacity * Self.maskWords
        queueBase = waitingBase + Self.poolCapacity * Self.workerCapacity
        exchangeBase = queueBase + Self.poolCapacity * Self.workerCapacity
        stateBase = exchangeBase + Self.slotCapacity
        serverBase = stateBase + Self.poolCapacity
        recordBase = serverBase + Self.serverCapacity * ServerRecord.wordCount
        counterBase = recordBase + Self.workerCapacity * RequestRecord.wordCount
        // One more than there are workers, for those that are gone.
        boundBase = counterBase + (Self.workerCapacity + 1) * WorkerCounters.wordCount
        addressBase = boundBase + 8
        // Memory is only what is written to: the tables of workers that there never are cost nothing.
        freeBase = addressBase + Self.workerCapacity * AddressCounts.places
        let count = freeBase + Self.slotCapacity
        memory = try SharedMemory(count: count * MemoryLayout<UInt64>.stride)
        // Zero-filled memory is what Atomic<UInt64>(0) is.
        words = memory.base.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    // MARK: Workers

    /// What a worker last said of itself.
    package enum WorkerState: UInt64 {
        case absent, booting, serving, draining
    }

    /// A word of a worker's entry; which is which stands in Scoreboard+Workers.swift.
    package func entry(_ worker: Int, _ word: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        precondition(worker >= 0 && worker < Self.workerCapacity)
        return words + worker * Self.wordsPerWorker + word
    }

    /// What a worker is busy with.
    package func record(worker: Int) -> RequestRecord {
        precondition(worker >= 0 && worker < Self.workerCapacity)
        return RequestRecord(words: words + recordBase + worker * RequestRecord.wordCount)
    }

    /// What a worker has counted.
    package func counters(worker: Int) -> WorkerCounters {
        precondition(worker >= 0 && worker < Self.workerCapacity)
        return WorkerCounters(words: words + counterBase + worker * WorkerCounters.wordCount)
    }

    /// What all workers had counted that are gone.
    var endedCounters: WorkerCounters {
        WorkerCounters(words: words + counterBase + Self.workerCapacity * WorkerCounters.wordCount)
    }

    /// Connections by client address.
    package var addresses: AddressCounts { AddressCounts(words: words + addressBase) }

    /// No worker has this index or a higher one. A worker wrote it.
    package var workerBound: Int {
        Int(min(words[boundBase].load(ordering: .relaxed), UInt64(Self.workerCapacity)))
    }

    /// A worker with this index exists from now on.
    func raiseWorkerBound(over worker: Int) {
        words[boundBase].max(UInt64(worker + 1), ordering: .relaxed)
    }

    /// Takes a worker that is gone out of everything: its entry, its place in the queues, its leases.
    ///
    /// - Returns: Whether it held slots, so that those who wait should look again.
    package func clear(worker: Int) -> Bool {
        for word in 0..<Self.wordsPerWorker { entry(worker, word).pointee.store(0, ordering: .relaxed) }
        record(worker: worker).clear()
        retireCounters(worker: worker)
        addresses.clear(worker: worker)
        for pool in 0..<Self.poolCapacity { setWaiting(nil, worker: worker, pool: pool) }
        var found = false
        for slot in 0..<Self.slotCapacity {
            // Another worker may ask for it back at this moment, which changes the word once.
            for attempt in 1...Self.patience {
                let word = self.slot(slot)
                guard word.isHeld(by: worker) else { break }
                if exchange(slot, from: word, to: word.released) {
                    found = true
                } else if attempt == Self.patience {
                    setSlot(slot, word.released)
                    found = true
                }
            }
        }
        return found
    }

    // MARK: Slots

    private func slotWord(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        precondition(slot >= 0 && slot < Self.slotCapacity)
        return words + slotBase + slot
    }

    package func slot(_ slot: Int) -> SlotWord {
        SlotWord(rawValue: slotWord(slot).pointee.load(ordering: .sequentiallyConsistent))
    }

    /// For the master, and for tests: whatever it was.
    package func setSlot(_ slot: Int, _ word: SlotWord) {
        slotWord(slot).pointee.store(word.rawValue, ordering: .sequentiallyConsistent)
    }

    package func exchange(_ slot: Int, from old: SlotWord, to new: SlotWord) -> Bool {
        slotWord(slot).pointee.compareExchange(
            expected: old.rawValue, desired: new.rawValue, ordering: .sequentiallyConsistent
        ).exchanged
    }

    /// Counts an exchange on the slot. Only the worker that holds the slot does.
    package func countExchange(_ slot: Int) {
        let word = words + exchangeBase + slot
        word.pointee.store(word.pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// How many exchanges the slot has seen.
    package func exchanges(_ slot: Int) -> UInt64 { words[exchangeBase + slot].load(ordering: .relaxed) }

    /// Says since when a slot has been free, in milliseconds of the monotonic clock. Only the worker that holds it does.
    package func setFreeSince(_ time: UInt64, _ slot: Int) {
        precondition(slot >= 0 && slot < Self.slotCapacity)
        words[freeBase + slot].store(time, ordering: .relaxed)
    }

    /// Since when a slot has been free: a hint, and nothing that must not be wrong.
    package func freeSince(_ slot: Int) -> UInt64 {
        precondition(slot >= 0 && slot < Self.slotCapacity)
        return words[freeBase + slot].load(ordering: .relaxed)
    }

    // MARK: Who waits

    private func mask(_ pool: Int, _ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        words + maskBase + pool * Self.maskWords + worker / 64
    }

    private func waiting(_ pool: Int, _ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        words + waitingBase + pool * Self.workerCapacity + worker
    }

    /// Says that a worker's oldest request waits for a slot of `pool` since then, or that none waits.
    ///
    /// - Parameter count: How many requests of the worker wait.
    package func setWaiting(_ since: UInt64?, count: Int = 0, worker: Int, pool: Int) {
        words[queueBase + pool * Self.workerCapacity + worker].store(
            UInt64(truncatingIfNeeded: count), ordering: .relaxed)
        let bit: UInt64 = 1 << UInt64(worker % 64)
        if let since {
            waiting(pool, worker).pointee.store(since, ordering: .relaxed)
            mask(pool, worker).pointee.bitwiseOr(bit, ordering: .sequentiallyConsistent)
        } else {
            mask(pool, worker).pointee.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
        }
    }

    /// The worker other than `worker` whose request has waited longest.
    package func oldestWaiter(pool: Int, except worker: Int) -> (worker: Int, since: UInt64)? {
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

    /// Requests of one worker that wait for a slot of `pool`, at most `limit`: a worker wrote the number.
    package func queued(pool: Int, worker: Int, limit: Int) -> Int {
        let count = words[queueBase + pool * Self.workerCapacity + worker].load(ordering: .relaxed)
        return Int(min(count, UInt64(limit)))
    }

    /// What is known of a server.
    package func record(server: Int) -> ServerRecord {
        precondition(server >= 0 && server < Self.serverCapacity)
        return ServerRecord(words: words + serverBase + server * ServerRecord.wordCount)
    }

    // MARK: Pools

    /// Says how a pool is. Only the master does.
    package func setPoolState(_ state: PoolState, pool: Int) {
        words[stateBase + pool].store(UInt64(state.rawValue), ordering: .sequentiallyConsistent)
    }

    package func poolState(_ pool: Int) -> PoolState {
        let word = words[stateBase + pool].load(ordering: .relaxed)
        return PoolState(rawValue: UInt8(truncatingIfNeeded: word)) ?? .starting
    }
}
