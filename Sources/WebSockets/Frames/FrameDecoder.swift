// Frames out of octets (RFC 6455, §5). It uses up all that it is given, whatever the pieces are: what it has to remember of a
// frame is a few numbers, so a connection that waits keeps no buffer. What §5 forbids is refused at the first octet that shows it.

import Octets

/// Reads the frames of one connection.
public struct FrameDecoder: Sendable {
    private enum Stage {
        case bits
        case length
        case longLength(octets: Int)
        case key(octets: Int)
        case payload
        /// A close frame has come, or an error: what follows means nothing (§5.5.1).
        case over
    }

    private let isServer: Bool
    private let limit: Int
    private let compressedLimit: Int?

    private var stage = Stage.bits
    private var opcode = Opcode.continuation
    private var isFinal = false
    /// The length or the key, as far as it has come.
    private var number: UInt64 = 0
    /// The smallest number that needs a length of so many octets.
    private var smallestLength: UInt64 = 0
    private var mask = Mask(0)
    /// Octets of the frame's payload that are still to come.
    private var left = 0
    /// The payload of a control frame, where it comes in pieces.
    private var control: [UInt8] = []

    /// The message that has begun.
    private var kind: MessageKind?
    private var isCompressed = false
    /// Octets of the message in the frames so far, that of the present one included.
    private var size = 0
    private var validator = UTF8Validator()

    /// - Parameters:
    ///   - role: Whose end this is.
    ///   - limit: Octets of a message that are taken.
    ///   - allowsCompression: Whether permessage-deflate was negotiated.
    public init(_ role: Role, limit: Int, allowsCompression: Bool) {
        isServer = role.isServer
        self.limit = limit
        compressedLimit = allowsCompression ? Self.compressedLimit(limit) : nil
    }

    /// Noise becomes larger by being compressed, and a sender may put empty blocks between.
    private static func compressedLimit(_ limit: Int) -> Int {
        let (sum, overflow) = limit.addingReportingOverflow(limit / 8 + 64)
        return overflow ? .max : sum
    }

    /// Whether a message has begun and not ended.
    public var isInsideMessage: Bool { kind != nil }

    /// Reads on.
    ///
    /// - Parameter bytes: What has arrived and was not used up. Payload in it loses its mask in place.
    /// - Returns: What was found first, and how many octets are used up with it: with `more` all of them.
    /// - Throws: After an error nothing more is found.
    public mutating func next(
        _ bytes: UnsafeMutableBufferPointer<UInt8>
    ) throws(WebSocketError) -> (event: FrameEvent, consumed: Int) {
        do throws(WebSocketError) {
            return try read(bytes)
        } catch {
            stage = .over
            throw error
        }
    }

    private mutating func read(
        _ bytes: UnsafeMutableBufferPointer<UInt8>
    ) throws(WebSocketError) -> (event: FrameEvent, consumed: Int) {
        var index = 0
        while true {
            if case .payload = stage {
                let count = min(left, bytes.count - index)
                let range = ByteRange(index, index + count)
                let part = UnsafeMutableBufferPointer(rebasing: bytes[index..<index + count])
                // A frame that goes on where nothing has arrived has nothing to say.
                if count == 0, left > 0 { return (.more, index) }
                index += count
                left -= count
                mask.apply(to: part)
                if left == 0 { stage = .bits }
                let event =
                    opcode.isControl
                    ? try takeControl(UnsafeBufferPointer(part))
                    : try takeData(UnsafeBufferPointer(part), range)
                if let event { return (event, index) }
                continue
            }
            if case .over = stage { return (.more, bytes.count) }
            guard index < bytes.count else { return (.more, index) }
            try takeHead(bytes[index])
            index += 1
        }
    }
}

