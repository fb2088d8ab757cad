// A WebSocket as a handler sees it: messages in, messages out. Frames, pings, compression and the closing handshake are
// dealt with by whoever serves the application.

/// An open WebSocket (RFC 6455). Messages are read as a sequence, which ends when the other side has closed; anybody may send at
/// any time.
public final class WebSocket: Sendable, AsyncSequence {
    /// A message.
    public enum Message: Equatable, Sendable {
        /// UTF-8; what was not has closed the connection with 1007.
        case text(String)
        /// Octets.
        case binary([UInt8])
    }

    /// Messages.
    public typealias Element = Message

    private let port: any WebSocketPort

    package init(_ port: any WebSocketPort) { self.port = port }

    /// The subprotocol that was agreed on (§1.9); `nil` for none.
    public var subprotocol: String? { port.subprotocol }

    /// The next message; `nil` when the WebSocket is closed. Messages that nobody asks for wait, up to a limit, and then the client does.
    ///
    /// - Throws: `CancellationError`.
    public func receive() async throws -> Message? { try await port.receive() }

    /// Sends a text. It returns when there is room for more.
    ///
    /// - Throws: ``WebSocketClosed``; `CancellationError`, after which the message may have been queued
    ///   already.
    public func send(_ text: String) async throws { try await port.send(.text(text)) }

    /// Sends octets. It returns when there is room for more.
    ///
    /// - Throws: ``WebSocketClosed``; `CancellationError`, after which the message may have been queued
    ///   already.
    public func send(_ bytes: [UInt8]) async throws { try await port.send(.binary(bytes)) }

    /// Sends a message as it came.
    ///
    /// - Throws: ``WebSocketClosed``; `CancellationError`, after which the message may have been queued
    ///   already.
    public func send(_ message: Message) async throws { try await port.send(message) }

    /// Closes, and waits until the other side has done so or has been given up. Without it the WebSocket closes with 1000 when
    /// its handler returns, and with 1011 when it throws.
    ///
    /// - Parameters:
    ///   - code: 1000…1003, 1007…1014 or 3000…4999 (§7.4); any other is sent as 1000.
    ///   - reason: For whoever reads it; at most 123 octets of it are sent.
    public func close(code: UInt16 = 1000, reason: String = "") async {
        await port.close(code: code, reason: reason)
    }

    /// How it was closed by the other side, 1005 where that said nothing; `nil` while it is open, and where it broke off.
    public var closeCode: UInt16? { port.closeCode }

    /// Messages, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let socket: WebSocket

        /// The next message.
        public mutating func next() async throws -> Message? { try await socket.receive() }
    }

    /// Messages from here on.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(socket: self) }
}

/// The WebSocket was closed, by either side, or broke off: nothing can be sent any more.
public struct WebSocketClosed: Error, Equatable, Sendable, CustomStringConvertible {
    /// For whoever finds it out.
    public init() {}

    /// For the log.
    public var description: String { "the WebSocket is closed" }
}

/// What a WebSocket is, and who gets one.
public struct WebSocketOptions: Sendable {
    /// Who may open one, by the Origin that browsers send: without this any page could, with its visitor's cookies (RFC 6455, §10.2).
    /// A client that sends none is no browser, and may.
    public enum Origins: Sendable {
        /// Pages of the host that is asked.
        case same
        /// Everybody.
        case any
        /// These, each as `https://example.org`.
        case list([String])
    }

    /// How messages are compressed (RFC 7692), where the client can do it.
    public enum Compression: Sendable {
        /// Not at all.
        case off
        /// Each on its own, from so many octets on. An idle WebSocket keeps no memory for it.
        case perMessage(atLeast: Int)
        /// With what the messages before have taught, which makes many small ones a good deal smaller. It costs each
        /// WebSocket some 300 KB.
        case withContext(atLeast: Int)
    }

    /// Subprotocols, the preferred one first; the first that the client offers is agreed on, and none where it offers none of them.
    public var subprotocols: [String] = []
    /// Who may open one.
    public var origins = Origins.same
    /// How messages are compressed.
    public var compression = Compression.perMessage(atLeast: 256)
    /// Octets of a message, uncompressed. A client that sends a larger one is closed with 1009: it costs memory.
    public var messageLimit = 1 << 20
    /// Seconds of silence after which a ping is sent, and after which a client that does not answer it is closed; 0 is never.
    /// What lies between drops connections that are silent, and a client that is gone may never say so.
    public var pingInterval = 30

    /// What most want.
    public init() {}
}

/// The answer that makes a connection a WebSocket.
public struct WebSocketUpgrade: Sendable {
    /// What it is.
    public let options: WebSocketOptions
    /// Serves it. It runs as a task on the worker's event loop, which is cancelled when the connection breaks off. When the client
    /// closes, reading comes to its end, and the task goes on.
    public let run: @Sendable (WebSocket) async throws -> Void
}

extension Response {
    /// Makes the connection a WebSocket. A request that asks for none gets 426, one that asks wrongly 400, one from a page that may
    /// not 403; under another web server, which hands no connection over, every one gets 501.
    ///
    /// - Parameters:
    ///   - fields: Header fields of the answer.
    ///   - options: What it is, and who gets one.
    ///   - run: Serves it. When it returns the WebSocket is closed.
    public static func webSocket(
        fields: ResponseFields = [], options: WebSocketOptions = WebSocketOptions(),
        _ run: @escaping @Sendable (WebSocket) async throws -> Void
    ) -> Response {
        Response(
            status: .switchingProtocols, fields: fields,
            body: .webSocket(WebSocketUpgrade(options: options, run: run)))
    }
}

/// The connection of a WebSocket, by whoever serves the application.
package protocol WebSocketPort: AnyObject, Sendable {
    var subprotocol: String? { get }
    var closeCode: UInt16? { get }
    func receive() async throws -> WebSocket.Message?
    func send(_ message: WebSocket.Message) async throws
    func close(code: UInt16, reason: String) async
}
