// How processes wake each other. Workers wake workers and the master by counters that all of them share, made before the first
// fork; each watches its own for changes, and no call relies on flags, which any process that has the counter may change. The
// master raises none of these counters: a worker that fills them all the time could make it wait. It has a line to each worker (WorkerLine), which nobody else has.

import Syscalls

/// A way for each worker to wake another one, or the master: one event counter each.
package final class Doorbells: Sendable {
    private let workers: [CInt]
    private let master: CInt

    /// They live as long as the process.
    package init(workers count: Int) throws(SyscallError) {
        var numbers: [CInt] = []
        for _ in 0...count {
            let bell = try EventDescriptor()
            numbers.append(bell.intoNumber())
        }
        master = numbers.removeLast()
        workers = numbers
    }

    /// To be watched by the worker, for changes.
    package func number(worker: Int) -> CInt { workers[worker] }
    /// To be watched by the master, for changes.
    package var masterNumber: CInt { master }

    /// Wakes a worker, from another worker.
    ///
    /// - Parameter worker: Read from shared memory, perhaps: an index that nobody has is nobody's bell.
    package func ring(worker: Int) {
        if workers.indices.contains(worker) { EventDescriptor.raise(shared: workers[worker]) }
    }
    /// Wakes the master, from a worker.
    package func ringMaster() { EventDescriptor.raise(shared: master) }
}
