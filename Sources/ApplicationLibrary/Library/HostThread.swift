// Where the tasks of a library run: each job is handed to the gateway, which has it done on the thread of the
// request.

import Synchronization

/// The thread of one request, of one stream or of one WebSocket.
final class HostThread: TaskExecutor {
    private let host: Host
    private let handle: ForeignHandle
    private let jobs = Mutex<[UnownedJob]>([])

    init(_ host: Host, _ handle: Pointer?) {
        self.host = host
        self.handle = host.adopt(handle)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        host.table.pointee.perform!(handle.pointer, Self.runNext, Handle.give(self))
    }

    private static let runNext: @convention(c) (Pointer?) -> Void = { user in
        let thread = Handle.takeBack(user, HostThread.self)
        let job = thread.jobs.withLock { $0.removeFirst() }
        job.runSynchronously(on: thread.asUnownedTaskExecutor())
    }
}
