import Syscalls
import Testing
@testable import Plans
@testable import Scoreboard
@testable import Worker

/// Workers that share the slots of one pool, all of them in this process.
final class LeaseBench {
    let scoreboard: Scoreboard
    let doorbells: Doorbells
    var workers: [Leases] = []
    let slots: [Int]
    let pool = 5
    private let workerCount: Int

    /// - Parameter slots: Indices in the scoreboard; each begins free.
    init(workers count: Int, slots: [Int], age: UInt32 = 1) throws {
        scoreboard = try Scoreboard()
        doorbells = try Doorbells(workers: count)
        workerCount = count
        self.slots = slots
        for slot in slots { scoreboard.setSlot(slot, SlotWord(.free, age: age)) }
        for worker in 0..<count { workers.append(leases(of: worker)) }
    }

    deinit {
        // The doorbells give their descriptors up to the process; a test process has many.
        for worker in 0..<workerCount { Descriptor.closeInherited(doorbells.number(worker: worker)) }
        Descriptor.closeInherited(doorbells.masterNumber)
    }

    /// Leases of a worker that has just begun.
    func leases(of worker: Int) -> Leases {
        Leases(scoreboard: scoreboard, doorbells: doorbells, worker: worker, pool: pool, slots: slots)
    }

    /// Has `worker` lease a slot.
    func acquire(_ worker: Int) -> (position: Int, age: UInt32)? { workers[worker].acquire() }

    /// The word of the slot at `position` of the pool.
    func word(_ position: Int) -> SlotWord { scoreboard.slot(slots[position]) }

    /// Whether `worker` was woken since this was last asked.
    func wasRung(_ worker: Int) -> Bool { wasRung(number: doorbells.number(worker: worker)) }
    /// Whether the master was.
    func wasMasterRung() -> Bool { wasRung(number: doorbells.masterNumber) }

    private func wasRung(number: CInt) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8) { memory in
            Descriptor.read(number, into: memory) == .bytes(8)
        }
    }
}
