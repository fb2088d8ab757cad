import Glibc

/// An address that a socket can have: IPv4, IPv6, a unix path or an abstract unix name.
public struct SocketAddress: Sendable, BitwiseCopyable, CustomStringConvertible {
    var storage = sockaddr_storage()
    var length: socklen_t = 0

    init() {}

    /// The path of a unix socket.
    ///
    /// - Returns: `nil` where the path does not fit into an address (108 bytes).
    public init?(unixPath path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0)
        else {
            return nil
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        store(address)
    }

    /// A name without a file (unix(7), "abstract"); written with an `@` before it. It goes with the socket.
    ///
    /// - Returns: `nil` where the name is empty or has more than 107 bytes.
    public init?(abstractName name: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            UnsafeMutableRawBufferPointer(rebasing: path[1...]).copyBytes(from: bytes)
        }
        store(address)
        // Every octet within the length is part of the name.
        length = socklen_t(Self.pathOffset + 1 + bytes.count)
    }

    /// Resolves a host, a name or a number, to its addresses in the order of preference.
    ///
    /// - Parameter host: Empty for every address of this machine.
    public static func resolve(host: String, port: UInt16) throws(ResolutionError) -> [SocketAddress] {
        guard !host.isEmpty, IPAddress(host) == nil else { return try lookUp(host, port) }
        let unknown = ToldAddresses(failure: "it was not looked up")
        let told = Findings.ask("addresses \(port) \(host)", unknown: unknown) {
            do throws(ResolutionError) {
                return ToldAddresses(addresses: try lookUp(host, port))
            } catch {
                return ToldAddresses(failure: error.reason)
            }
        }
        if let reason = told.failure { throw ResolutionError(host: host, reason: reason) }
        return told.addresses
    }

    private static func lookUp(_ host: String, _ port: UInt16) throws(ResolutionError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = host.isEmpty ? AI_PASSIVE : 0
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &list)
        guard code == 0 else {
            throw ResolutionError(host: host, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = list
        while let current = entry?.pointee {
            var address = SocketAddress()
            withUnsafeMutableBytes(of: &address.storage) { bytes in
                bytes.copyMemory(
                    from: UnsafeRawBufferPointer(start: current.ai_addr, count: Int(current.ai_addrlen)))
            }
            address.length = current.ai_addrlen
            addresses.append(address)
            entry = current.ai_next
        }
        return addresses
    }

    /// The address in the form that the kernel takes, so that another process can be given it; `nil` where it is longer.
    public func octets(limit: Int) -> [UInt8]? {
        guard Int(length) <= limit else { return nil }
        return withUnsafeBytes(of: storage) { Array($0[..<Int(length)]) }
    }

    /// An address from what ``octets(limit:)`` gave, with zeros behind it.
    ///
    /// - Returns: `nil` for what is neither IPv4 nor IPv6.
    public init?(octets: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: octets.prefix($0.count)))
        }
        switch family {
        case AF_INET: length = socklen_t(MemoryLayout<sockaddr_in>.size)
        case AF_INET6: length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        default: return nil
        }
    }

    private mutating func store<Address: BitwiseCopyable>(_ address: Address) {
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(of: address, as: Address.self)
        }
        length = socklen_t(MemoryLayout<Address>.size)
    }

    var family: CInt { CInt(storage.ss_family) }

    /// Whether it is a unix socket's: a path, or an abstract name.
    public var isUnix: Bool { family == AF_UNIX }

    /// Whether it is a unix socket's that has no file.
    public var isAbstract: Bool { isUnix && unixBytes.first == 0 }

    /// The path of a unix socket; `nil` where it has none.
    public var unixPath: String? {
        guard isUnix, let first = unixBytes.first, first != 0 else { return nil }
        return String(decoding: unixBytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static var pathOffset: Int { MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! }

    private var unixBytes: [UInt8] {
        withUnsafeBytes(of: storage) { Array($0[..<Int(length)].dropFirst(Self.pathOffset)) }
    }

    /// `127.0.0.1:80`, `[::1]:80`, `unix:/run/app.sock`, `unix:@name`
    public var description: String {
        guard !isUnix else {
            return "unix:" + (unixPath ?? "@" + String(decoding: unixBytes.dropFirst(), as: UTF8.self))
        }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether it stands for every address of this machine.
    public var isWildcard: Bool { host == "0.0.0.0" || host == "::" }

    /// The port; 0 for a unix socket.
    public var port: UInt16 {
        withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET: UInt16(bigEndian: bytes.load(as: sockaddr_in.self).sin_port)
            case AF_INET6: UInt16(bigEndian: bytes.load(as: sockaddr_in6.self).sin6_port)
            default: 0
            }
        }
    }

    /// The address in figures, without port and brackets; empty for a unix socket. An IPv4 address that reached an
    /// IPv6 socket is shown as IPv4.
    public var host: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            withUnsafeBytes(of: storage) { bytes in
                switch family {
                case AF_INET:
                    var address = bytes.load(as: sockaddr_in.self).sin_addr
                    inet_ntop(AF_INET, &address, text.baseAddress, socklen_t(text.count))
                case AF_INET6:
                    var address = bytes.load(as: sockaddr_in6.self).sin6_addr
                    inet_ntop(AF_INET6, &address, text.baseAddress, socklen_t(text.count))
                default: text[0] = 0
                }
            }
            let host = String(cString: text.baseAddress!)
            return host.hasPrefix("::ffff:") && host.contains(".") ? String(host.dropFirst(7)) : host
        }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafeBytes(of: storage) { bytes in
            body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
        }
    }

    mutating func withMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes in
            body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
    }
}

/// A host name without an address.
public struct ResolutionError: Error, Equatable {
    /// The name.
    public let host: String
    /// The resolver's words.
    public let reason: String
}

/// The addresses of a name, or why there are none.
private struct ToldAddresses: Told {
    var addresses: [SocketAddress] = []
    var failure: String?

    init(addresses: [SocketAddress] = [], failure: String? = nil) {
        (self.addresses, self.failure) = (addresses, failure)
    }

    func tell(_ octets: inout [UInt8]) {
        addresses.tell(&octets)
        failure.tell(&octets)
    }

    init?(_ reader: inout ToldReader) {
        guard let addresses = [SocketAddress](&reader), let failure = String?(&reader) else { return nil }
        self.init(addresses: addresses, failure: failure)
    }
}
