// Version 1 (§2.1): one line, 107 octets at the most, single spaces, no leading zeros.

import Octets

extension ProxyHeader {
    static var textSignature: StaticString { "PROXY " }
    private static let longestLine = 107

    static func parseText(_ bytes: Span<UInt8>) throws(ProxyHeaderError) -> ProxyHeader? {
        let signature = textSignature
        for index in 0..<min(bytes.count, signature.utf8CodeUnitCount)
        where bytes[index] != signature.utf8Start[index] {
            throw .noHeader
        }
        var end = 0
        while end < min(bytes.count, longestLine), bytes[end] != ASCII.lineFeed { end += 1 }
        guard end < longestLine else { throw .tooLong }
        guard end < bytes.count else { return nil }
        guard bytes[end - 1] == ASCII.carriageReturn else { throw .malformedLine }
        let line = ByteRange(signature.utf8CodeUnitCount, max(end - 1, signature.utf8CodeUnitCount))
        return ProxyHeader(try origin(line, in: bytes), byteCount: end + 1)
    }

    private static func origin(
        _ line: ByteRange, in bytes: Span<UInt8>
    ) throws(ProxyHeaderError) -> Origin {
        var words = Words(line)
        let family = words.next(in: bytes)
        // Whatever follows it is to be ignored.
        if bytes.equals(family, "UNKNOWN") { return .unknown }
        let isFour = bytes.equals(family, "TCP4")
        guard isFour || bytes.equals(family, "TCP6") else { throw .malformedLine }
        let source = words.next(in: bytes)
        let destination = words.next(in: bytes)
        let sourcePort = words.next(in: bytes)
        let destinationPort = words.next(in: bytes)
        guard words.isAtEnd, let from = address(source, isFour, bytes),
            let to = address(destination, isFour, bytes),
            let fromPort = port(sourcePort, bytes), let toPort = port(destinationPort, bytes)
        else { throw .malformedLine }
        return .network(
            source: Endpoint(address: from, port: fromPort), destination: Endpoint(address: to, port: toPort))
    }

    private static func address(
        _ range: ByteRange, _ isFour: Bool, _ bytes: Span<UInt8>
    ) -> NetworkAddress? {
        if isFour { return NetworkAddress.readIPv4(range, in: bytes).map { NetworkAddress(ipv4: $0) } }
        return NetworkAddress.readIPv6(range, in: bytes).map { NetworkAddress(bits: $0) }
    }

    private static func port(_ range: ByteRange, _ bytes: Span<UInt8>) -> UInt16? {
        guard range.count <= 5, case .value(let number) = bytes.decimal(range) else { return nil }
        guard range.count == 1 || bytes[range.start] != UInt8(ascii: "0") else { return nil }
        return UInt16(exactly: number)
    }

    /// Words with one space between them.
    private struct Words {
        private var start: Int
        private let end: Int
        /// Whether the last word has been read.
        var isAtEnd: Bool { start > end }

        init(_ line: ByteRange) {
            start = line.start
            end = line.end
        }

        /// The next word; an empty one behind the last.
        mutating func next(in bytes: Span<UInt8>) -> ByteRange {
            guard start <= end else { return ByteRange(end, end) }
            var stop = start
            while stop < end, bytes[stop] != ASCII.space { stop += 1 }
            defer { start = stop + 1 }
            return ByteRange(start, stop)
        }
    }
}
