// Everything that makes an endpoint give up a connection (RFC 6455, §7.1.7), with the code that its close frame carries.

/// What the other end did wrong, or what went wrong here.
public enum WebSocketError: Error, Equatable, Sendable {
    /// A client's frame without a mask (§5.1).
    case maskMissing
    /// A server's frame with a mask (§5.1).
    case maskUnexpected
    /// A reserved bit that no extension has given a meaning (§5.2), or that of compression on a frame that is not the first of a
    /// message (RFC 7692, §6.1).
    case reservedBits
    /// An opcode that means nothing (§5.2).
    case unknownOpcode(UInt8)
    /// A control frame that is a part of something (§5.5).
    case controlFragmented
    /// A control frame of more than 125 octets (§5.5).
    case controlTooLong
    /// A continuation of nothing (§5.4).
    case continuationOfNothing
    /// A message inside of a message (§5.4).
    case messageInsideMessage
    /// A length that could be said in fewer octets (§5.2).
    case lengthNotMinimal
    /// A length with its highest bit set (§5.2).
    case lengthTooLarge
    /// A close frame of one octet (§5.5.1).
    case closeCodeCut
    /// A code that no close frame may carry (§7.4).
    case closeCodeNotAllowed(CloseCode)
    /// Text, or the reason of a close frame, that is no UTF-8 (§8.1).
    case invalidUTF8
    /// A compressed message that cannot be undone (RFC 7692, §7.2.2).
    case malformedCompression
    /// A message of more octets than are taken, before or after compression is undone (§10.4).
    case messageTooLarge
    /// The library that undoes compression has failed: for want of memory.
    case compressionFailed

    /// What the close frame says (§7.4.1).
    public var code: CloseCode {
        switch self {
        case .invalidUTF8, .malformedCompression: .invalidData
        case .messageTooLarge: .messageTooLarge
        case .compressionFailed: .internalError
        default: .protocolError
        }
    }
}

extension WebSocketError: CustomStringConvertible {
    /// For the log and for the close frame's reason.
    public var description: String {
        switch self {
        case .maskMissing: "a client's frame without a mask"
        case .maskUnexpected: "a server's frame with a mask"
        case .reservedBits: "a reserved bit is set"
        case .unknownOpcode(let opcode): "opcode \(opcode) means nothing"
        case .controlFragmented: "a fragmented control frame"
        case .controlTooLong: "a control frame of more than \(mostControlOctets) octets"
        case .continuationOfNothing: "a continuation of nothing"
        case .messageInsideMessage: "a message inside of a message"
        case .lengthNotMinimal: "a length in more octets than it needs"
        case .lengthTooLarge: "a length with its highest bit set"
        case .closeCodeCut: "a close frame of one octet"
        case .closeCodeNotAllowed(let code): "close code \(code.rawValue) is not allowed"
        case .invalidUTF8: "text that is no UTF-8"
        case .malformedCompression: "a compressed message that cannot be read"
        case .messageTooLarge: "a message that is too large"
        case .compressionFailed: "compression has failed"
        }
    }
}
