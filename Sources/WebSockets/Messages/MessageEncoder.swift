// Frames out of messages, compressed where that was negotiated and is worth it (RFC 7692, §7.2.1).

import Compression
import Octets

/// Writes the messages of one connection.
public struct MessageEncoder {
    private let frames: FrameEncoder
    private let agreement: DeflateAgreement?
    private let stock: DeflateStock
    private let fragment: Int?
    /// With context takeover, from the first compressed message on.
    private var deflater: RawDeflater?
    /// Whether the library has failed. A message may always be sent as it is (§6).
    private var hasFailed = false

    /// - Parameters:
    ///   - role: Whose end this is.
    ///   - agreement: What was negotiated; `nil` for no compression.
    ///   - stock: What the sockets of a worker share.
    ///   - fragment: The most octets of a frame's payload; `nil` for a frame a message.
    public init(_ role: Role, agreement: DeflateAgreement?, stock: DeflateStock, fragment: Int? = nil) {
        frames = FrameEncoder(role)
        self.agreement = agreement
        self.stock = stock
        self.fragment = fragment
    }

    /// Octets of memory that context takeover costs.
    public var memory: Int { deflater?.memory ?? 0 }

    /// Appends a message.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - payload: All of it; UTF-8 where it is text.
    public mutating func append(
        _ kind: MessageKind, _ payload: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) {
        if let agreement, !hasFailed, payload.count >= max(1, agreement.smallest),
            appendCompressed(kind, payload, agreement, &output)
        {
            return
        }
        frames.append(message: kind, payload, fragment: fragment, to: &output)
    }

    /// Appends a control frame.
    public func append(_ frame: ControlFrame, to output: inout ByteBuffer) {
        frames.append(frame, to: &output)
    }

    /// - Returns: Whether it was appended. The message is sent as it is where compression makes it no smaller, unless the
    ///   client's window has to see what the compressor has seen.
    private mutating func appendCompressed(
        _ kind: MessageKind, _ payload: UnsafeBufferPointer<UInt8>, _ agreement: DeflateAgreement,
        _ output: inout ByteBuffer
    ) -> Bool {
        if let isAppended = try? compress(kind, payload, agreement, &output) { return isAppended }
        hasFailed = true
        deflater = nil
        return false
    }

    private mutating func compress(
        _ kind: MessageKind, _ payload: UnsafeBufferPointer<UInt8>, _ agreement: DeflateAgreement,
        _ output: inout ByteBuffer
    ) throws(EncoderError) -> Bool {
        let deflater = try readyDeflater(agreement)
        return try stock.withScratch { scratch throws(EncoderError) in
            try deflater.encode(payload, into: &scratch)
            try deflater.flush(into: &scratch)
            // A flush behind data ends with them (§7.2.1).
            precondition(scratch.bytes.suffix(4).elementsEqual(MessageAssembler.tail))
            scratch.removeLast(4)
            guard scratch.count < payload.count || agreement.serverTakeover else { return false }
            frames.append(
                message: kind, scratch.bytes, isCompressed: true, fragment: fragment, to: &output)
            return true
        }
    }

    private mutating func readyDeflater(_ agreement: DeflateAgreement) throws(EncoderError) -> RawDeflater {
        guard agreement.serverTakeover else {
            return try stock.sharedDeflater(windowBits: agreement.serverWindowBits)
        }
        if let deflater { return deflater }
        let own = try stock.makeDeflater(windowBits: agreement.serverWindowBits)
        deflater = own
        return own
    }
}
