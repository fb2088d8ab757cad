import Octets

/// A part of a message of data, as it has arrived.
public struct MessagePart: Equatable, Sendable {
    /// What the message is.
    public let kind: MessageKind
    /// Whether the whole message is compressed (RFC 7692, §6).
    public let isCompressed: Bool
    /// Where its octets lie in what was handed over, without their mask. It may be empty where it is the last.
    public let range: ByteRange
    /// Whether the message ends with it.
    public let isLast: Bool
}

/// A control frame (RFC 6455, §5.5), whole.
public enum ControlFrame: Equatable, Sendable {
    case ping([UInt8])
    case pong([UInt8])
    case close(CloseFrame)
}

/// What a decoder has found.
public enum FrameEvent: Equatable, Sendable {
    /// Everything is used up.
    case more
    case part(MessagePart)
    case control(ControlFrame)
}
