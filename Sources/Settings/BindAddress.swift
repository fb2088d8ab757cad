import Syscalls

/// Where to listen, as it is written in the settings.
package enum BindAddress: Equatable, Sendable, CustomStringConvertible {
    /// An empty host is every address of this machine, of both families.
    case tcp(host: String, port: UInt16)
    case unix(path: String)
    /// A unix socket without a file (unix(7), "abstract").
    case abstract(name: String)
    /// A socket that the gateway was started with.
    case descriptor(CInt)

    /// Reads `HOST:PORT`, `[::1]:PORT`, `:PORT`, `*:PORT`, `unix:PATH`, `unix:@NAME` or `fd://N`.
    package init(parsing text: String) throws(ConfigurationError) {
        if text.hasPrefix("fd://") {
            // 0, 1 and 2 are for input and logs.
            guard let number = CInt(text.dropFirst(5)), number > 2 else {
                throw .usage("'\(text)' is no address: write fd://N, with a descriptor from 3")
            }
            self = .descriptor(number)
            return
        }
        if text.hasPrefix("unix:@") {
            let name = String(text.dropFirst(6))
            guard (1...107).contains(name.utf8.count), !name.utf8.contains(0) else {
                throw .usage("'\(text)' is no address: the name of a unix socket has 1 to 107 bytes")
            }
            self = .abstract(name: name)
            return
        }
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard SocketAddress(unixPath: path) != nil else {
                throw .usage("'\(text)' is no address: the path of a unix socket has 1 to 107 bytes")
            }
            self = .unix(path: path)
            return
        }
        guard !text.contains("://") else {
            throw .usage("'\(text)' is no address: write HOST:PORT, without a scheme")
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            text[text.index(after: colon)...].allSatisfy(\.isNumber)
        else {
            throw .usage(
                "'\(text)' is no address: write HOST:PORT, [::1]:PORT or unix:PATH, with a port up to 65535")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard !host.isEmpty else {
                throw .usage("'\(text)' is no address: write an IPv6 address between the brackets")
            }
        } else if host.contains(":") {
            throw .usage("'\(text)' is no address: put an IPv6 address into brackets, [::1]:\(port)")
        }
        // The resolver would take it for the name of a host, and find the loopback.
        self = .tcp(host: host == "*" ? "" : host, port: port)
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        case .abstract(let name): "unix:@\(name)"
        case .descriptor(let number): "fd://\(number)"
        }
    }

    /// Whether it is a path that depends on the folder of the process.
    package var isRelative: Bool { if case .unix(let path) = self { !path.hasPrefix("/") } else { false } }

    /// The same, with a path that does not depend on the folder of the process, where that is not too long for a socket.
    ///
    /// - Parameter folder: Where relative paths begin.
    package func absolute(in folder: WorkFolder) -> BindAddress {
        guard case .unix(let path) = self, !path.hasPrefix("/"), !folder.path.isEmpty else { return self }
        let whole = folder.path + "/" + path
        return SocketAddress(unixPath: whole) == nil ? self : .unix(path: whole)
    }
}
