// The words of the wire (RFC 6455, §5.2), each mapped to its number once.

/// Which end of a connection this is. The client's frames are masked and the server's are not (§5.1).
public enum Role: Sendable {
    /// Reads masked frames and writes plain ones.
    case server
    /// Reads plain frames and masks what it writes, each frame with a key of its own that cannot be foreseen (§5.3).
    case client(keys: @Sendable () -> UInt32)

    var isServer: Bool {
        if case .server = self { true } else { false }
    }
}

/// What a frame is (§11.8).
public enum Opcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// What a message is: text, which is UTF-8, or octets.
public enum MessageKind: Sendable {
    case text
    case binary

    var opcode: Opcode { self == .text ? .text : .binary }
}

/// The bits of a frame's first two octets.
enum FrameBits {
    static let final: UInt8 = 0x80  // FIN
    static let compressed: UInt8 = 0x40  // RSV1: a message is compressed (RFC 7692, §6)
    static let reserved: UInt8 = 0x30  // RSV2, RSV3
    static let opcode: UInt8 = 0x0F
    static let masked: UInt8 = 0x80
    static let length: UInt8 = 0x7F
    /// The lengths that say that the length follows, in two octets and in eight.
    static let lengthOfTwoOctets: UInt8 = 126
    static let lengthOfEightOctets: UInt8 = 127
}

/// The most octets that a control frame carries (§5.5).
let mostControlOctets = 125
