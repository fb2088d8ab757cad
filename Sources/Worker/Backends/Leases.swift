// A worker's side of the leases: which slots it may use, which it keeps, who gets the one it is done with. The rules
// are those of SlotWord; this is the only code in a worker that changes one.
//
// No worker can starve another. A slot that becomes free goes to the worker whose request has waited longest, by
// name, so that nobody can snatch it on the way; a kept connection without an exchange is asked back by whoever
// waits. Both sides announce before they look (a waiter sets its mark and then looks for a slot, a releaser frees the
// slot and then looks for marks), so that one of them sees the other, whatever the order.

import Scoreboard
import Syscalls

/// The leases of one worker on one pool. A class, because copies of a value with so many references would cost what the
/// leases save.
final class Leases {
    /// How much older another worker's request must be before a slot goes there instead of to our own queue.
    /// Changing hands costs a connection; a few milliseconds of difference are not worth one.
    static let fairness: UInt64 = 20

    private let scoreboard: Scoreboard
    private let doorbells: Doorbells
    private let worker: Int
    private let pool: Int
    private let slots: [Int]
    /// Whether the master is told when requests begin to wait.
    private let grows: Bool
    /// Whether free slots go by their position, and not by how long they have been free.
    private let prefersRecent: Bool
    private var isWaiting = false
    /// Whether a slot may be free that was not when this worker last looked: who keeps connections need not look each time.
    var mayHaveFree = true

    init(
        scoreboard: Scoreboard, doorbells: Doorbells, worker: Int, pool: Int, slots: [Int],
        grows: Bool = false, prefersRecent: Bool = false
    ) {
        self.grows = grows
        self.prefersRecent = prefersRecent
        self.scoreboard = scoreboard
        self.doorbells = doorbells
        self.worker = worker
        self.pool = pool
        self.slots = slots
    }

    /// Leases the slot that was handed to us, or the one that has been free for longest.
    ///
    /// - Parameters:
    ///   - positions: Where to look; `nil` for everywhere.
    ///   - limit: A free slot counts only if it has been free since before this time.
    /// - Returns: The slot's position in the pool, and the age of the process behind it.
    func acquire(in positions: Range<Int>? = nil, freeBefore limit: UInt64 = .max) -> (
        position: Int, age: UInt32
    )? {
        // Another worker may be faster, each time with another slot.
        for _ in slots.indices {
            guard let (position, word) = firstFree(positions ?? slots.indices, before: limit) else {
                return nil
            }
            if scoreboard.exchange(slots[position], from: word, to: word.with(.busy, owner: worker)) {
                return (position, word.age)
            }
        }
        return nil
    }

    private func firstFree(_ positions: Range<Int>, before limit: UInt64) -> (position: Int, word: SlotWord)?
    {
        var first: (position: Int, word: SlotWord)?
        var earliest = limit
        var hasFree = false
        for position in positions {
            let word = scoreboard.slot(slots[position])
            if word.isGranted(to: worker) { return (position, word) }
            guard word.isFree else { continue }
            hasFree = true
            let since = scoreboard.freeSince(slots[position])
            guard since < earliest || limit == .max && first == nil else { continue }
            (first, earliest) = ((position, word), since)
            if prefersRecent { break }
        }
        if !hasFree, positions.count == slots.count { mayHaveFree = false }
        return first
    }

    /// Whether a slot is free.
    var hasFree: Bool {
        slots.contains { scoreboard.slot($0).isFree }
    }

    /// Keeps a slot whose exchange is over, with its connection.
    ///
    /// - Parameter now: Milliseconds of the monotonic clock.
    /// - Returns: False where the slot is not ours any more: the process was replaced.
    func park(_ position: Int, age: UInt32, now: UInt64 = 0) -> Bool {
        scoreboard.setFreeSince(now, slots[position])
        let busy = SlotWord(.busy, owner: worker, age: age)
        return scoreboard.exchange(slots[position], from: busy, to: busy.with(.idle, owner: worker))
    }

    /// Takes a kept slot into use again.
    ///
    /// - Returns: False where it was asked back or is not ours any more: the connection has to be closed, and the slot
    ///   released.
    func reuse(_ position: Int, age: UInt32) -> Bool {
        let idle = SlotWord(.idle, owner: worker, age: age)
        return scoreboard.exchange(slots[position], from: idle, to: idle.with(.busy, owner: worker))
    }

    /// Whether a kept slot was asked back, or is not ours any more.
    func isWanted(_ position: Int, age: UInt32) -> Bool {
        scoreboard.slot(slots[position]) != SlotWord(.idle, owner: worker, age: age)
    }

