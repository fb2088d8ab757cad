// What comes before the first request where a proxy relays bytes: a PROXY header. It is asked of every connection of such a
// gateway, within the time of a request head, and nothing is sent before it. A connection without one is closed: whether it
// was left out cannot be guessed, because whoever leaves it out chooses who he is taken for.

import EventLoop
import HTTP
import Logs
import Octets
import Settings

extension Connection {
    /// - Returns: Octets that were used up; `nil` where more are needed, or the connection is over.
    func readPreface(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        do throws(ProxyHeaderError) {
            guard let header = try ProxyHeader(parsing: bytes.span, accepting: context.proxyVersions) else {
                return nil
            }
            let proxy = peer
            let client = PeerAddress(header, bytes, from: proxy)
            // Who relays bytes adds no fields to them: what counts is whether the client is a proxy itself.
            let isTrusted =
                switch header.origin {
                case .local, .network: context.trusted.trusts(peer: client.address)
                case .unix, .unknown: false
                }
            phase = .head
            identify(client, isTrusted: isTrusted)
            if !isTrusted {
                guard let place = context.door.enter(client.address) else {
                    context.refusedConnection(from: client.host, context.door.tooMany(from: client.host))
                    endSaying(.overloaded)
                    return nil
                }
                addressPlace = place
            }
            return header.byteCount
        } catch {
            refusePreface(error.explanation)
            return nil
        }
    }

    /// Closes a connection that did not begin as it has to.
    func refusePreface(_ reason: String) {
        context.refusedConnection(from: peer.host, reason)
        close()
    }
}
