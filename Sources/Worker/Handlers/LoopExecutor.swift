// Runs the tasks of asynchronous applications on a worker's loop. A job that is enqueued from the loop's own thread
// runs before the loop waits again; one from another thread (a timer, a thread that did something blocking) rings the
// loop first. Each job knows the call that it belongs to, so that the scoreboard can name the request which a loop is stuck in.

import EventLoop
import Synchronization
import Syscalls

// `work` is locked, and the rest is the loop's alone.
/// An executor whose thread is that of an event loop.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    private enum Work {
        case job(UnownedJob, HandlerCall)
        case stray(UnownedJob)
        case action(@Sendable () -> Void)
    }

    private static let roundsPerTurn = 64

    private let work = Mutex<[Work]>([])
    private var batch: [Work] = []
    private let bell: CInt
    private let thread = SystemProcess.currentThread
    /// Called with the call whose job runs next, and with `nil` behind the last of several jobs.
    var willRun: (HandlerCall?) -> Void = { _ in }

    init(loop: EventLoop) throws(SyscallError) {
        bell = try EventDescriptor().intoNumber()
        let watch = Watch(number: bell) { [bell] in EventDescriptor.clear(bell) }
        try loop.add(watch, .readable)
        loop.addTurnEnd { [unowned self] in runAll() }
    }

    /// Whether the caller is on the loop's thread.
    var isHere: Bool { SystemProcess.currentThread == thread }

    func enqueue(_ job: consuming ExecutorJob) { append(.stray(UnownedJob(job))) }

    /// Runs a job of a call's task.
    func enqueue(_ job: UnownedJob, of call: HandlerCall) { append(.job(job, call)) }

    /// Has something done on the loop, soon; from any thread.
    func perform(_ action: @escaping @Sendable () -> Void) { append(.action(action)) }

    private func append(_ piece: Work) {
        work.withLock { $0.append(piece) }
        if !isHere { EventDescriptor.raise(bell) }
    }

    /// Runs what is there and what that leads to, within reason: a task that never lets go, as one that polls with
    /// Task.yield(), must not keep the loop from everybody else.
    private func runAll() {
        for _ in 0..<Self.roundsPerTurn { guard runBatch() else { return } }
        EventDescriptor.raise(bell)
    }

    /// - Returns: Whether there was anything to run.
    private func runBatch() -> Bool {
        work.withLock { swap(&$0, &batch) }
        guard !batch.isEmpty else { return false }
        var hasShown = false
        for piece in batch {
            switch piece {
            case .job(let job, let call):
                willRun(call)
                hasShown = true
                job.runSynchronously(on: call.asUnownedTaskExecutor())
            case .stray(let job):
                if hasShown { willRun(nil) }
                job.runSynchronously(on: asUnownedTaskExecutor())
            case .action(let action): action()
            }
        }
        batch.removeAll(keepingCapacity: true)
        if hasShown { willRun(nil) }
        return true
    }
}
