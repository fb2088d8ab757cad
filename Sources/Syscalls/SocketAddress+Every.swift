import Glibc

extension SocketAddress {
    /// Every IPv4 address of this machine.
    public static func everyIPv4(port: UInt16) -> SocketAddress {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return SocketAddress(address)
    }

    /// Every IPv6 address of this machine.
    public static func everyIPv6(port: UInt16) -> SocketAddress {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        return SocketAddress(address)
    }

    /// An address in figures, without a look-up of any name.
    ///
    /// - Returns: `nil` for a name.
    public init?(host: String, port: UInt16) {
        var version4 = sockaddr_in()
        var version6 = sockaddr_in6()
        if inet_pton(AF_INET, host, &version4.sin_addr) == 1 {
            version4.sin_family = sa_family_t(AF_INET)
            version4.sin_port = port.bigEndian
            self.init(version4)
        } else if inet_pton(AF_INET6, host, &version6.sin6_addr) == 1 {
            version6.sin6_family = sa_family_t(AF_INET6)
            version6.sin6_port = port.bigEndian
            self.init(version6)
        } else {
            return nil
        }
    }

    /// The structures of both families are plain octets; that of IPv6 has a union in it, which hides that.
    private init<Address>(_ address: Address) {
        self.init()
        withUnsafeMutableBytes(of: &storage) { storage in
            withUnsafeBytes(of: address) { storage.copyMemory(from: $0) }
        }
        length = socklen_t(MemoryLayout<Address>.size)
    }

    /// The same address with another port; a unix socket's as it is.
    public func with(port: UInt16) -> SocketAddress {
        var other = self
        // In both families the port follows the family directly.
        guard !isUnix else { return self }
        withUnsafeMutableBytes(of: &other.storage) {
            $0.storeBytes(
                of: port.bigEndian, toByteOffset: MemoryLayout<sockaddr_in>.offset(of: \.sin_port)!,
                as: UInt16.self)
        }
        return other
    }

    /// Whether it is of IPv6.
    public var isIPv6: Bool { family == AF_INET6 }
}

extension SocketAddress: Equatable {
    /// Octet by octet, as the kernel compares them.
    public static func == (one: SocketAddress, other: SocketAddress) -> Bool {
        guard one.length == other.length else { return false }
        let length = Int(one.length)
        return withUnsafeBytes(of: one.storage) { one in
            withUnsafeBytes(of: other.storage) { one.prefix(length).elementsEqual($0.prefix(length)) }
        }
    }
}
