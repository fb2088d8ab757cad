import HTTP
import Octets
import Testing

/// What some bytes were taken for, in words.
enum ProxyHeaderOutcome {
    static func of(_ bytes: [UInt8], _ versions: ProxyHeader.Versions = [.one, .two]) -> String {
        let whole = read(bytes, versions, of: bytes.count)
        // However the bytes come, the first answer is the answer.
        var slow = "more"
        for count in 0...bytes.count where slow == "more" {
            slow = read(Array(bytes[..<count]), versions, of: bytes.count)
        }
        #expect(slow == whole, "\(Latin1.text(bytes[...]).debugDescription)")
        return whole
    }

    private static func read(_ bytes: [UInt8], _ versions: ProxyHeader.Versions, of total: Int) -> String {
        do throws(ProxyHeaderError) {
            guard let header = try ProxyHeader(parsing: bytes.span, accepting: versions) else {
                return "more"
            }
            return describe(header, bytes, of: total)
        } catch {
            return "\(error)"
        }
    }

    private static func describe(_ header: ProxyHeader, _ bytes: [UInt8], of total: Int) -> String {
        func text(_ range: ByteRange) -> String { Latin1.text(bytes[range.start..<range.end]) }
        func text(_ end: ProxyHeader.Endpoint) -> String {
            end.address.withText { String(decoding: $0, as: UTF8.self) } + " \(end.port)"
        }
        var words: [String] = []
        switch header.origin {
        case .local: words.append("local")
        case .unknown: words.append("unknown")
        case .network(let source, let destination): words.append("\(text(source)) to \(text(destination))")
        case .unix(let source, let destination): words.append("\(text(source)) to \(text(destination))")
        }
        if header.isDatagram { words.append("datagram") }
        let extras = header.extras
        if extras.isSecure { words.append("tls") }
        if extras.hasCertificate { words.append(extras.isVerified ? "verified" : "unverified") }
        for (name, range) in [
            ("authority", extras.authority), ("alpn", extras.applicationProtocol), ("id", extras.uniqueID),
            ("netns", extras.namespace), ("version", extras.version), ("cn", extras.commonName),
            ("cipher", extras.cipher),
        ] {
            if let range { words.append("\(name)=\(text(range))") }
        }
        if header.byteCount != total { words.append("then \(total - header.byteCount)") }
        return words.joined(separator: " ")
    }
}

/// A header of version 2, in parts.
struct BinaryHeader {
    static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10] + Array("QUIT\n".utf8)
    static let four: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 2, 0x10, 0x92, 1, 0xBB]

    var command: UInt8 = 0x21
    var family: UInt8 = 0x11
    var addresses = BinaryHeader.four
    var extras: [UInt8] = []
    var length: Int?

    var bytes: [UInt8] {
        let count = length ?? addresses.count + extras.count
        return Self.signature + [command, family, UInt8(count >> 8), UInt8(count & 255)] + addresses + extras
    }

    static func extra(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [type, UInt8(value.count >> 8), UInt8(value.count & 255)] + value
    }

    static func extra(_ type: UInt8, _ text: String) -> [UInt8] { extra(type, Array(text.utf8)) }

    static func tls(_ client: UInt8, verify: UInt8 = 0, _ extras: [UInt8] = []) -> [UInt8] {
        extra(0x20, [client, 0, 0, 0, verify] + extras)
    }

    /// The same with a checksum behind the other extras, reckoned in another way than the parser does.
    func withChecksum(changed: UInt32 = 0) -> [UInt8] {
        var header = self
        header.extras += Self.extra(0x03, [0, 0, 0, 0])
        var bytes = header.bytes
        var remainder: UInt64 = 0xFFFF_FFFF
        for byte in bytes {
            for bit in 0..<8 {
                let top = remainder >> 31 & 1 ^ UInt64(byte >> UInt8(bit) & 1)
                remainder = remainder << 1 & 0xFFFF_FFFF ^ (top == 1 ? 0x1EDC_6F41 : 0)
            }
        }
        var sum: UInt32 = 0
        for bit in 0..<32 where remainder >> UInt64(bit) & 1 == 1 { sum |= 1 << UInt32(31 - bit) }
        sum = ~sum ^ changed
        for place in 0..<4 {
            bytes[bytes.count - 4 + place] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * place))
        }
        return bytes
    }
}
