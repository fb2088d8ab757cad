import Octets

/// Who a forwarding field says that a request came from (RFC 7239, §6).
public enum ForwardedNode: Equatable, Sendable {
    /// An address, with the port where it is given.
    case address(NetworkAddress, port: UInt16?)
    /// Somebody whom the proxy does not know or does not name: `unknown`, `_secret`.
    case hidden

    /// How a node may be spelled.
    enum Spelling {
        /// As RFC 7239 wants it: IPv6 in brackets.
        case standard
        /// As proxies write it into X-Forwarded-For: IPv6 without brackets too, and nginx's `unix:`.
        case customary
    }

    /// `nil` for what is no node.
    init?(_ range: ByteRange, in bytes: Span<UInt8>, _ spelling: Spelling) {
        guard !range.isEmpty else { return nil }
        if spelling == .customary {
            if let address = NetworkAddress(range, in: bytes) {
                self = .address(address, port: nil)
                return
            }
            if bytes.equals(range, "unix:") {
                self = .hidden
                return
            }
        }
        var end = range.start
        let isBracketed = bytes[end] == UInt8(ascii: "[")
        while end < range.end, bytes[end] != (isBracketed ? UInt8(ascii: "]") : ASCII.colon) { end += 1 }
        var address: NetworkAddress?
        if isBracketed {
            guard end < range.end,
                let six = NetworkAddress.readIPv6(ByteRange(range.start + 1, end), in: bytes)
            else { return nil }
            address = NetworkAddress(bits: six)
            end += 1
        } else {
            let name = ByteRange(range.start, end)
            address = NetworkAddress.readIPv4(name, in: bytes).map { NetworkAddress(ipv4: $0) }
            guard
                address != nil || bytes.matches(name, lowercase: "unknown")
                    || Self.isObfuscated(name, in: bytes)
            else { return nil }
        }
        guard let port = Self.port(ByteRange(end, range.end), in: bytes) else { return nil }
        self = address.map { .address($0, port: port == 0 ? nil : port) } ?? .hidden
    }

    /// What follows the name: nothing, or a colon and a port.
    ///
    /// - Returns: 0 where no port is told; `nil` for what is none.
    private static func port(_ range: ByteRange, in bytes: Span<UInt8>) -> UInt16? {
        guard !range.isEmpty else { return 0 }
        let port = ByteRange(range.start + 1, range.end)
        guard bytes[range.start] == ASCII.colon, !port.isEmpty else { return nil }
        if isObfuscated(port, in: bytes) { return 0 }
        guard port.count <= 5, case .value(let number) = bytes.decimal(port) else { return nil }
        return UInt16(exactly: number)
    }

    /// `"_" 1*( ALPHA / DIGIT / "." / "_" / "-")` (RFC 7239, §6.3).
    private static func isObfuscated(_ range: ByteRange, in bytes: Span<UInt8>) -> Bool {
        guard range.count > 1, bytes[range.start] == UInt8(ascii: "_") else { return false }
        for index in range.start..<range.end {
            let byte = ASCII.lowercased(bytes[index])
            let isLetter = byte &- 0x61 < 26
            guard isLetter || ASCII.isDigit(byte) || byte &- 0x2D < 2 || byte == UInt8(ascii: "_") else {
                return false
            }
        }
        return true
    }
}
