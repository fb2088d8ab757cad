// Whose word counts: a list of addresses and networks, as an operator writes it.

import HTTP
import Syscalls

/// Peers, or hops before them, that are trusted.
package struct TrustedPeers: Sendable {
    private var trustsAll = false
    private var trustsUnix = false
    private var networks: [(address: NetworkAddress, bits: Int)] = []

    /// - Parameters:
    ///   - entries: Addresses, networks as `ADDRESS/BITS`, `unix` for peers at unix sockets, or `*` for every peer.
    ///   - setting: What they are the value of, for messages.
    package init(_ entries: [String], setting: String) throws(ConfigurationError) {
        for entry in entries {
            switch entry {
            case "*": trustsAll = true
            case "unix": trustsUnix = true
            default:
                guard let network = Self.network(entry) else {
                    throw .usage(
                        "'\(entry)' is no address (--\(setting)): write 10.0.0.1, 10.0.0.0/8, fd00::/8, unix or *"
                    )
                }
                networks.append(network)
            }
        }
    }

    /// Whether a text is something that ``init(_:setting:)`` takes.
    package static func isEntry(_ text: String) -> Bool {
        text == "*" || text == "unix" || network(text) != nil
    }

    private static func network(_ text: String) -> (NetworkAddress, Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let parsed = IPAddress(String(parts[0])) else { return nil }
        let address = NetworkAddress(parsed)
        guard parts.count == 2 else { return (address, 128) }
        let isShort = address.isIPv4 && !parts[0].contains(":")
        guard let bits = Int(parts[1]), (0...(isShort ? 32 : 128)).contains(bits) else { return nil }
        return (address, isShort ? 96 + bits : bits)
    }

    /// Whether the word of a peer counts.
    ///
    /// - Parameter peer: `nil` for one at a unix socket.
    package func trusts(peer: NetworkAddress?) -> Bool {
        if trustsAll { return true }
        guard let peer else { return trustsUnix }
        return trusts(hop: peer)
    }

    /// Whether a proxy before the peer is trusted. `*` says nothing about it: with everybody a hop, the client would be
    /// whoever stands leftmost, which the client itself has written.
    package func trusts(hop address: NetworkAddress) -> Bool {
        networks.contains { address.matches($0.address, bits: $0.bits) }
    }
}

extension NetworkAddress {
    package init(_ address: IPAddress) { self.init(bits: UInt128(address.high) << 64 | UInt128(address.low)) }
}
