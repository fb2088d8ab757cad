import GatewayInterface

/// The client's end of a WebSocket that a ``TestClient`` has opened. Where a test lets it go, the connection breaks off.
public final class TestWebSocket: Sendable, AsyncSequence {
    /// Messages.
    public typealias Element = WebSocket.Message

    /// Header fields of the answer that opened it.
    public let fields: ResponseFields
    private let socket: TestSocket
    private let call: TestCall

    init(_ head: TestHead, _ socket: TestSocket, _ call: TestCall) {
        fields = head.fields
        self.socket = socket
        self.call = call
    }

    deinit { call.leave() }

    /// The subprotocol that was agreed on; `nil` for none.
    public var subprotocol: String? { socket.subprotocol }

    /// Sends a text.
    ///
    /// - Throws: ``GatewayInterface/WebSocketClosed``.
    public func send(_ text: String) async throws { try await socket.sendFromClient(.text(text)) }

    /// Sends octets.
    ///
    /// - Throws: ``GatewayInterface/WebSocketClosed``.
    public func send(_ bytes: [UInt8]) async throws { try await socket.sendFromClient(.binary(bytes)) }

    /// The next message of the handler; `nil` when the WebSocket is closed.
    public func receive() async throws -> WebSocket.Message? { try await socket.receiveByClient() }

    /// Closes: the handler reads to the end of what was sent, and then that there is no more.
    public func close(code: UInt16 = 1000, reason: String = "") {
        socket.state.change { state in
            guard state.isOpen else { return }
            state.byClient = TestSocket.State.Closing(code: code, reason: reason)
        }
    }

    /// How the handler's side has closed it; `nil` while it is open, and where the client has closed it or it broke off. A handler that
    /// returns closes with 1000, one that throws with 1011.
    public var closeCode: UInt16? { socket.state.read { $0.byHandler?.code } }

    /// What the handler's side has said when it closed.
    public var closeReason: String? { socket.state.read { $0.byHandler?.reason } }

    /// The connection breaks off, without a word: the handler's task is cancelled.
    public func leave() { call.leave() }

    /// Waits until the handler has returned.
    public func untilHandlerEnds() async throws {
        try await socket.state.wait { $0.hasReturned ? () : nil }
    }

    /// Messages, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let socket: TestWebSocket

        /// The next message.
        public mutating func next() async throws -> WebSocket.Message? { try await socket.receive() }
    }

    /// Messages from here on.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(socket: self) }
}