// The head of a frame (§5.2).
extension FrameDecoder {
    private mutating func takeHead(_ octet: UInt8) throws(WebSocketError) {
        switch stage {
        case .bits: try takeBits(octet)
        case .length: try takeLength(octet)
        case .longLength(let octets):
            // It has to be more than what fits in fewer octets, and the highest of its bits is nothing.
            if octets == 8, octet & 0x80 != 0 { throw .lengthTooLarge }
            number = number << 8 | UInt64(octet)
            if octets > 1 {
                stage = .longLength(octets: octets - 1)
            } else {
                guard number >= smallestLength else { throw .lengthNotMinimal }
                try begin(length: Int(number))
            }
        case .key(let octets):
            number = number << 8 | UInt64(octet)
            if octets > 1 {
                stage = .key(octets: octets - 1)
            } else {
                mask = Mask(UInt32(truncatingIfNeeded: number))
                stage = .payload
            }
        case .payload, .over: break
        }
    }

    private mutating func takeBits(_ octet: UInt8) throws(WebSocketError) {
        guard octet & FrameBits.reserved == 0 else { throw .reservedBits }
        let isMarked = octet & FrameBits.compressed != 0
        guard let opcode = Opcode(rawValue: octet & FrameBits.opcode) else {
            throw .unknownOpcode(octet & FrameBits.opcode)
        }
        isFinal = octet & FrameBits.final != 0
        switch opcode {
        case .close, .ping, .pong:
            guard !isMarked else { throw .reservedBits }
            guard isFinal else { throw .controlFragmented }
        case .continuation:
            guard !isMarked else { throw .reservedBits }
            guard kind != nil else { throw .continuationOfNothing }
        case .text, .binary:
            guard !isMarked || compressedLimit != nil else { throw .reservedBits }
            guard kind == nil else { throw .messageInsideMessage }
            kind = opcode == .text ? .text : .binary
            isCompressed = isMarked
            size = 0
            validator = UTF8Validator()
        }
        self.opcode = opcode
        stage = .length
    }

    private mutating func takeLength(_ octet: UInt8) throws(WebSocketError) {
        let isMasked = octet & FrameBits.masked != 0
        guard isMasked == isServer else { throw isServer ? .maskMissing : .maskUnexpected }
        let length = octet & FrameBits.length
        number = 0
        if length < FrameBits.lengthOfTwoOctets {
            try begin(length: Int(length))
            return
        }
        guard !opcode.isControl else { throw .controlTooLong }
        let isShort = length == FrameBits.lengthOfTwoOctets
        smallestLength = isShort ? UInt64(FrameBits.lengthOfTwoOctets) : 1 << 16
        stage = .longLength(octets: isShort ? 2 : 8)
    }

    /// The length is known: what is too large is refused before any of it has come.
    private mutating func begin(length: Int) throws(WebSocketError) {
        if !opcode.isControl {
            let most = isCompressed ? compressedLimit ?? limit : limit
            guard length <= most - size else { throw .messageTooLarge }
            size += length
        }
        left = length
        number = 0
        mask = Mask(0)
        stage = isServer ? .key(octets: 4) : .payload
    }
}

// What a frame carries.
extension FrameDecoder {
    private mutating func takeData(
        _ part: UnsafeBufferPointer<UInt8>, _ range: ByteRange
    ) throws(WebSocketError) -> FrameEvent? {
        guard let kind else { return nil }
        let isLast = isFinal && left == 0
        if kind == .text, !isCompressed {
            guard validator.take(part), !isLast || validator.isBetweenCharacters else { throw .invalidUTF8 }
        }
        let message = MessagePart(kind: kind, isCompressed: isCompressed, range: range, isLast: isLast)
        if isLast { self.kind = nil }
        return isLast || !range.isEmpty ? .part(message) : nil
    }

    private mutating func takeControl(
        _ part: UnsafeBufferPointer<UInt8>
    ) throws(WebSocketError) -> FrameEvent? {
        guard left == 0 else {
            control += part
            return nil
        }
        var payload = control
        payload += part
        control = []
        switch opcode {
        case .ping: return .control(.ping(payload))
        case .pong: return .control(.pong(payload))
        default:
            let frame = try payload.withUnsafeBufferPointer { octets throws(WebSocketError) in
                try CloseFrame(payload: octets)
            }
            stage = .over
            return .control(.close(frame))
        }
    }
}
