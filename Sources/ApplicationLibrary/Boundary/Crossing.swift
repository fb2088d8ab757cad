// What one side awaits of the other. While the gateway's task waits for a library's it lends it its thread:
// the jobs of the library's task are run by the gateway's, on whatever executor that has, so that they are
// where the request is, and the scoreboard knows whose they are. The library's side waits in the same way,
// and has nothing to run meanwhile.

import CGatewayApplication
import Synchronization

/// One thing that the other side does, from its beginning to its completion. It is begun once.
final class Crossing: Sendable {
    /// The functions of the other side's table that deal with what runs there.
    struct Functions: Sendable {
        let cancel: @convention(c) (Pointer?) -> Void
        let release: @convention(c) (Pointer?) -> Void
    }

    private struct State {
        var jobs: [ForeignJob] = []
        var result: Result<Parcel, any Error>?
        var waiter: UnsafeContinuation<Void, Never>?
        /// What runs at the other side.
        var running: ForeignHandle?
        var isCancelled = false
        var isOver = false
    }

    private let state = Mutex(State())
    private let functions: Functions
    /// Whose responses these are, at the gateway's side.
    private let origin: Origin?

    init(_ functions: Functions, origin: Origin? = nil) {
        self.functions = functions
        self.origin = origin
    }

    /// Begins something, and waits for it. Cancelling the task cancels it at the other side, and waits all
    /// the same.
    ///
    /// - Parameter begin: Calls the other side with the completion and its user, and returns what it answers.
    func run(_ begin: (@escaping gateway_completion, Pointer) -> Pointer?) async throws -> Parcel {
        await withTaskCancellationHandler {
            hasBegun(begin(Self.complete, Handle.give(self)))
            while await hasJobs() { for job in takeJobs() { job.run() } }
        } onCancel: {
            cancel()
        }
        return try end().get()
    }

    private func hasBegun(_ running: Pointer?) {
        guard let running else { return }
        let handle = ForeignHandle(running, release: functions.release)
        let isCancelled = state.withLock { state in
            state.running = handle
            return state.isCancelled
        }
        if isCancelled { functions.cancel(running) }
    }

    private func cancel() {
        let running = state.withLock { state in
            state.isCancelled = true
            return state.running
        }
        if let running { functions.cancel(running.pointer) }
    }

    /// - Returns: False when it is complete and nothing is left to do.
    private func hasJobs() async -> Bool {
        await withUnsafeContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.jobs.isEmpty, state.result == nil else { return true }
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
        return state.withLock { !$0.jobs.isEmpty }
    }

    private func takeJobs() -> [ForeignJob] {
        state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
    }

    /// Lets go of what ran and of what it has brought: both may hold what holds this.
    private func end() -> Result<Parcel, any Error> {
        let (running, result) = state.withLock { state in
            state.isOver = true
            defer { (state.running, state.result) = (nil, nil) }
            return (state.running, state.result!)
        }
        // Outside of the lock: it may be the last to hold it.
        withExtendedLifetime(running) {}
        for job in takeJobs() { Task.detached { job.run() } }
        return result
    }

    // MARK: What the other side calls

    private static let complete: gateway_completion = { user, result in
        let crossing = Handle.takeBack(user, Crossing.self)
        let result = result!.pointee.open(crossing.origin)
        crossing.wake { $0.result = result }
    }

    /// Runs a job on the thread of the task that waits.
    func perform(_ job: ForeignJob) {
        let isTaken = wake { state in
            guard !state.isOver else { return false }
            state.jobs.append(job)
            return true
        }
        if !isTaken { Task.detached { job.run() } }
    }

    private func wake<Value: Sendable>(_ change: (inout State) -> Value) -> Value {
        let (value, waiter) = state.withLock { state in
            let value = change(&state)
            defer { state.waiter = nil }
            return (value, state.waiter)
        }
        waiter?.resume()
        return value
    }
}
