// Runs the tasks of asynchronous applications on a worker's loop. A job that is enqueued from the loop's own thread
// runs before the loop waits again; one from another thread (a timer, a thread that did something blocking) rings the
// loop first.

import Synchronization
import Syscalls

/// An executor whose thread is that of an event loop.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {  // `jobs` is locked, the rest never changes.
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

    private func runJobs() {
        while case let batch = jobs.withLock({ jobs in
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs
        }), !batch.isEmpty {
            for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
