// Octets out of frames (RFC 6455, §5.2), the counterpart of the decoder.

import Octets

/// Writes frames.
public struct FrameEncoder: Sendable {
    /// The most octets that stand before a frame's payload.
    public static let mostHeadOctets = 14

    private let role: Role

    /// - Parameter role: Whose end this is.
    public init(_ role: Role) { self.role = role }

    /// Appends a frame.
    ///
    /// - Parameters:
    ///   - opcode: What it is.
    ///   - payload: For a control frame at most 125 octets.
    ///   - isFinal: Whether a message ends with it.
    ///   - isCompressed: Whether it begins a compressed message (RFC 7692, §6).
    public func append(
        _ opcode: Opcode, _ payload: UnsafeBufferPointer<UInt8>, isFinal: Bool = true,
        isCompressed: Bool = false, to output: inout ByteBuffer
    ) {
        precondition(!opcode.isControl || payload.count <= mostControlOctets)
        // In one go: the buffer grows once.
        _ = output.spare(Self.mostHeadOctets + payload.count)
        output.append(
            opcode.rawValue | (isFinal ? FrameBits.final : 0) | (isCompressed ? FrameBits.compressed : 0))
        let masked: UInt8 = role.isServer ? 0 : FrameBits.masked
        switch payload.count {
        case ..<Int(FrameBits.lengthOfTwoOctets):
            output.append(masked | UInt8(payload.count))
        case ..<(1 << 16):
            output.append(masked | FrameBits.lengthOfTwoOctets)
            Self.append(UInt64(payload.count), octets: 2, to: &output)
        default:
            output.append(masked | FrameBits.lengthOfEightOctets)
            Self.append(UInt64(payload.count), octets: 8, to: &output)
        }
        guard case .client(let keys) = role else {
            output.append(payload)
            return
        }
        let key = keys()
        Self.append(UInt64(key), octets: 4, to: &output)
        output.append(payload)
        var mask = Mask(key)
        mask.apply(to: UnsafeMutableBufferPointer(rebasing: output.mutableBytes.suffix(payload.count)))
    }

    /// Appends a control frame.
    public func append(_ frame: ControlFrame, to output: inout ByteBuffer) {
        let (opcode, payload): (Opcode, [UInt8]) =
            switch frame {
            case .ping(let payload): (.ping, payload)
            case .pong(let payload): (.pong, payload)
            case .close(let frame): (.close, frame.payload)
            }
        payload.withUnsafeBufferPointer { append(opcode, $0, to: &output) }
    }

    /// Appends a message, in one frame or in several.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - payload: All of it.
    ///   - isCompressed: Whether `payload` is compressed (RFC 7692, §6).
    ///   - fragment: The most octets of a frame's payload, at least 1; `nil` for one frame, whatever the message's size.
    public func append(
        message kind: MessageKind, _ payload: UnsafeBufferPointer<UInt8>, isCompressed: Bool = false,
        fragment: Int? = nil, to output: inout ByteBuffer
    ) {
        var (rest, opcode) = (payload[...], kind.opcode)
        repeat {
            let part = rest.prefix(max(1, fragment ?? payload.count))
            rest = rest.dropFirst(part.count)
            append(
                opcode, UnsafeBufferPointer(rebasing: part), isFinal: rest.isEmpty,
                isCompressed: isCompressed && opcode != .continuation, to: &output)
            opcode = .continuation
        } while !rest.isEmpty
    }

    private static func append(_ number: UInt64, octets: Int, to output: inout ByteBuffer) {
        for place in stride(from: 8 * (octets - 1), through: 0, by: -8) {
            output.append(UInt8(truncatingIfNeeded: number >> UInt64(place)))
        }
    }
}
