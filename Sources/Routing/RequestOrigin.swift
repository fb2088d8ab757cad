import GatewayInterface
import HTTP
import Logs
import Octets

/// Where a request comes from and where it came to, as far as that is believed.
package struct RequestOrigin {
    /// The end that it came to.
    package let local: LocalEnd
    /// The client of its connection.
    package let peer: PeerAddress
    /// What the fields of the request say instead; `nil` where nobody is believed.
    package let client: ForwardedClient?
    /// Forwarding fields that the application gets to see; `nil` for all.
    package let passed: ForwardingFields?

    package init(local: LocalEnd, peer: PeerAddress, client: ForwardedClient?, passed: ForwardingFields?) {
        self.local = local
        self.peer = peer
        self.client = client
        self.passed = passed
    }
}

extension ByteBuffer {
    /// Appends REMOTE_ADDR, and what else is known of the client and its connection.
    package mutating func appendClient(_ origin: RequestOrigin) {
        let peer = origin.peer
        peer.pairs.withUnsafeBufferPointer { pairs in
            guard let client = origin.client else { return append(pairs) }
            var start = 0
            if let node = client.node {
                start = peer.clientEnd
                appendNode(node)
                peer.peerPairs.withUnsafeBufferPointer { append($0) }
            }
            let end = client.port == nil ? pairs.count : peer.portStart
            append(UnsafeBufferPointer(rebasing: pairs[start..<end]))
            if let port = client.port { appendPair("SERVER_PORT", decimal: UInt64(port)) }
        }
    }

    /// A client that a proxy does not name has no address: that of the proxy would say more than is known.
    private mutating func appendNode(_ node: ForwardedNode) {
        guard case .address(let address, let port) = node else { return appendPair("REMOTE_ADDR", "") }
        address.withText { appendPair("REMOTE_ADDR", $0) }
        if let port { appendPair("REMOTE_PORT", decimal: UInt64(port)) }
    }
}
