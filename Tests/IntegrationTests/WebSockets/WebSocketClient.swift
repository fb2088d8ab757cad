// The client's end of a WebSocket: the codec in the other role, over a socket of its own. It reads when a test asks for something
// and not before, and sends what no real client would.

import Octets
import Syscalls
import Testing
import WebSockets

/// One connection that asks to become a WebSocket.
final class WebSocketClient {
    private var socket: OwnedDescriptor?
    private let number: CInt
    private var state = WebSocketState(
        .client(keys: { .random(in: .min ... .max) }), limit: 64 << 20, stock: DeflateStock())
    private var output = ByteBuffer()
    private var input: [UInt8] = []
    private var inputStart = 0
    /// Whether the server has closed or reset the connection.
    private(set) var isEnded = false
    /// The head of the answer.
    private(set) var head = ""

    /// Connects, and asks for nothing.
    init(port: UInt16) throws {
        let attempt = try Socket.connect(SocketAddress.resolve(host: "127.0.0.1", port: port)[0])
        let isConnected = attempt.isConnected
        let socket = attempt.intoSocket()
        number = socket.number
        self.socket = consume socket
        if !isConnected { try wait(for: .writable, Deadline(seconds: 20)) }
    }

    /// A request for a WebSocket.
    static func request(_ path: String, _ fields: String...) -> String {
        (["GET \(path) HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade"]
            + ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
            + fields + ["\r\n"]).joined(separator: "\r\n")
    }

    /// Asks for a WebSocket and expects one.
    func open(_ request: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        send(raw: request)
        head = try receiveText(through: "\r\n\r\n", sourceLocation: sourceLocation)
        try #require(head.hasPrefix("HTTP/1.1 101 "), sourceLocation: sourceLocation)
        #expect(
            head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            sourceLocation: sourceLocation)
    }

    private func wait(for events: Epoll.Events, _ deadline: Deadline) throws {
        let epoll = try Epoll()
        try epoll.add(number, events, token: 0)
        _ = try epoll.wait(milliseconds: deadline.milliseconds)
    }

    // MARK: Sending

    /// Sends octets as they are, as far as the socket has room; the rest goes whenever something is waited for.
    func send(raw octets: [UInt8]) {
        octets.withUnsafeBufferPointer { output.append($0) }
        push()
    }

    func send(raw text: String) { send(raw: Array(text.utf8)) }

    func send(_ message: WebSocketMessage) {
        _ = state.send(message, into: &output)
        push()
    }

    func ping(_ payload: [UInt8] = []) {
        _ = state.ping(payload, into: &output)
        push()
    }

    func close(_ code: UInt16?, _ reason: String = "") {
        _ = state.close(CloseFrame(code.map(CloseCode.init(rawValue:)), reason: reason), into: &output)
        push()
    }

    /// A frame, right or wrong.
    static func frame(_ first: UInt8, _ payload: [UInt8] = [], isMasked: Bool = true) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        let key: [UInt8] = isMasked ? [1, 2, 3, 4] : []
        let length: [UInt8] =
            switch payload.count {
            case ..<126: [mask | UInt8(payload.count)]
            case ..<65_536: [mask | 126] + big(payload.count, 2)
            default: [mask | 127] + big(payload.count, 8)
            }
        return [first] + length + key
            + payload.enumerated().map { isMasked ? $1 ^ key[$0 % 4] : $1 }
    }

    private static func big(_ number: Int, _ octets: Int) -> [UInt8] {
        (0..<octets).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// Octets that the socket had no room for.
    var unsent: Int { output.count }

    /// Sends what waits, as far as the socket has room.
    func push() {
        while !output.isEmpty {
            switch Descriptor.send(number, output.bytes) {
            case .bytes(let count): output.consume(count)
            case .wouldBlock: return
            case .failed: output.clear()
            }
        }
    }

    func shutdownSending() { Descriptor.shutdownSending(number) }

    /// Leaves without a word.
    func leave() { socket = nil }

    func reset() {
        Descriptor.resetOnClose(number)
        leave()
    }

    // MARK: Receiving

    /// Waits for a text that is no frame, and takes it and what is before it.
    func receiveText(
        through end: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let deadline = Deadline(seconds: 60)
        while true {
            let text = String(decoding: input, as: UTF8.self)
            if let range = text.firstRange(of: end) {
                let taken = String(text[..<range.upperBound])
                input.removeFirst(taken.utf8.count)
                return taken
            }
            try #require(!isEnded, "the connection ended after '\(text)'", sourceLocation: sourceLocation)
            try receive(deadline, sourceLocation)
        }
    }

    /// Waits for the next thing that happens.
    func next(
        within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> WebSocketEvent {
        let deadline = Deadline(seconds: seconds)
        while true {
            if let event = decode() { return event }
            try #require(!isEnded, "the connection ended", sourceLocation: sourceLocation)
            try receive(deadline, sourceLocation)
        }
    }

    private func decode() -> WebSocketEvent? {
        guard inputStart < input.count else { return nil }
        let (event, consumed) = input.withUnsafeMutableBufferPointer { bytes in
            state.receive(UnsafeMutableBufferPointer(rebasing: bytes[inputStart...]), into: &output)
        }
        inputStart += consumed
        if inputStart == input.count { (input, inputStart) = ([], 0) }
        push()
        return event
    }

    /// Waits for the end of the connection, and expects nothing before it.
    func receiveEnd(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = Deadline(seconds: 60)
        while !isEnded { try receive(deadline, sourceLocation) }
        #expect(inputStart == input.count, "more came", sourceLocation: sourceLocation)
    }

    /// Waits for a close frame and the end of the connection.
    func receiveClose(sourceLocation: SourceLocation = #_sourceLocation) throws -> CloseFrame.Status {
        let event = try next(sourceLocation: sourceLocation)
        guard case .closed(let status) = event else {
            throw UnexpectedEvent(event: "\(event)")
        }
        try receiveEnd(sourceLocation: sourceLocation)
        return status
    }

    private func receive(_ deadline: Deadline, _ sourceLocation: SourceLocation) throws {
        try #require(!deadline.isOver, "nothing came", sourceLocation: sourceLocation)
        push()
        try wait(for: output.isEmpty ? .readable : [.readable, .writable], deadline)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { memory in
            switch Descriptor.receive(number, into: memory) {
            case .bytes(let count): input += memory[..<count]
            case .wouldBlock: break
            case .end, .failed: isEnded = true
            }
        }
    }
}

/// Something else came than a test waited for.
struct UnexpectedEvent: Error {
    let event: String
}

extension GatewayProcess {
    /// A WebSocket at a path.
    func openSocket(
        _ path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> WebSocketClient {
        let client = try WebSocketClient(port: port)
        try client.open(WebSocketClient.request(path), sourceLocation: sourceLocation)
        return client
    }
}
