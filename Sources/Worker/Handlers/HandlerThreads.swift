import Synchronization
import Syscalls

/// Threads that run what may block. They start one by one when they are first needed, which is after the fork, and end with
/// the process: a handler that never returns cannot be taken off its thread.
package final class HandlerThreads: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        /// Threads that have nothing to do, or are about to find that they have.
        var idle = 0
        var started = 0
    }

    /// Threads at the most.
    let limit: Int
    private let state = Mutex(State())
    private let count = Semaphore()

    package init(limit: Int) { self.limit = max(1, limit) }

    /// Runs `job` on a thread, now or when one is free; from any thread.
    ///
    /// - Throws: Where no thread is there and none can be started.
    package func run(_ job: @escaping @Sendable () -> Void) throws(SyscallError) {
        let wantsThread = state.withLock { state in
            guard state.waiting.count >= state.idle, state.started < limit else { return false }
            state.started += 1
            state.idle += 1
            return true
        }
        if wantsThread { try startThread() }
        state.withLock { $0.waiting.append(job) }
        count.signal()
    }

    private func startThread() throws(SyscallError) {
        do {
            try Threads.start { [self] in work() }
        } catch {
            let hasNone = state.withLock { state in
                state.started -= 1
                state.idle -= 1
                return state.started == 0
            }
            // With fewer threads the job waits for one.
            if hasNone { throw error }
        }
    }

    private func work() {
        while true {
            count.wait()
            let job = state.withLock { state in
                state.idle -= 1
                return state.waiting.removeFirst()
            }
            job()
            state.withLock { $0.idle += 1 }
        }
    }
}
