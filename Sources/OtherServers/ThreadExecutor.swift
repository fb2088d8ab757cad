// The executor of one request under another web server: its tasks run on the thread that has taken the request and waits for
// the answer. So whatever belongs to the web server is used by one thread, and a handler's continuations cost no hop.

import Synchronization
import Syscalls

/// An executor whose thread is the one that has made it, as long as its call runs.
final class ThreadExecutor: TaskExecutor, @unchecked Sendable {  // Locked, or its thread's alone.
    private enum Work {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    private struct State {
        var work: [Work] = []
        var isOver = false
    }

    private let state = Mutex(State())
    private let count = Semaphore()
    private let thread = SystemProcess.currentThread
    private var task: Task<Void, Never>?
    private var isDone = false

    /// Whether the caller is on its thread.
    var isHere: Bool { SystemProcess.currentThread == thread }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard !append(.job(job)) else { return }
        // A task that outlives its call.
        globalConcurrentExecutor.enqueue(ExecutorJob(job))
    }

    /// Has something done soon, while a call runs; from its thread.
    func perform(_ action: @escaping @Sendable () -> Void) { _ = append(.action(action)) }

    private func append(_ work: Work) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isOver { state.work.append(work) }
            return !state.isOver
        }
        if isTaken { count.signal() }
        return isTaken
    }

    /// Runs a task to its end, and keeps the thread until then.
    func run(_ body: @escaping @Sendable () async -> Void) {
        isDone = false
        task = Task(executorPreference: self) {
            await body()
            self.isDone = true
        }
        while !isDone {
            count.wait()
            switch state.withLock({ $0.work.removeFirst() }) {
            case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
            case .action(let action): action()
            }
        }
        task = nil
    }

    /// Whether a task of the call runs; asked on its thread.
    var isRunning: Bool { task != nil && !isDone }

    /// Tells the task that runs that nobody wants what it makes.
    func cancel() { task?.cancel() }

    /// The call is over. What its handler has left behind runs on the threads of Swift's own pool.
    func end() {
        let rest = state.withLock { state in
            state.isOver = true
            defer { state.work = [] }
            return state.work
        }
        for case .job(let job) in rest { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }
}
