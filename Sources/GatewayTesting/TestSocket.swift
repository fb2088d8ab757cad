// A WebSocket without a connection: two queues of messages, and how each side has closed. The handler's side behaves as the
// gateway's does; frames, masks and compression are not tested here.

import GatewayInterface
import Logging
import WebSockets

/// What lies between a handler and a ``TestWebSocket``.
final class TestSocket: WebSocketPort {
    struct State: Sendable {
        struct Closing: Sendable {
            let code: UInt16
            let reason: String
        }

        var toHandler: [WebSocket.Message] = []
        var toClient: [WebSocket.Message] = []
        /// Octets of what goes to the client.
        var buffered = 0
        var byClient: Closing?
        var byHandler: Closing?
        /// Whether the connection is gone.
        var isBroken = false
        var hasReturned = false
        var subprotocol: String?
        var messageLimit = Int.max

        var isOpen: Bool { byClient == nil && byHandler == nil && !isBroken }
    }

    let state = Monitor(State())
    private let offered: [String]
    private let buffer: Int

    init(offering offered: [String], buffer: Int) {
        self.offered = offered
        self.buffer = buffer
    }

    // MARK: The opening

    /// Why it is not opened; `nil` where it may be.
    func refusal(_ options: WebSocketOptions, _ environ: Environ) -> (HTTPResponse.Status, String)? {
        let origin = environ[.origin].map { Array($0.utf8) }
        guard OriginPolicy(options.origins).allows(origin: origin, host: Array(environ.host.utf8)) else {
            return (403, "Pages of this origin may not open a WebSocket here.")
        }
        let chosen = options.subprotocols.first { offered.contains($0) }
        state.change { state in
            state.subprotocol = chosen
            state.messageLimit = options.messageLimit
        }
        return nil
    }

    func serve(_ upgrade: WebSocketUpgrade, _ log: Logger) async {
        do {
            try await upgrade.run(WebSocket(self))
            end(State.Closing(code: 1000, reason: ""))
        } catch {
            if state.read({ $0.isOpen }) { log.error("the WebSocket's handler failed: \(error)") }
            end(State.Closing(code: 1011, reason: ""))
        }
    }

    private func end(_ closing: State.Closing) {
        state.change { state in
            if state.isOpen { state.byHandler = closing }
            state.hasReturned = true
        }
    }

    func breakOff() { state.change { $0.isBroken = true } }

    // MARK: The handler's side

    var subprotocol: String? { state.read { $0.subprotocol } }
    var closeCode: UInt16? { state.read { $0.byClient?.code } }

    func receive() async throws -> WebSocket.Message? {
        do {
            return try await state.wait { state -> WebSocket.Message?? in
                if state.byHandler == nil, !state.isBroken, !state.toHandler.isEmpty {
                    return state.toHandler.removeFirst()
                }
                // A connection that breaks off cancels the task, and the handler is to find it cancelled by now.
                if state.isBroken, !Task.isCancelled { return nil }
                return state.isOpen ? nil : .some(nil)
            }
        } catch is CancellationError where state.read({ $0.isBroken }) {
            return nil
        }
    }

    func send(_ message: WebSocket.Message) async throws {
        guard state.read({ $0.isOpen }) else { throw WebSocketClosed() }
        state.change { state in
            state.toClient.append(message)
            state.buffered += message.byteCount
        }
        try await state.wait { [buffer] state in
            guard state.isOpen else { throw WebSocketClosed() }
            return state.buffered <= buffer ? () : nil
        }
    }

    func close(code: UInt16, reason: String) async {
        let isValid = [1000...1003, 1007...1014, 3000...4999].contains { $0.contains(code) }
        state.change { state in
            guard state.isOpen else { return }
            state.byHandler = State.Closing(code: isValid ? code : 1000, reason: reason)
        }
    }

    // MARK: The client's side

    func sendFromClient(_ message: WebSocket.Message) async throws {
        try await state.wait { state -> Void? in
            guard state.isOpen else { throw WebSocketClosed() }
            // A client waits where the handler does not read (16 messages are as good as any number).
            guard state.toHandler.count < 16 else { return nil }
            if message.byteCount > state.messageLimit {
                state.byHandler = State.Closing(code: 1009, reason: "")
            } else {
                state.toHandler.append(message)
            }
            return ()
        }
    }

    func receiveByClient() async throws -> WebSocket.Message? {
        try await state.wait { state -> WebSocket.Message?? in
            if !state.toClient.isEmpty {
                let message = state.toClient.removeFirst()
                state.buffered -= message.byteCount
                return message
            }
            return state.isOpen ? nil : .some(nil)
        }
    }
}

extension WebSocket.Message {
    fileprivate var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}

extension OriginPolicy {
    fileprivate init(_ origins: WebSocketOptions.Origins) {
        switch origins {
        case .same: self = .same
        case .any: self = .any
        case .list(let list): self = .list(list)
        }
    }
}
