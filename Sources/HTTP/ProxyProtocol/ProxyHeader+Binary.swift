// Version 2 (§2.2): twelve octets that no other protocol begins with, command, family, a length, addresses, extras.

import Octets

extension ProxyHeader {
    static var binarySignature: [12 of UInt8] {
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    }
    private static let fixedCount = 16

    static func parseBinary(_ bytes: Span<UInt8>) throws(ProxyHeaderError) -> ProxyHeader? {
        let signature = binarySignature
        for index in 0..<min(bytes.count, signature.count) where bytes[index] != signature[index] {
            throw .noHeader
        }
        // Octet by octet, so that what is wrong is said at the same octet however they come.
        guard bytes.count > 12 else { return nil }
        let command = bytes[12]
        guard command == 0x20 || command == 0x21 else { throw .unknownKind }
        guard bytes.count > 13 else { return nil }
        let (family, transport) = (bytes[13] >> 4, bytes[13] & 15)
        guard family <= 3, transport <= 2 else { throw .unknownKind }
        guard bytes.count >= fixedCount else { return nil }
        let end = fixedCount + bytes.bigEndian16(at: 14)
        guard end <= longest else { throw .tooLong }
        guard bytes.count >= end else { return nil }

        // The proxy speaks for itself; what else it says is to be skipped.
        guard command == 0x21 else { return ProxyHeader(.local, byteCount: end) }
        var header = ProxyHeader(.unknown, byteCount: end)
        header.isDatagram = transport == 2
        // How long addresses of no family are is not known, and so not where extras begin: what stands there is skipped.
        guard family != 0 else { return header }
        let addresses = [0, 12, 36, 216][Int(family)] as Int
        guard fixedCount + addresses <= end else { throw .malformedExtra }
        // An address without a transport is none that could be compared with others.
        if transport != 0 { header.origin = origin(family, bytes) }
        try header.extras.parse(ByteRange(fixedCount + addresses, end), in: bytes, headerEnd: end)
        return header
    }

    private static func origin(_ family: UInt8, _ bytes: Span<UInt8>) -> Origin {
        switch family {
        case 1:
            return .network(
                source: Endpoint(address: four(bytes, 16), port: UInt16(bytes.bigEndian16(at: 24))),
                destination: Endpoint(address: four(bytes, 20), port: UInt16(bytes.bigEndian16(at: 26))))
        case 2:
            return .network(
                source: Endpoint(address: six(bytes, 16), port: UInt16(bytes.bigEndian16(at: 48))),
                destination: Endpoint(address: six(bytes, 32), port: UInt16(bytes.bigEndian16(at: 50))))
        case 3: return .unix(source: path(bytes, 16), destination: path(bytes, 124))
        default: return .unknown
        }
    }

    private static func four(_ bytes: Span<UInt8>, _ start: Int) -> NetworkAddress {
        NetworkAddress(
            ipv4: UInt32(bytes.bigEndian16(at: start)) << 16 | UInt32(bytes.bigEndian16(at: start + 2)))
    }

    private static func six(_ bytes: Span<UInt8>, _ start: Int) -> NetworkAddress {
        var bits: UInt128 = 0
        for index in start..<start + 16 { bits = bits << 8 | UInt128(bytes[index]) }
        return NetworkAddress(bits: bits)
    }

    /// A path in 108 octets, with zeros behind it.
    private static func path(_ bytes: Span<UInt8>, _ start: Int) -> ByteRange {
        var end = start
        while end < start + 108, bytes[end] != 0 { end += 1 }
        return ByteRange(start, end)
    }
}

extension Span where Element == UInt8 {
    /// Two octets as a number. They have to be there.
    func bigEndian16(at index: Int) -> Int { Int(self[index]) << 8 | Int(self[index + 1]) }
}
