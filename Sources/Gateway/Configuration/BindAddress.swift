import Syscalls

/// Where to listen, as it is written on the command line.
enum BindAddress: Equatable, Sendable, CustomStringConvertible {
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// Reads `HOST:PORT`, `[::1]:PORT`, `:PORT` or `unix:PATH`.
    init(parsing text: String) throws(ConfigurationError) {
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
        self = .tcp(host: host, port: port)
    }

    var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// What a person opens in a browser, where that is possible.
    var url: String {
        switch self {
        case .tcp(let host, let port):
            "http://\(BindAddress.tcp(host: host.isEmpty ? "0.0.0.0" : host, port: port))/"
        case .unix: description
        }
    }
}
