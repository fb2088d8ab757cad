// Runs the tasks of asynchronous applications on a worker's loop. A job that is enqueued from the loop's own thread
// runs before the loop waits again; one from another thread (a timer, a thread that did something blocking) rings the
// loop first.

import Synchronization
import Syscalls

/// An executor whose thread is that of an event loop.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {  // `jobs` is locked, the rest never changes.
    private static let roundsPerTurn = 64

    private let jobs = Mutex<[UnownedJob]>([])
    private let bell: CInt
    private let thread = SystemProcess.currentThread

    init(loop: EventLoop) throws(SyscallError) {
        bell = try EventDescriptor().intoNumber()
        let watch = Watch(number: bell) { [bell] in EventDescriptor.clear(bell) }
        try loop.add(watch, .readable)
        loop.addTurnEnd { [unowned self] in runJobs() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        if SystemProcess.currentThread != thread { EventDescriptor.raise(bell) }
    }

    /// Runs what is there and what that leads to, within reason: a task that never lets go, as one that polls with
    /// Task.yield(), must not keep the loop from everybody else.
    private func runJobs() {
        for _ in 0..<Self.roundsPerTurn { guard runBatch() else { return } }
        EventDescriptor.raise(bell)
    }

    /// - Returns: Whether there was anything to run.
    private func runBatch() -> Bool {
        let batch = jobs.withLock { jobs in
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs
        }
        for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
        return !batch.isEmpty
    }
}
