import Syscalls

/// A way to wake each worker, and the master, from any process: one event counter each, made before the first fork.
final class Doorbells: Sendable {
    private let workers: [CInt]
    private let master: CInt

    /// They live as long as the process.
    init(workers count: Int) throws(SyscallError) {
        var numbers: [CInt] = []
        for _ in 0...count {
            let bell = try EventDescriptor()
            numbers.append(bell.intoNumber())
        }
        master = numbers.removeLast()
        workers = numbers
    }

    /// To be watched by the worker.
    func number(worker: Int) -> CInt { workers[worker] }
    /// To be watched by the master.
    var masterNumber: CInt { master }

    /// Wakes a worker.
    ///
    /// - Parameter worker: Read from shared memory, perhaps: an index that nobody has is nobody's bell.
    func ring(worker: Int) {
        if workers.indices.contains(worker) { EventDescriptor.raise(workers[worker]) }
    }
    /// Wakes the master.
    func ringMaster() { EventDescriptor.raise(master) }
    /// Wakes every worker.
    func ringAllWorkers() { for number in workers { EventDescriptor.raise(number) } }
}
