import Octets
import TestSupport
import WebSockets

/// What is promised of messages that go from one end to the other. The input is an octet that chooses how, and parts, each behind
/// an octet that says how long it is; a part is sent several times.
enum WebSocketMessagePromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        guard let first = bytes.first else { return }
        let chosen = WebSocketSetup(first)
        var generator = SeededGenerator(seed: Arrivals.hash(bytes))
        let parts = countedParts(UnsafeBufferPointer(rebasing: bytes.dropFirst()), 6)
        let stock = DeflateStock(level: 1 + Int(first >> 5))
        let ends = [chosen.isServer, !chosen.isServer].map {
            WebSocketSetup(isServer: $0, limit: 1 << 20, chosen.agreement)
        }
        var sender = ends[0].state(stock, fragment: chosen.limit == 8 ? 3 : nil)
        var receiver = ends[1].state(stock)
        var expected: [WebSocketEvent] = []
        var wire = ByteBuffer()
        for part in parts {
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let octets = Array(repeating: Array(part), count: Int.random(in: 1...9, using: &generator))
                let message = message(octets.flatMap { $0 })
                try require(sender.send(message, into: &wire), "it cannot send")
                expected.append(.message(message))
            }
            try require(sender.ping(Array(part), into: &wire), "it cannot send")
            expected.append(.ping(Array(part.prefix(125))))
        }
        let arrivals = Arrivals.all(wire.bytes).randomElement(using: &generator) ?? []
        let outcome = try WebSocketOutcome(wire.bytes, arrivals, &receiver)
        try require(outcome.events == expected, "\(outcome.events) is not what was sent: \(expected)")
        try close(&sender, &receiver, outcome.answers)
    }

    private static func message(_ octets: [UInt8]) -> WebSocketMessage {
        String(validating: octets, as: UTF8.self).map { .text($0) } ?? .binary(octets)
    }

    /// The pongs come back, and then both agree that it is over.
    private static func close(
        _ sender: inout WebSocketState, _ receiver: inout WebSocketState, _ pongs: [UInt8]
    ) throws(Violation) {
        var output = ByteBuffer()
        try require(sender.close(CloseFrame(.normal, reason: "done"), into: &output), "it cannot close")
        try require(!sender.send(.text(""), into: &output), "it sends after its close frame")
        let there = try WebSocketOutcome(output.bytes, [output.count], &receiver)
        try require(
            there.events == [.closed(CloseFrame.Status(code: .normal, reason: "done"))] && there.isOver,
            "the close frame is \(there)")
        let back = pongs + there.answers
        let count = back.count
        var events: [WebSocketEvent] = []
        var copy = ByteBuffer()
        for octet in back { copy.append(octet) }
        let here = try WebSocketOutcome(copy.bytes, [count], &sender)
        events = here.events
        try require(events.popLast() == .closed(CloseFrame.Status(code: .normal)), "the answer is \(here)")
        try require(here.isOver && here.answers.isEmpty, "an answer is answered")
        for event in events {
            guard case .pong = event else { throw Violation(description: "\(event) is no pong") }
        }
    }
}
