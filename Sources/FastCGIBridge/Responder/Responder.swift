// A program as the responder of a web server that somebody else runs, over libfcgi. Several threads each wait,
// accept and answer, one request at a time, as the library wants it. The process that runs
// this never forks, so threads are no danger to it; signals are its caller's.

import Synchronization
import Syscalls

/// Takes requests from a listening socket.
public final class Responder: Sendable {
    /// Milliseconds in which a thread that has been told of a connection reads its request. One that takes longer waits in
    /// accept(2) for a connection that another process was quicker to take, or for a web server that has stalled.
    private static let patience: UInt64 = 250

    private let answer: @Sendable (any RequestPort) -> Void
    private let listener: CInt
    private let isStopping = Atomic(false)
    private let stoppedAt = Atomic<UInt64>(0)
    /// Threads that are taking a request, and those that have one.
    private let taking = Atomic(0)
    private let serving = Atomic(0)

    /// - Parameters:
    ///   - listener: A listening socket, which stays its owner's.
    ///   - answer: Reads a request to its end and answers it; called by several threads at once.
    public init(listener: CInt, answer: @escaping @Sendable (any RequestPort) -> Void) {
        self.listener = listener
        self.answer = answer
    }

    /// Starts to serve.
    ///
    /// - Parameter threads: Requests at once, 1 or more. Each has its own connection.
    /// - Throws: Where the library or the system has no room for them.
    public func start(threads: Int) throws(SyscallError) {
        for _ in 0..<threads {
            let request = try ResponderRequest(listener: listener)
            try Threads.start { [self] in run(request) }
        }
    }

    /// Takes no request from now on. What has been taken is still answered.
    public func stop() {
        stoppedAt.store(Clock.monotonicMilliseconds(), ordering: .relaxed)
        isStopping.store(true, ordering: .sequentiallyConsistent)
        ResponderRequest.takeNoMore()
    }

    /// Whether, after ``stop()``, nothing is left to be answered: the process may end.
    public var isIdle: Bool {
        // In this order: a thread counts as one that serves before it stops to count as one that takes.
        let isTaking = taking.load(ordering: .sequentiallyConsistent) > 0
        guard serving.load(ordering: .sequentiallyConsistent) == 0 else { return false }
        let time = Clock.monotonicMilliseconds() - stoppedAt.load(ordering: .relaxed)
        return !isTaking || time >= Self.patience
    }

    /// A thread's life.
    private func run(_ request: ResponderRequest) {
        while true {
            request.wait()
            taking.add(1, ordering: .sequentiallyConsistent)
            // Announced first, looked second: whoever stops sees this thread, or this thread sees the stop.
            guard !isStopping.load(ordering: .sequentiallyConsistent) else {
                taking.subtract(1, ordering: .sequentiallyConsistent)
                return
            }
            let isTaken = request.take()
            if isTaken { serving.add(1, ordering: .sequentiallyConsistent) }
            taking.subtract(1, ordering: .sequentiallyConsistent)
            guard isTaken else {
                // Out of descriptors, most likely: the connection stays where it is, and would be seen at once again.
                Threads.pause(milliseconds: 100)
                continue
            }
            answer(request)
            request.finish()
            serving.subtract(1, ordering: .sequentiallyConsistent)
        }
    }
}
