// Server-sent events as a browser reads them (HTML, §9.2.6).

import GatewayInterface
import Synchronization

/// A server-sent event.
public struct TestEvent: Equatable, Sendable {
    /// Its type; `message` where the stream says none.
    public var event: String
    /// Its text.
    public var data: String
    /// The id of the last event that had one, with which a browser would come back.
    public var id: String

    /// An event made of its parts.
    public init(_ data: String, event: String = "message", id: String = "") {
        (self.event, self.data, self.id) = (event, data, id)
    }
}

/// An answer of server-sent events. Where a test lets it go, the client leaves.
public final class TestEvents: Sendable, AsyncSequence {
    /// Events.
    public typealias Element = TestEvent

    /// The answer that they come in.
    public let stream: TestStream
    private let parser = Mutex(EventParser())

    init(_ stream: TestStream) { self.stream = stream }

    /// The next event; `nil` at the end of the stream. One that has no end there is dropped, as in a browser.
    public func next() async throws -> TestEvent? {
        while true {
            if let event = parser.withLock({ $0.next() }) { return event }
            guard let part = try await stream.next() else { return nil }
            parser.withLock { $0.append(part) }
        }
    }

    /// The comments so far.
    public var comments: [String] { parser.withLock { $0.comments } }

    /// Milliseconds after which a browser would come back, where the stream has said that.
    public var retry: Int? { parser.withLock { $0.retry } }

    /// The client is gone; see ``TestStream/leave()``.
    public func leave() { stream.leave() }

    /// Events, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let events: TestEvents

        /// The next event.
        public mutating func next() async throws -> TestEvent? { try await events.next() }
    }

    /// Events from here on.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: self) }
}

/// Reads events out of octets, however they are cut.
struct EventParser: Sendable {
    private(set) var comments: [String] = []
    private(set) var retry: Int?
    private var events: [TestEvent] = []
    private var line: [UInt8] = []
    private var wasReturn = false
    private var data: [String] = []
    private var event = ""
    private var id = ""

    mutating func next() -> TestEvent? { events.isEmpty ? nil : events.removeFirst() }

    mutating func append(_ bytes: [UInt8]) {
        for byte in bytes {
            // CRLF is one end of a line.
            defer { wasReturn = byte == 0x0D }
            if byte == 0x0A, wasReturn { continue }
            guard byte == 0x0A || byte == 0x0D else {
                line.append(byte)
                continue
            }
            take(String(decoding: line, as: UTF8.self))
            line = []
        }
    }

    private mutating func take(_ line: String) {
        guard !line.isEmpty else { return dispatch() }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count == 2 ? parts[1] : ""
        if value.hasPrefix(" ") { value.removeFirst() }
        switch parts[0] {
        case "": comments.append(String(value))
        case "data": data.append(String(value))
        case "event": event = String(value)
        case "id": if !value.utf8.contains(0) { id = String(value) }
        case "retry": if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { retry = Int(value) ?? retry }
        default: break
        }
    }

    private mutating func dispatch() {
        defer { (data, event) = ([], "") }
        guard !data.isEmpty else { return }
        events.append(
            TestEvent(data.joined(separator: "\n"), event: event.isEmpty ? "message" : event, id: id))
    }
}
