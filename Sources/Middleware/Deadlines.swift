// Deadlines that are all equally far away when they begin. One timer serves them all: a sleep for each request would be
// remembered by the runtime until its time comes, long after the request was answered.

import Synchronization

/// Calls what is still there when its time has come.
final class Deadlines: Sendable {
    private struct Deadline {
        let time: ContinuousClock.Instant
        let expire: @Sendable () -> Void
    }

    private struct State {
        var deadlines: [UInt64: Deadline] = [:]
        var last: UInt64 = 0
        /// Whether the timer runs. It wakes at a deadline at the latest: all that are added meanwhile are later.
        var isWatched = false
    }

    private let patience: Duration
    private let state = Mutex(State())

    init(patience: Duration) { self.patience = patience }

    /// - Parameter executor: Where the timer runs, if this one starts it.
    /// - Returns: For ``remove(_:)``.
    func add(_ executor: (any TaskExecutor)?, _ expire: @escaping @Sendable () -> Void) -> UInt64 {
        let time = ContinuousClock.now + patience
        let (id, starts) = state.withLock { state in
            state.last += 1
            state.deadlines[state.last] = Deadline(time: time, expire: expire)
            defer { state.isWatched = true }
            return (state.last, !state.isWatched)
        }
        if starts { Task(executorPreference: executor) { await self.watch(from: time) } }
        return id
    }

    /// What has a deadline is done.
    func remove(_ id: UInt64) { state.withLock { state in _ = state.deadlines.removeValue(forKey: id) } }

    private func watch(from first: ContinuousClock.Instant) async {
        var next: ContinuousClock.Instant? = first
        while let time = next {
            // Nobody cancels it.
            try? await Task.sleep(until: time, clock: .continuous)
            let overdue: [Deadline]
            (overdue, next) = state.withLock { state in
                let now = ContinuousClock.now
                let overdue = state.deadlines.filter { $0.value.time <= now }
                for id in overdue.keys { state.deadlines[id] = nil }
                let next = state.deadlines.values.map(\.time).min()
                state.isWatched = next != nil
                return (Array(overdue.values), next)
            }
            for deadline in overdue { deadline.expire() }
        }
    }
}
