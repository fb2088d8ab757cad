// What an application runs on: jobs one after another on one thread, as on the event loop of a gateway's worker. An inline handler
// that waits holds up all others here too, and what handlers share without a lock is not used by two at once.

import Synchronization
import Syscalls

/// Runs the tasks of one client's requests. Its thread is there as long as there is something to run.
final class TestLoop: TaskExecutor, @unchecked Sendable {  // The state is locked.
    private enum Work {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    private struct State {
        var work: [Work] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) { append(.job(UnownedJob(job))) }

    /// Has something done behind what is there to be run.
    func perform(_ action: @escaping @Sendable () -> Void) { append(.action(action)) }

    private func append(_ piece: Work) {
        let starts = state.withLock { state in
            state.work.append(piece)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { TestThreads.run { self.runAll() } }
    }

    private func runAll() {
        while true {
            let work = state.withLock { state in
                defer { state.work = [] }
                state.isRunning = !state.work.isEmpty
                return state.work
            }
            if work.isEmpty { return }
            for piece in work {
                switch piece {
                case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
                case .action(let action): action()
                }
            }
        }
    }
}

/// Threads that may wait.
enum TestThreads {
    static func run(_ body: @escaping @Sendable () -> Void) {
        do throws(SyscallError) { try Threads.start(body) } catch {
            // One of Swift's own, of which there are few: better than none.
            Task.detached { body() }
        }
    }
}
