import Synchronization

/// A value that several tasks change, and on whose changes they wait for each other.
final class Monitor<Value: Sendable>: Sendable {
    private struct State {
        var value: Value
        var changes = 0
        var waiters: [UnsafeContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ value: Value) { state = Mutex(State(value: value)) }

    /// What a look at the value says.
    func read<Result>(_ body: (Value) throws -> Result) rethrows -> Result {
        try state.withLock { try body($0.value) }
    }

    /// Changes the value, and lets all who wait look again.
    func change(_ body: (inout Value) -> Void) {
        let waiters = state.withLock { state in
            body(&state.value)
            return Self.changed(&state)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until `attempt` has a result. Only then it may have changed the value.
    ///
    /// - Throws: What `attempt` throws, and `CancellationError` where it would have to wait in a task that is cancelled.
    @discardableResult
    func wait<Result: Sendable>(for attempt: @Sendable (inout Value) throws -> Result?) async throws -> Result
    {
        while true {
            let (result, waiters, seen) = try state.withLock { state in
                guard let result = try attempt(&state.value) else {
                    return (Result?.none, [UnsafeContinuation<Void, Never>](), state.changes)
                }
                return (result, Self.changed(&state), state.changes)
            }
            for waiter in waiters { waiter.resume() }
            if let result { return result }
            try Task.checkCancellation()
            await waitForChange(after: seen)
        }
    }

    private func waitForChange(after seen: Int) async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isDue = state.withLock { state in
                    // Whoever cancels wakes all that wait already.
                    if Task.isCancelled || state.changes != seen { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            change { _ in }
        }
    }

    private static func changed(_ state: inout State) -> [UnsafeContinuation<Void, Never>] {
        state.changes += 1
        defer { state.waiters = [] }
        return state.waiters
    }
}
