import Syscalls

/// Peers whose X-Forwarded-Proto is believed.
struct TrustedPeers {
    private var trustsAll = false
    private var networks: [(address: IPAddress, bits: Int)] = []

    /// - Parameter entries: Addresses, networks as `ADDRESS/BITS`, or `*` for everybody.
    init(_ entries: [String]) throws(ConfigurationError) {
        for entry in entries {
            if entry == "*" {
                trustsAll = true
                continue
            }
            guard let network = Self.network(entry) else {
                throw .usage(
                    "'\(entry)' is no address (--forwarded-allow-ips): write 10.0.0.1, 10.0.0.0/8, fd00::/8 or *"
                )
            }
            networks.append(network)
        }
    }

    /// Whether a text is something that ``init(_:)`` takes.
    static func isEntry(_ text: String) -> Bool { text == "*" || network(text) != nil }

    private static func network(_ text: String) -> (IPAddress, Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else { return (address, 128) }
        let isShort = address.isIPv4 && !parts[0].contains(":")
        guard let bits = Int(parts[1]), (0...(isShort ? 32 : 128)).contains(bits) else { return nil }
        return (address, isShort ? 96 + bits : bits)
    }

    /// Whether the peer's word counts. Whoever may open a unix socket was given that right by its permissions.
    func trusts(_ peer: SocketAddress) -> Bool {
        if trustsAll || peer.isUnix { return true }
        guard let address = IPAddress(peer) else { return false }
        return networks.contains { address.matches($0.address, bits: $0.bits) }
    }
}
