// One connection's WebSocket as a value: octets in, events out, and what has to be sent appended to the connection's output.
// Whoever owns the connection reads, writes, watches the clock, and stops reading while too much waits to be sent: a ping is
// answered at once, and a client that sends pings and reads nothing would fill the memory.

import Octets

/// What has happened.
public enum WebSocketEvent: Equatable, Sendable {
    case message(WebSocketMessage)
    /// It has been answered with a pong of the same octets (RFC 6455, §5.5.3).
    case ping([UInt8])
    case pong([UInt8])
    /// The other end has closed, and was answered: it is over.
    case closed(CloseFrame.Status)
    /// The other end has broken the protocol or a limit, and was told so: it is over.
    case failed(WebSocketError)
}

/// A WebSocket between its handshake and its end. It has one owner: a copy would write with the same compressor.
public struct WebSocketState {
    private var decoder: FrameDecoder
    private var assembler: MessageAssembler
    private var encoder: MessageEncoder
    /// How far the end has come.
    public private(set) var closing = ClosingHandshake()
    /// The number of frames and parts of frames read so far: what a peer costs is not in its bytes alone.
    public private(set) var frames = 0

    /// - Parameters:
    ///   - role: Whose end this is.
    ///   - limit: Octets of a message that are taken, with compression undone; 1009 beyond (§10.4).
    ///   - agreement: What the handshake has negotiated; `nil` for no compression.
    ///   - stock: What the sockets of a worker share.
    ///   - fragment: The most octets of a frame that is sent; `nil` for a frame a message.
    public init(
        _ role: Role = .server, limit: Int, agreement: DeflateAgreement? = nil, stock: DeflateStock,
        fragment: Int? = nil
    ) {
        // A client reads what the server writes.
        let reading = role.isServer ? agreement : agreement?.seenByClient
        decoder = FrameDecoder(role, limit: limit, allowsCompression: agreement != nil)
        assembler = MessageAssembler(limit: limit, agreement: reading, stock: stock)
        encoder = MessageEncoder(role, agreement: reading, stock: stock, fragment: fragment)
    }

    /// Whether messages and pings may be sent.
    public var canSend: Bool { closing.canSend }
    /// Whether all is said: what was appended is to be sent, and then the connection closed.
    public var isOver: Bool { closing.isOver }
    /// Whether a message has begun to arrive and is not whole.
    public var isInsideMessage: Bool { decoder.isInsideMessage }
    /// Octets of memory that this socket holds by itself: what has come of a message, and what context takeover costs.
    public var memory: Int { assembler.memory + encoder.memory }

    /// Octets of memory that hold what has come of a message: the part that strangers decide about.
    public var partialMemory: Int { assembler.partialMemory }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived and was not used up. Payload in it loses its mask in place.
    ///   - output: Gets what has to be answered.
    /// - Returns: What has happened first, and how many octets are used up with it; without an event all of them.
    public mutating func receive(
        _ bytes: UnsafeMutableBufferPointer<UInt8>, into output: inout ByteBuffer
    ) -> (event: WebSocketEvent?, consumed: Int) {
        guard !isOver else { return (nil, bytes.count) }
        do throws(WebSocketError) {
            return try read(bytes, &output)
        } catch {
            if let frame = closing.fail(error) { encoder.append(.close(frame), to: &output) }
            return (.failed(error), bytes.count)
        }
    }

    private mutating func read(
        _ bytes: UnsafeMutableBufferPointer<UInt8>, _ output: inout ByteBuffer
    ) throws(WebSocketError) -> (event: WebSocketEvent?, consumed: Int) {
        var used = 0
        while true {
            let waiting = UnsafeMutableBufferPointer(rebasing: bytes[used...])
            let (event, consumed) = try decoder.next(waiting)
            used += consumed
            frames += 1
            switch event {
            case .more: return (nil, used)
            case .part(let part):
                guard let message = try assembler.take(part, UnsafeBufferPointer(waiting)) else { continue }
                return (.message(message), used)
            case .control(let frame): return (take(frame, &output), used)
            }
        }
    }

    private mutating func take(_ frame: ControlFrame, _ output: inout ByteBuffer) -> WebSocketEvent {
        switch frame {
        case .ping(let payload):
            if canSend { encoder.append(.pong(payload), to: &output) }
            return .ping(payload)
        case .pong(let payload): return .pong(payload)
        case .close(let frame):
            if let answer = closing.received(frame) { encoder.append(.close(answer), to: &output) }
            return .closed(closing.status ?? CloseFrame.Status(code: .noStatus, reason: ""))
        }
    }

    /// Appends a message.
    ///
    /// - Returns: Whether it was: after a close frame nothing is sent (§5.5.1).
    public mutating func send(
        _ kind: MessageKind, _ payload: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) -> Bool {
        guard canSend else { return false }
        encoder.append(kind, payload, to: &output)
        return true
    }

    /// Appends a message.
    ///
    /// - Returns: Whether it was: after a close frame nothing is sent (§5.5.1).
    public mutating func send(_ message: WebSocketMessage, into output: inout ByteBuffer) -> Bool {
        switch message {
        case .text(var text): text.withUTF8 { send(.text, $0, into: &output) }
        case .binary(let octets): octets.withUnsafeBufferPointer { send(.binary, $0, into: &output) }
        }
    }

    /// Appends a ping (§5.5.2).
    ///
    /// - Parameter payload: What is beyond 125 octets is left out.
    /// - Returns: Whether it was appended.
    public mutating func ping(_ payload: [UInt8] = [], into output: inout ByteBuffer) -> Bool {
        guard canSend else { return false }
        encoder.append(.ping(Array(payload.prefix(mostControlOctets))), to: &output)
        return true
    }

    /// Appends a close frame, unless one was before. Messages that are on their way still arrive; the other end's close
    /// frame is the last event, and how long it is waited for is the owner's choice.
    ///
    /// - Returns: Whether it was appended.
    public mutating func close(_ frame: CloseFrame, into output: inout ByteBuffer) -> Bool {
        guard let frame = closing.close(frame) else { return false }
        encoder.append(.close(frame), to: &output)
        return true
    }

    /// The connection is gone, or too long was waited for: the status is 1006.
    public mutating func lost() { closing.lost() }
}
