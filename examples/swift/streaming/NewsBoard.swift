// What is new, and those who wait for it. It is one worker's: what has to reach all workers goes through a hub outside, as
// in the chat.

import Synchronization

/// The last items, by their number.
final class NewsBoard: Sendable {
    /// Something new.
    struct Item: Sendable {
        let number: Int
        let text: String
    }

    private struct State {
        var items: [Item] = []
        var last = 0
        var waiters: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    /// Adds an item, and wakes all who wait.
    ///
    /// - Returns: Its number.
    func publish(_ text: String) -> Int {
        let (number, waiters) = state.withLock { state in
            state.last += 1
            state.items = state.items.suffix(99) + [Item(number: state.last, text: text)]
            defer { state.waiters = [:] }
            return (state.last, state.waiters.values.map { $0 })
        }
        for waiter in waiters { waiter.finish() }
        return number
    }

    /// The items after a number, as soon as there are some; none when the time is over.
    ///
    /// - Throws: `CancellationError`: the client has left.
    func items(after number: Int, within time: Duration) async throws -> [Item] {
        let (news, waiter) = AsyncStream.makeStream(of: Void.self)
        let (key, isHere) = state.withLock { state in
            state.nextWaiter += 1
            let isHere = state.last > number
            if !isHere { state.waiters[state.nextWaiter] = waiter }
            return (state.nextWaiter, isHere)
        }
        if !isHere {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in news {} }
                group.addTask { try? await Task.sleep(for: time) }
                await group.next()
                group.cancelAll()
            }
            _ = state.withLock { $0.waiters.removeValue(forKey: key) }
        }
        try Task.checkCancellation()
        return state.withLock { $0.items.filter { $0.number > number } }
    }
}
