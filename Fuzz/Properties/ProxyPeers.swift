#if DEBUG
    import HTTP
    import Octets
    import Syscalls
    @testable import Logs

    /// Whoever relays, and where he has connected to. Nothing of it ever changes.
    enum Relays {
        nonisolated(unsafe) static let all: [(peer: PeerAddress, ends: LocalEnds)] = {
            let unix = SocketAddress(unixPath: "/run/gateway.sock")!
            let four = try! SocketAddress.resolve(host: "127.0.0.1", port: 8000)[0]
            let six = try! SocketAddress.resolve(host: "::1", port: 8001)[0]
            let any = try! SocketAddress.resolve(host: "::", port: 8002)[0]
            return [(four, four), (six, any), (unix, unix)].map { (PeerAddress($0, nil), LocalEnds($1)) }
        }()
    }

    extension ProxyHeaderPromises {
        /// What applications see of the client is a block of pairs, in parts that are blocks too.
        static func checkPeer(
            _ header: ProxyHeader, _ bytes: UnsafeBufferPointer<UInt8>
        ) throws(Violation) {
            for (proxy, ends) in Relays.all {
                let peer = PeerAddress(header, bytes, from: proxy)
                try require(
                    peer.clientEnd <= peer.portStart && peer.portStart <= peer.pairs.count,
                    "the parts of its pairs overlap")
                try peer.pairs.withUnsafeBufferPointer { (pairs) throws(Violation) in
                    for part in [0..<peer.clientEnd, peer.clientEnd..<peer.portStart] {
                        _ = try EnvironBlock.names(UnsafeBufferPointer(rebasing: pairs[part]))
                    }
                    let local = ends.end(
                        isSecure: peer.isSecure, saysPort: !peer.namesServer, saysAddress: !peer.namesServer)
                    let names = try EnvironBlock.names(pairs, behind: local.constantPairs)
                    try require(names.contains("REMOTE_ADDR"), "there is no REMOTE_ADDR")
                    try require(
                        peer.isSecure || !names.contains("SSL_CLIENT_S_DN_CN"),
                        "a certificate without a connection that has one")
                    if case .network = header.origin {
                    } else if header.origin != .local {
                        try require(
                            EnvironBlock.value("REMOTE_ADDR", pairs) == "" && peer.address == nil,
                            "somebody without an address has one")
                    }
                }
            }
        }
    }
#endif
