import Synchronization
import Syscalls

/// Threads that run handlers. They start one by one when they are first needed, which is after the fork, and end with
/// the process: a handler that never returns cannot be taken off its thread.
final class HandlerThreads {
    private final class Jobs: Sendable {
        let waiting = Mutex<[@Sendable () -> Void]>([])
        let count = Semaphore()

        func run() {
            while true {
                count.wait()
                let job = waiting.withLock { $0.removeFirst() }
                job()
            }
        }
    }

    /// Threads at the most.
    let limit: Int
    private let jobs = Jobs()
    private var started = 0

    init(limit: Int) { self.limit = max(1, limit) }

    /// Runs `job` on a thread.
    ///
    /// - Parameter running: Jobs that are not done yet, this one included; never more than ``limit``.
    /// - Throws: Where no thread is there and none can be started.
    func run(running: Int, _ job: @escaping @Sendable () -> Void) throws(SyscallError) {
        if started < running {
            do {
                try Threads.start { [jobs] in jobs.run() }
                started += 1
            } catch {
                // With fewer threads the job waits for one.
                guard started > 0 else { throw error }
            }
        }
        jobs.waiting.withLock { $0.append(job) }
        jobs.count.signal()
    }
}
