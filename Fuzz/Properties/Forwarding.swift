#if DEBUG
    import GatewayInterface
    import HTTP
    import Octets
    import Syscalls
    @testable import Logs
    @testable import Routing
    @testable import Settings

    /// What is promised of a request that proxies have passed on. The input is a request head.
    enum ForwardedPromises {
        /// Fields that are believed: none, one, several, all.
        private static let beliefs: [ForwardingFields] = [
            [], .forwarded, .node, .customary, [.customary, .forwarded], [.scheme, .port], [.host, .port],
            .prefix, [.forwarded, .node], [.forwarded, .host],
        ]
        private static let networks = [("10.0.0.0", 104), ("192.0.2.1", 128), ("fd00::", 8)]
        private static let trusted = [
            try! TrustedPeers([], setting: "x"),
            try! TrustedPeers(["10.0.0.0/8", "192.0.2.1", "fd00::/8"], setting: "x"),
        ]

        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            var head = RequestHead()
            let outcome = HeadOutcome.of(bytes, [bytes.count], RequestLimits(), into: &head)
            guard case .accepted = outcome else { return }
            let chance = Arrivals.hash(bytes)
            for believed in beliefs + [ForwardingFields(rawValue: UInt8(chance & 63))] {
                for (index, peers) in trusted.enumerated() {
                    let hops = index == 0 ? [] : networks
                    guard let client = try client(head, bytes, believed, peers, hops) else { continue }
                    try checkValues(client, believed, bytes)
                    let relay = Relays.all[Int(chance >> 8) % Relays.all.count]
                    for passed in [nil, believed, []] as [ForwardingFields?] {
                        try checkEnviron(head, bytes, client, passed, relay)
                    }
                }
            }
        }

        /// What is believed, after it was compared with what the slow way to read X-Forwarded-For says.
        private static func client(
            _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, _ believed: ForwardingFields,
            _ peers: TrustedPeers, _ hops: [(String, Int)]
        ) throws(Violation) -> ForwardedClient? {
            let client: ForwardedClient?
            do throws(RequestError) {
                client = try ForwardedClient(head, bytes.span, believing: believed, isHop: peers.trusts(hop:))
            } catch {
                try require(error == .malformedForwarding, "it is refused as \(error)")
                client = nil
            }
            if believed.isEmpty { try require(client?.isSilent == true, "who is not believed is heard") }
            guard believed.contains(.node) else { return client }
            switch ForwardedForModel.node(head, bytes, hops) {
            case .malformed: try require(client == nil, "a chain is believed that cannot be read")
            case .none:
                if believed == .node { try require(client?.isSilent == true, "a client comes from nowhere") }
            case .hidden:
                if let client {
                    try require(client.node == .hidden, "\(String(describing: client.node)) is hidden")
                }
                if believed == .node { try require(client != nil, "a chain that can be read is refused") }
            case .address(let address, let port):
                if believed == .node { try require(client != nil, "a chain that can be read is refused") }
                guard let client else { break }
                guard case .address(let found, let foundPort)? = client.node else {
                    throw Violation(description: "a client's address is lost")
                }
                try require(found == NetworkAddress(address), "another address is the client's")
                let isPortRight = port == nil && believed.contains(.forwarded) || foundPort == port
                try require(isPortRight || believed.contains(.forwarded), "another port is the client's")
            }
            return client
        }

        private static func checkValues(
            _ client: ForwardedClient, _ believed: ForwardingFields, _ bytes: UnsafeBufferPointer<UInt8>
        ) throws(Violation) {
            for (range, fields) in [
                (client.host, [.host, .forwarded] as ForwardingFields), (client.prefix, .prefix),
            ] {
                guard let range else { continue }
                try require(!believed.isDisjoint(with: fields), "what is not believed is taken")
                try require(
                    !range.isEmpty && bytes.all(range, ASCII.isFieldValue),
                    "a value holds a control character")
            }
            if let host = client.host {
                try require(Authority.isValid(host, in: bytes.span), "the host is none")
                try require(bytes.all(host) { $0 > 0x20 && $0 < 0x7F }, "the host is no text")
            }
            if client.port != nil {
                try require(
                    !believed.isDisjoint(with: [.port, .host, .forwarded]), "a port comes from nowhere")
            }
        }

        /// The environ is a block like that of any other request, and says of the client what is believed.
        private static func checkEnviron(
            _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, _ client: ForwardedClient,
            _ passed: ForwardingFields?, _ relay: (peer: PeerAddress, ends: LocalEnds)
        ) throws(Violation) {
            let local = relay.ends.end(
                isSecure: client.isSecure ?? false, saysPort: client.port == nil, saysAddress: true)
            var environ = ByteBuffer()
            environ.appendRequest(
                head, bytes,
                from: RequestOrigin(local: local, peer: relay.peer, client: client, passed: passed))
            if let written = client.prefix {
                guard try appendPrefix(bytes[written], to: &environ) else { return }
            }
            let names = try EnvironBlock.names(environ.bytes, behind: local.constantPairs)
            try EnvironPromises.checkNames(names)
            if passed == [] {
                let told = names.first {
                    $0 == "HTTP_FORWARDED" || $0 == "HTTP_X_REAL_IP"
                        || $0.hasPrefix("HTTP_X_FORWARDED_") && $0.utf8.count > 17
                }
                try require(told == nil, "\(told ?? "") is passed on")
            }
            let address = EnvironBlock.value("REMOTE_ADDR", environ.bytes)
            switch client.node {
            case nil: try require(address == relay.peer.host, "nobody is named, and it is \(address ?? "")")
            case .hidden?: try require(address == "", "a hidden client has an address")
            case .address(let own, _)?:
                let text = own.withText { latin($0) }
                try require(address == text, "the client is \(address ?? "nobody"), not \(text)")
                try require(
                    names.contains("GATEWAY_PEER_ADDR"), "nothing says who has passed the request on")
            }
            if let host = client.host {
                try require(
                    EnvironBlock.value("HTTP_HOST", environ.bytes) == latin(bytes[host]), "another host")
            }
        }

        /// - Returns: Whether the prefix is one.
        private static func appendPrefix(
            _ written: UnsafeBufferPointer<UInt8>, to environ: inout ByteBuffer
        ) throws(Violation) -> Bool {
            var prefix = ByteBuffer()
            do throws(RequestError) {
                try ForwardedPrefix.normalize(written, into: &prefix)
            } catch {
                try require(prefix.isEmpty, "a refused prefix leaves something")
                return false
            }
            guard !prefix.isEmpty else { return true }
            try PathPromises.checkAccepted(prefix.bytes)
            try require(prefix.bytes.last != ASCII.slash, "a prefix ends with a slash")
            let second = prefix.bytes[1]
            try require(
                second != ASCII.slash && second != UInt8(ascii: "\\"), "a prefix names another host")
            environ.appendPair("GATEWAY_PREFIX", prefix.bytes)
            return true
        }
    }

    extension ForwardedClient {
        /// Whether it says nothing.
        fileprivate var isSilent: Bool {
            node == nil && isSecure == nil && host == nil && port == nil && prefix == nil
        }
    }
#endif
