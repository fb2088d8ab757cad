import GatewayInterface
import Synchronization
import Testing

@testable import ApplicationLibrary

@Suite("WebSockets of a library")
struct LibraryWebSocketTests {
    /// A WebSocket as its client has it.
    final class Port: WebSocketPort {
        private struct State {
            var incoming: [WebSocket.Message]
            var sent: [WebSocket.Message] = []
            var closed: String?
        }

        let subprotocol: String?
        private let state: Mutex<State>

        init(_ incoming: [WebSocket.Message], subprotocol: String? = nil) {
            state = Mutex(State(incoming: incoming))
            self.subprotocol = subprotocol
        }

        var sent: [WebSocket.Message] { state.withLock { $0.sent } }
        var closed: String? { state.withLock { $0.closed } }
        var closeCode: UInt16? { state.withLock { $0.incoming.isEmpty ? 4001 : nil } }

        func receive() async throws -> WebSocket.Message? {
            state.withLock { $0.incoming.isEmpty ? nil : $0.incoming.removeFirst() }
        }

        func send(_ message: WebSocket.Message) async throws {
            try state.withLock { state in
                if state.closed != nil { throw WebSocketClosed() }
                state.sent.append(message)
            }
        }

        func close(code: UInt16, reason: String) async { state.withLock { $0.closed = "\(code) \(reason)" } }
    }

    private func upgrade(_ response: Response) throws -> WebSocketUpgrade {
        guard case .webSocket(let upgrade) = response.body else { throw NotOfThatKind() }
        return upgrade
    }

    @Test(
        "Messages go both ways, and closing with its code and reason", arguments: [nil, "chat"] as [String?])
    func messages(_ subprotocol: String?) async throws {
        let application = try crossed(
            .asynchronous { _ in
                .webSocket(fields: [("X", "1")]) { socket in
                    #expect(socket.closeCode == nil)
                    try await socket.send(socket.subprotocol ?? "none")
                    for try await message in socket { try await socket.send(message) }
                    #expect(socket.closeCode == 4001)
                    await socket.close(code: 3000, reason: "genug ö")
                    await #expect(throws: WebSocketClosed.self) { try await socket.send([1]) }
                }
            })
        let messages: [WebSocket.Message] = [.text("ä"), .binary([0, 255]), .text(""), .binary([])]
        let port = Port(messages, subprotocol: subprotocol)
        let response = try await askLater(application, Request(environ: Environ([:])))
        #expect(response.status == .switchingProtocols && response.fields["X"] == "1")
        try await upgrade(response).run(WebSocket(port))
        #expect(port.sent == [.text(subprotocol ?? "none")] + messages)
        #expect(port.closed == "3000 genug ö")
    }

    @Test("What serves a WebSocket may throw that it is closed")
    func closed() async throws {
        let application = try crossed(
            .inline { _ in
                .webSocket { socket in
                    await socket.close()
                    try await socket.send("too late")
                }
            })
        let server = try upgrade(ask(application, Request(environ: Environ([:]))))
        await #expect(throws: WebSocketClosed.self) { try await server.run(WebSocket(Port([]))) }
    }

    @Test("All options cross", arguments: 0..<3)
    func options(_ kind: Int) throws {
        var given = WebSocketOptions()
        given.subprotocols = ["b", "a"]
        given.origins = [.same, .any, .list(["https://example.org", "null"])][kind]
        given.compression = [.off, .perMessage(atLeast: 7), .withContext(atLeast: 9)][kind]
        given.messageLimit = 12_345
        given.pingInterval = kind
        let options = given
        let application = try crossed(.inline { _ in .webSocket(options: options) { _ in } })
        let crossed = try upgrade(ask(application, Request(environ: Environ([:])))).options
        #expect("\(crossed)" == "\(given)")
    }
}
