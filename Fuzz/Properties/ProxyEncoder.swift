import HTTP
import Octets

/// What a PROXY header says, apart from how it says it.
struct ProxyFacts: Equatable {
    enum Origin: Equatable {
        case local, unknown
        case network(ProxyHeader.Endpoint, ProxyHeader.Endpoint)
        case unix([UInt8], [UInt8])
    }

    let origin: Origin
    let isDatagram: Bool
    /// Extras in their encoding, in one order.
    let extras: [UInt8]

    init(_ header: ProxyHeader, _ bytes: UnsafeBufferPointer<UInt8>) {
        origin =
            switch header.origin {
            case .local: .local
            case .unknown: .unknown
            case .network(let source, let destination): .network(source, destination)
            case .unix(let source, let destination): .unix(Array(bytes[source]), Array(bytes[destination]))
            }
        isDatagram = header.isDatagram
        let given = header.extras
        func extra(_ type: UInt8, _ range: ByteRange?) -> [UInt8] {
            range.map { ProxyEncoder.extra(type, Array(bytes[$0])) } ?? []
        }
        let texts = extra(0x21, given.version) + extra(0x22, given.commonName) + extra(0x23, given.cipher)
        let client: UInt8 = (given.isSecure ? 1 : 0) | (given.hasCertificate ? 2 : 0)
        let isDoubted = given.hasCertificate && !given.isVerified
        let tls = [client, 0, 0, 0, isDoubted ? 1 : 0] + texts
        extras =
            extra(0x01, given.applicationProtocol) + extra(0x02, given.authority)
            + extra(0x05, given.uniqueID) + extra(0x30, given.namespace)
            + (client == 0 && texts.isEmpty ? [] : ProxyEncoder.extra(0x20, tls))
    }
}

/// Writes PROXY headers, as a proxy does (proxy-protocol.txt, §2.1 and §2.2).
enum ProxyEncoder {
    static func extra(_ type: UInt8, _ value: [UInt8]) -> [UInt8] { [type] + two(value.count) + value }

    private static func two(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    /// Version 1; `nil` for what it cannot say.
    static func line(_ facts: ProxyFacts) -> [UInt8]? {
        guard facts.extras.isEmpty, !facts.isDatagram else { return nil }
        switch facts.origin {
        case .local, .unix: return nil
        case .unknown: return Array("PROXY UNKNOWN anything\r\n".utf8)
        case .network(let source, let destination):
            let isFour = source.address.isIPv4 && destination.address.isIPv4
            let (from, to) = (text(source.address, isFour), text(destination.address, isFour))
            let ports = "\(source.port) \(destination.port)"
            return Array("PROXY TCP\(isFour ? 4 : 6) \(from) \(to) \(ports)\r\n".utf8)
        }
    }

    /// All eight groups of it.
    private static func text(_ address: NetworkAddress, _ isFour: Bool) -> String {
        if isFour { return octets(address).suffix(4).map { String($0) }.joined(separator: ".") }
        let all = octets(address)
        let groups = stride(from: 0, to: 16, by: 2).map { Int(all[$0]) << 8 | Int(all[$0 + 1]) }
        return groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    private static func octets(_ address: NetworkAddress) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: address.bits >> UInt128(120 - 8 * $0)) }
    }

    /// Version 2.
    ///
    /// - Parameter checksum: What is changed in it; `nil` for none.
    static func binary(_ facts: ProxyFacts, checksum: UInt32?) -> [UInt8] {
        let transport: UInt8 = facts.isDatagram ? 2 : 1
        var (command, family, addresses): (UInt8, UInt8, [UInt8]) = (0x21, facts.isDatagram ? 2 : 0, [])
        switch facts.origin {
        case .local: command = 0x20
        case .unknown: break
        case .network(let source, let destination):
            let isFour = source.address.isIPv4 && destination.address.isIPv4
            family = (isFour ? 0x10 : 0x20) | transport
            for end in [source, destination] { addresses += octets(end.address).suffix(isFour ? 4 : 16) }
            for end in [source, destination] { addresses += two(Int(end.port)) }
        case .unix(let source, let destination):
            family = 0x30 | transport
            for path in [source, destination] {
                addresses += path + Array(repeating: 0, count: 108 - path.count)
            }
        }
        let extras = facts.extras + (checksum == nil ? [] : extra(0x03, [0, 0, 0, 0]))
        var bytes = Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [command, family]
        bytes += two(addresses.count + extras.count) + addresses + extras
        guard let checksum else { return bytes }
        let sum = castagnoli(bytes) ^ checksum
        for place in 0..<4 {
            bytes[bytes.count - 4 + place] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * place))
        }
        return bytes
    }

    /// The remainder of a division, bit by bit, as RFC 3720, §12.1, has it.
    private static func castagnoli(_ bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            for bit in 0..<8 {
                let top = remainder >> 31 ^ UInt32(byte >> UInt8(bit) & 1)
                remainder = remainder << 1 ^ (top == 1 ? 0x1EDC_6F41 : 0)
            }
        }
        var sum: UInt32 = 0
        for bit in 0..<32 as Range<UInt32> where remainder >> bit & 1 == 1 { sum |= 1 << (31 - bit) }
        return ~sum
    }
}
