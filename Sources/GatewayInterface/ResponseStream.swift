// A body that is made while it is sent, and the way from whoever makes it to the client: what is behind a slow client
// waits, and so does the one who writes.

/// A body that is made while it is sent.
public struct ResponseStream: Sendable {
    /// Octets of the body, where they are known.
    public let length: Int?
    /// Writes the body.
    public let produce: @Sendable (ResponseWriter) async throws -> Void
    /// Whether it has no end of its own, as server-sent events: a worker that leaves cancels it.
    public let isEndless: Bool

    /// A stream made of its parts.
    public init(
        length: Int? = nil, isEndless: Bool = false,
        produce: @escaping @Sendable (ResponseWriter) async throws -> Void
    ) {
        self.length = length
        self.isEndless = isEndless
        self.produce = produce
    }
}

/// Where the body of a stream is written. One task at a time writes.
public struct ResponseWriter: Sendable {
    private let sink: any ResponseSink

    package init(_ sink: any ResponseSink) { self.sink = sink }

    /// Sends octets, and returns when there is room for more: a client that reads slowly holds up whoever writes.
    ///
    /// - Throws: ``ClientLeft`` when nobody is there any more to read them, and what else keeps them from being sent;
    ///   `CancellationError` when the task is cancelled, after which they may have been queued already.
    public func write(_ bytes: [UInt8]) async throws { try await sink.write(bytes) }

    /// Sends text in UTF-8; see ``write(_:)-([UInt8])``.
    public func write(_ text: String) async throws { try await sink.write(Array(text.utf8)) }
}

/// The client has left before it had all that was to be sent.
public struct ClientLeft: Error, Equatable, Sendable, CustomStringConvertible {
    /// For whoever finds it out.
    public init() {}

    /// For the log.
    public var description: String { "the client has left" }
}

/// Where the octets of a stream go, by whoever serves the application.
package protocol ResponseSink: AnyObject, Sendable {
    /// Takes octets, and returns when there is room for more.
    func write(_ bytes: [UInt8]) async throws
}
