// Who is connected to this worker, and hears what is said to all.

import Gateway
import Synchronization

/// Listeners of one worker.
final class Hub: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<String>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// What is said from now on, until whoever listens is cancelled.
    func listen() -> AsyncStream<String> {
        let (texts, continuation) = AsyncStream.makeStream(of: String.self)
        let number = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return texts
    }

    /// Says something to all.
    func tell(_ text: String) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(text) }
    }

    /// How many listen.
    var count: Int { state.withLock { $0.listeners.count } }
}

let hub = Hub()

/// Sends what is said to all, and says to all what the client sends. Reading is how the handler hears that the client has left.
@Sendable func broadcast(_ socket: WebSocket) async throws {
    let texts = hub.listen()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for await text in texts { try await socket.send(text) } }
        for try await case .text(let text) in socket { hub.tell(text) }
        group.cancelAll()
    }
}
