import Glibc

/// An IPv4 or IPv6 address as 128 bits; IPv4 in its mapped form (RFC 4291, §2.5.5.2), so that both compare alike.
public struct IPAddress: Equatable, Sendable {
    /// The first 64 bits.
    public let high: UInt64
    /// The other ones.
    public let low: UInt64
    /// Whether it is IPv4, or IPv4 that reached an IPv6 socket.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    private init(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count == 4 {
            high = 0
            low = 0xFFFF << 32 | UInt64(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        } else {
            high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
            low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    /// An address in figures; `nil` for anything else, names too.
    public init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = withUnsafeBytes(of: four) { IPAddress($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self = withUnsafeBytes(of: six) { IPAddress($0) }
        } else {
            return nil
        }
    }

    /// The address of a socket; `nil` for a unix socket.
    public init?(_ address: SocketAddress) {
        let found: IPAddress? = withUnsafeBytes(of: address.storage) { bytes in
            switch address.family {
            case AF_INET:
                withUnsafeBytes(of: bytes.load(as: sockaddr_in.self).sin_addr) { IPAddress($0) }
            case AF_INET6:
                withUnsafeBytes(of: bytes.load(as: sockaddr_in6.self).sin6_addr) { IPAddress($0) }
            default: nil
            }
        }
        guard let found else { return nil }
        self = found
    }
}
