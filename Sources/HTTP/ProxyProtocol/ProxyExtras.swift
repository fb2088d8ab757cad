// What a header of version 2 says beside the addresses (§2.2.1 to §2.2.7): type, length, value. What is not known is
// skipped, what is known is checked, and what stands twice is refused: two readers could take different ones.

import Octets

/// What a proxy says of the connection that it relays. Ranges are offsets into the bytes of the header.
public struct ProxyExtras: Equatable, Sendable {
    /// The host that the client wants, as TLS has told it (PP2_TYPE_AUTHORITY).
    public private(set) var authority: ByteRange?
    /// The protocol that TLS has agreed on (PP2_TYPE_ALPN).
    public private(set) var applicationProtocol: ByteRange?
    /// What the proxy calls the connection (PP2_TYPE_UNIQUE_ID), 128 octets at the most.
    public private(set) var uniqueID: ByteRange?
    /// The name of the network namespace (PP2_TYPE_NETNS).
    public private(set) var namespace: ByteRange?
    /// Whether the client came over TLS (PP2_CLIENT_SSL).
    public private(set) var isSecure = false
    /// Whether the client has shown a certificate, in this connection or in the session.
    public private(set) var hasCertificate = false
    /// Whether that certificate was verified.
    public private(set) var isVerified = false
    /// The version of TLS: `TLSv1.3`.
    public private(set) var version: ByteRange?
    /// The common name in the client's certificate.
    public private(set) var commonName: ByteRange?
    /// The cipher: `TLS_AES_256_GCM_SHA384`.
    public private(set) var cipher: ByteRange?
    private var hasTLS = false
    private var hasChecksum = false

    /// Nothing said.
    public init() {}

    /// - Parameters:
    ///   - range: Where the extras stand.
    ///   - headerEnd: The end of the whole header, which the checksum is of.
    mutating func parse(
        _ range: ByteRange, in bytes: Span<UInt8>, headerEnd: Int
    ) throws(ProxyHeaderError) {
        var cursor = range.start
        while cursor < range.end {
            let (type, value) = try Self.next(&cursor, range.end, bytes)
            switch type {
            case 0x01: try Self.set(&applicationProtocol, value)
            case 0x02: try Self.setText(&authority, value, bytes)
            case 0x03:
                guard !hasChecksum, value.count == 4 else { throw .malformedExtra }
                hasChecksum = true
                let sum =
                    UInt32(bytes.bigEndian16(at: value.start)) << 16
                    | UInt32(bytes.bigEndian16(at: value.start + 2))
                guard CRC32C.of(bytes, headerEnd, withZerosAt: value) == sum else { throw .checksum }
            case 0x05:
                guard value.count <= 128 else { throw .malformedExtra }
                try Self.set(&uniqueID, value)
            case 0x20: try parseTLS(value, in: bytes)
            case 0x30: try Self.set(&namespace, value)
            default: break  // 0x04 fills up; others are not known.
            }
        }
    }

    /// PP2_TYPE_SSL: which kinds of client, whether it was verified, and extras of its own.
    private mutating func parseTLS(
        _ range: ByteRange, in bytes: Span<UInt8>
    ) throws(ProxyHeaderError) {
        guard !hasTLS, range.count >= 5 else { throw .malformedExtra }
        hasTLS = true
        let client = bytes[range.start]
        isSecure = client & 1 != 0
        hasCertificate = client & 6 != 0
        // Zero says that a certificate was verified, or that there was none to verify.
        let isDoubted = bytes.bigEndian16(at: range.start + 1) | bytes.bigEndian16(at: range.start + 3) != 0
        isVerified = hasCertificate && !isDoubted
        var cursor = range.start + 5
        while cursor < range.end {
            let (type, value) = try Self.next(&cursor, range.end, bytes)
            switch type {
            case 0x21: try Self.setText(&version, value, bytes)
            case 0x22: try Self.setText(&commonName, value, bytes)
            case 0x23: try Self.setText(&cipher, value, bytes)
            default: break
            }
        }
    }

    private static func next(
        _ cursor: inout Int, _ end: Int, _ bytes: Span<UInt8>
    ) throws(ProxyHeaderError) -> (UInt8, ByteRange) {
        guard end - cursor >= 3 else { throw .malformedExtra }
        let type = bytes[cursor]
        let count = bytes.bigEndian16(at: cursor + 1)
        guard count <= end - cursor - 3 else { throw .malformedExtra }
        let value = ByteRange(cursor + 3, cursor + 3 + count)
        cursor = value.end
        return (type, value)
    }

    private static func set(_ place: inout ByteRange?, _ value: ByteRange) throws(ProxyHeaderError) {
        guard place == nil else { throw .malformedExtra }
        place = value
    }

    /// What an application will see: a control character could end a line of its log, or a string of C.
    private static func setText(
        _ place: inout ByteRange?, _ value: ByteRange, _ bytes: Span<UInt8>
    ) throws(ProxyHeaderError) {
        for index in value.start..<value.end where bytes[index] < 0x20 || bytes[index] == 0x7F {
            throw .malformedExtra
        }
        try set(&place, value)
    }
}

/// The checksum of RFC 4960, appendix B (Castagnoli).
enum CRC32C {
    /// - Parameters:
    ///   - end: The sum is of everything before it.
    ///   - hole: What is taken for zeros: the place of the sum itself.
    static func of(_ bytes: Span<UInt8>, _ end: Int, withZerosAt hole: ByteRange) -> UInt32 {
        var sum = UInt32.max
        for index in 0..<end {
            let isHole = index >= hole.start && index < hole.end
            sum ^= isHole ? 0 : UInt32(bytes[index])
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
        return ~sum
    }
}
