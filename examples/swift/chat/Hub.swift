// The sockets of one worker, and their way to those of the others. One thread waits for what Redis says and puts it into a
// queue for each socket; it never waits for a socket.

import Foundation
import Synchronization

/// Everybody who is in the chat on this worker.
final class Hub: Sendable {
    /// One client's place, with what it has not been told yet.
    struct Seat: Sendable {
        let number: Int
        /// Ends when the client has been left behind by more than ``Hub/patience`` lines.
        let lines: AsyncStream<String>
    }

    /// Lines that wait for a slow client. Others do not wait for it: past this it is closed.
    static let patience = 64

    private struct State {
        var seats: [Int: AsyncStream<String>.Continuation] = [:]
        var nextNumber = 0
        var isListening = false
        /// What publishes; made when it is needed first.
        var publisher: RedisConnection?
    }

    private let server: RedisAddress
    private let channel: String
    private let state = Mutex(State())

    init(_ server: RedisAddress, channel: String) { (self.server, self.channel) = (server, channel) }

    // MARK: Seats

    func join() -> Seat {
        let (lines, queue) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingOldest(Self.patience))
        return state.withLock { state in
            state.nextNumber += 1
            state.seats[state.nextNumber] = queue
            return Seat(number: state.nextNumber, lines: lines)
        }
    }

    func leave(_ seat: Seat) {
        state.withLock { $0.seats.removeValue(forKey: seat.number) }?.finish()
    }

    private func tell(_ line: String) {
        for (number, queue) in state.withLock({ $0.seats }) {
            guard case .dropped = queue.yield(line) else { continue }
            state.withLock { $0.seats.removeValue(forKey: number) }?.finish()
        }
    }

    // MARK: Redis

    /// Whether what others say reaches this worker.
    var isListening: Bool { state.withLock { $0.isListening } }

    /// Says something to all workers. It blocks: call it where that is allowed.
    func publish(_ line: String) throws {
        try state.withLock { state in
            let publisher = try state.publisher ?? RedisConnection(server, timeout: 5)
            state.publisher = nil
            _ = try publisher.command("PUBLISH", channel, line)
            // One that has failed is not used again.
            state.publisher = publisher
        }
    }

    /// Begins to wait for what Redis says, on a thread of its own, for as long as the worker lives.
    func listen() {
        Thread.detachNewThread { [self] in
            var lastComplaint = ""
            while true {
                do {
                    let subscriber = try RedisConnection(server, timeout: nil)
                    _ = try subscriber.command("SUBSCRIBE", channel)
                    state.withLock { $0.isListening = true }
                    lastComplaint = ""
                    while true { if let line = try subscriber.nextMessage() { tell(line) } }
                } catch {
                    state.withLock { $0.isListening = false }
                    // Once, not every second.
                    if lastComplaint != "\(error)" { print("\(error); \(server.hint)", to: &standardError) }
                    lastComplaint = "\(error)"
                    Thread.sleep(forTimeInterval: 1)
                }
            }
        }
    }
}
