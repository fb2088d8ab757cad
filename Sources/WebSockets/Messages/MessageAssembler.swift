// Messages out of the parts that the decoder finds, with compression undone (RFC 7692, §7.2.2). A compressed message is undone
// when all of it is there: until then a sender who takes his time holds what he has sent, and no compressor.

import Compression
import Octets

/// Puts the messages of one connection together.
public struct MessageAssembler {
    private let limit: Int
    private let agreement: DeflateAgreement?
    private let stock: DeflateStock
    /// With context takeover, from the first compressed message on.
    private var inflater: RawInflater?
    /// The parts of a message that is not whole.
    private var parts: [UInt8] = []

    /// What the sync flush of a writer ends with, and what he takes off (§7.2.1).
    static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    /// - Parameters:
    ///   - limit: Octets of a message that are taken, with compression undone.
    ///   - agreement: What was negotiated; `nil` for no compression.
    ///   - stock: What the sockets of a worker share.
    public init(limit: Int, agreement: DeflateAgreement?, stock: DeflateStock) {
        self.limit = limit
        self.agreement = agreement
        self.stock = stock
    }

    /// Octets of memory that the socket holds: what has come of a message, and what context takeover costs.
    public var memory: Int { parts.capacity + (inflater?.memory ?? 0) }

    /// Octets of memory that hold what has come of a message.
    public var partialMemory: Int { parts.capacity }

    /// Takes a part.
    ///
    /// - Parameters:
    ///   - part: As the decoder has found it.
    ///   - bytes: What was handed to the decoder.
    /// - Returns: The message, if it is whole.
    public mutating func take(
        _ part: MessagePart, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(WebSocketError) -> WebSocketMessage? {
        let octets = bytes[part.range]
        guard part.isLast else {
            parts += octets
            return nil
        }
        // Most messages come in one piece, and nothing is copied twice.
        guard !parts.isEmpty else { return try finish(part, octets) }
        parts += octets
        let whole = parts
        parts = []
        return try whole.withUnsafeBufferPointer { octets throws(WebSocketError) in
            try finish(part, octets)
        }
    }

    private mutating func finish(
        _ part: MessagePart, _ octets: UnsafeBufferPointer<UInt8>
    ) throws(WebSocketError) -> WebSocketMessage {
        // Nothing is nothing, although a writer of compressed messages would say even that with an octet (§7.2.3.6).
        guard part.isCompressed, !octets.isEmpty else { return WebSocketMessage(part.kind, octets) }
        let inflater = try readyInflater()
        return try stock.withScratch { scratch throws(WebSocketError) in
            try Self.inflate(octets, inflater, into: &scratch, limit: limit)
            if part.kind == .text {
                var validator = UTF8Validator()
                guard validator.take(scratch.bytes), validator.isBetweenCharacters else {
                    throw .invalidUTF8
                }
            }
            return WebSocketMessage(part.kind, scratch.bytes)
        }
    }

    private mutating func readyInflater() throws(WebSocketError) -> RawInflater {
        do throws(InflateError) {
            guard let agreement, agreement.clientTakeover else { return try stock.sharedInflater() }
            if let inflater { return inflater }
            // Writers that say 8 write 9: zlib has done so for years.
            let own = try RawInflater(windowBits: max(9, agreement.clientWindowBits))
            inflater = own
            return own
        } catch {
            throw .compressionFailed
        }
    }

    private static func inflate(
        _ octets: UnsafeBufferPointer<UInt8>, _ inflater: RawInflater, into output: inout ByteBuffer,
        limit: Int
    ) throws(WebSocketError) {
        do throws(InflateError) {
            try inflater.inflate(octets, into: &output, limit: limit)
            // Behind a last block with nothing after it there is no flush to be completed.
            if !inflater.isAtEnd {
                let count = output.count
                try tail.withUnsafeBufferPointer { octets throws(InflateError) in
                    try inflater.inflate(octets, into: &output, limit: limit - count)
                }
            }
        } catch {
            switch error {
            case .malformed: throw .malformedCompression
            case .tooLarge: throw .messageTooLarge
            case .failed: throw .compressionFailed
            }
        }
        guard inflater.isBetweenBlocks else { throw .malformedCompression }
    }
}
