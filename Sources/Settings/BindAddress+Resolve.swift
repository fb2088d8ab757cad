import Syscalls

extension BindAddress {
    /// Whether its address comes from a name.
    package var isNamed: Bool {
        guard case .tcp(let host, _) = self, !host.isEmpty else { return false }
        return IPAddress(host) == nil
    }

    /// The first address that the text stands for.
    package func resolve() throws(ConfigurationError) -> SocketAddress {
        switch self {
        case .unix(let path):
            guard let address = SocketAddress(unixPath: path) else {
                throw .usage("'\(self)' is no address: the path is too long")
            }
            return address
        case .abstract(let name):
            guard let address = SocketAddress(abstractName: name) else {
                throw .usage("'\(self)' is no address: the name is too long")
            }
            return address
        case .descriptor: throw .usage("'\(self)' is a socket that is open already, and no address")
        case .tcp:
            guard let address = try resolveAll().first else { throw .environment("cannot resolve '\(self)'") }
            return address
        }
    }

    /// All addresses that a name stands for, each once.
    package func resolveAll() throws(ConfigurationError) -> [SocketAddress] {
        switch self {
        case .unix, .abstract, .descriptor: return [try resolve()]
        case .tcp(let host, let port):
            do {
                return try SocketAddress.resolve(host: host, port: port).reduce(into: []) { all, address in
                    if !all.contains(address) { all.append(address) }
                }
            } catch {
                throw .environment("cannot resolve '\(self)': \(error.reason)")
            }
        }
    }
}