    /// Whether the slot still is ours, with the process it was leased with.
    func holds(_ position: Int, age: UInt32) -> Bool {
        scoreboard.slot(slots[position]).is(.busy, owner: worker, age: age)
    }

    /// Whether another exchange may go on the slot that we hold: its process is not about to leave.
    func mayGoOn(_ position: Int, age: UInt32) -> Bool {
        scoreboard.slot(slots[position]) == SlotWord(.busy, owner: worker, age: age)
    }

    /// Counts an exchange that begins on a slot that we hold.
    func countExchange(_ position: Int) { scoreboard.countExchange(slots[position]) }

    /// How the pool's processes are.
    var poolState: PoolState { scoreboard.poolState(pool) }

    /// Whether the slot should go to another worker although `oldest` waits in our own queue.
    ///
    /// - Parameter oldest: When our oldest request began to wait; `nil` where none does.
    func shouldHandOver(oldest: UInt64?) -> Bool {
        guard let waiter = scoreboard.oldestWaiter(pool: pool, except: worker) else { return false }
        guard let oldest else { return true }
        return waiter.since < oldest && oldest - waiter.since > Self.fairness
    }

    /// Gives a slot up, whose connection is closed: to the worker that has waited longest, else to all. That of a process
    /// which is to leave goes to nobody.
    ///
    /// - Parameter now: Milliseconds of the monotonic clock.
    func release(_ position: Int, age: UInt32, now: UInt64 = 0) {
        let slot = slots[position]
        mayHaveFree = true
        while case let word = scoreboard.slot(slot), word.age == age, word.isHeld(by: worker) {
            // A connection that was kept has been free since then.
            if word.isBusy { scoreboard.setFreeSince(now, slot) }
            // Another process may change it in between: recalled by who waits, marked by the master. Each happens once.
            if word.isRetiring {
                if scoreboard.exchange(slot, from: word, to: word.released) { return doorbells.ringMaster() }
            } else if let waiter = scoreboard.oldestWaiter(pool: pool, except: worker) {
                if scoreboard.exchange(slot, from: word, to: word.with(.granted, owner: waiter.worker)) {
                    return doorbells.ring(worker: waiter.worker)
                }
            } else if scoreboard.exchange(slot, from: word, to: word.released) {
                return offer(slot, word.released)
            }
        }
    }

    /// Somebody may have begun to wait between the look and the release.
    private func offer(_ slot: Int, _ free: SlotWord) {
        if let waiter = scoreboard.oldestWaiter(pool: pool, except: worker),
            scoreboard.exchange(slot, from: free, to: free.with(.granted, owner: waiter.worker))
        {
            doorbells.ring(worker: waiter.worker)
        }
    }

    /// Tells the master that a process refuses connections: it looks why.
    func reportRefusal() { doorbells.ringMaster() }

    /// Tells the master that the process behind a slot is hung. The slot comes back with its successor.
    func condemn(_ position: Int, age: UInt32) {
        while case let word = scoreboard.slot(slots[position]), word.is(.busy, owner: worker, age: age) {
            if scoreboard.exchange(slots[position], from: word, to: word.with(.condemned)) {
                return doorbells.ringMaster()
            }
        }
    }

    /// Says since when our oldest request has been waiting, and how many wait; `nil` where none does.
    func setWaiting(_ since: UInt64?, count: Int) {
        if since == nil, !isWaiting { return }
        let begins = !isWaiting
        isWaiting = since != nil
        scoreboard.setWaiting(since, count: count, worker: worker, pool: pool)
        if begins, grows { doorbells.ringMaster() }
    }

    /// Asks another worker for a connection that it keeps and does not use: the one that has been free for longest.
    func recall() {
        for _ in slots.indices {
            var first: (slot: Int, word: SlotWord, since: UInt64)?
            for slot in slots {
                let word = scoreboard.slot(slot)
                guard word.isIdle(besides: worker) else { continue }
                let since = scoreboard.freeSince(slot)
                if first == nil || since < first!.since { first = (slot, word, since) }
            }
            guard let (slot, word, _) = first else { return }
            if scoreboard.exchange(slot, from: word, to: word.with(.recalled, owner: word.owner)) {
                return doorbells.ring(worker: word.owner)
            }
        }
    }

    /// Gives up slots that were handed to us and that nobody here needs any more.
    func returnGrants() {
        for (position, slot) in slots.enumerated() {
            let word = scoreboard.slot(slot)
            if word.isGranted(to: worker) { release(position, age: word.age) }
        }
    }
}
