import GatewayInterface

/// An answer whose body a test reads piece by piece. Where it lets the stream go, the client leaves.
public final class TestStream: Sendable, AsyncSequence {
    /// Parts.
    public typealias Element = [UInt8]

    /// The status.
    public let status: HTTPResponse.Status
    /// The fields that were sent.
    public let fields: ResponseFields
    private let call: TestCall

    init(_ head: TestHead, _ call: TestCall) {
        status = head.status
        fields = head.fields
        self.call = call
    }

    deinit { call.leave() }

    /// The next part, as it was written; `nil` at the end.
    ///
    /// - Throws: ``TestClientError/broken(_:)`` where the answer breaks off.
    public func next() async throws -> [UInt8]? { try await call.next() }

    /// All that has not been read yet.
    public func readAll() async throws -> [UInt8] {
        var all: [UInt8] = []
        while let part = try await next() { all += part }
        return all
    }

    /// Whether whoever makes the body waits for this client to read.
    public var isProducerWaiting: Bool { call.state.read { $0.isWriting && $0.buffered > call.buffer } }

    /// Waits until whoever makes the body has to wait for this client to read.
    ///
    ///     let stream = try await client.stream("/rows", buffer: 0)
    ///     try await stream.untilProducerWaits()
    ///     #expect(rows.made == 1)
    ///
    /// - Returns: False where the body is complete before that.
    @discardableResult
    public func untilProducerWaits() async throws -> Bool {
        try await call.state.wait { [buffer = call.buffer] state in
            if state.isWriting, state.buffered > buffer { return true }
            return state.hasReturned ? false : nil
        }
    }

    /// The client is gone: the task of the request is cancelled, and writing throws ``GatewayInterface/ClientLeft``.
    public func leave() { call.leave() }

    /// Waits until the handler and whoever makes the body are done.
    public func untilProducerEnds() async throws {
        try await call.state.wait { $0.hasReturned ? () : nil }
    }

    /// Parts, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let stream: TestStream

        /// The next part.
        public mutating func next() async throws -> [UInt8]? { try await stream.next() }
    }

    /// Parts from here on.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}
