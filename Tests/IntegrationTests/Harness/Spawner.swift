// A process that is started here is killed with the thread that forked it; so nothing outlives a test run,
// whatever ends it. But tests run on threads of a pool that come and go. Therefore one thread, which stays,
// forks for all.

import Dispatch
import Synchronization
import Syscalls

/// The thread that forks.
enum Spawner {
    private struct Job: Sendable {
        let program: Program
        let descriptors: [CInt]
        let answer: Answer
    }

    private final class Answer: Sendable {
        let isThere = DispatchSemaphore(value: 0)
        let result = Mutex<Result<ProcessID, SyscallError>?>(nil)
    }

    private static let jobs = Mutex<[Job]>([])
    private static let bell = DispatchSemaphore(value: 0)
    private static let ended = Mutex<[ProcessID: ExitStatus]>([:])

    private static let thread: Void = DispatchQueue(label: "spawner").async {
        while true {
            bell.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job.answer.result.withLock { result in
                do throws(SyscallError) {
                    result = .success(try ChildProcess.spawn(job.program, descriptors: job.descriptors))
                } catch {
                    result = .failure(error)
                }
            }
            job.answer.isThere.signal()
        }
    }

    /// Starts a program with `descriptors` as its 0, 1, 2, …
    static func spawn(_ program: Program, descriptors: [CInt]) throws -> ProcessID {
        _ = thread
        let answer = Answer()
        jobs.withLock { $0.append(Job(program: program, descriptors: descriptors, answer: answer)) }
        bell.signal()
        answer.isThere.wait()
        let pid = try answer.result.withLock { $0 }!.get()
        // A long run comes round: another one had the number before.
        ended.withLock { $0[pid] = nil }
        return pid
    }

    /// How a process that was started here has ended; `nil` while it runs.
    static func status(of pid: ProcessID) -> ExitStatus? {
        ended.withLock { ended in
            // This one and no other: tests of other targets wait for children of their own in the same process.
            if ended[pid] == nil { ended[pid] = try? ChildProcess.end(of: pid, within: 0) }
            return ended[pid]
        }
    }
}
