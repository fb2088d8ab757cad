import GatewayInterface
import Octets
import Settings
import Syscalls

/// What requests that come to one listener in the same way have in common.
package final class LocalEnd {
    /// The pairs that are the same for each of its requests, encoded: they go to an application in a PARAMS record of
    /// their own, so that a responder can keep what it made of them.
    package let constantPairs: [UInt8]
    /// What SERVER_NAME is where a request names no host.
    package let defaultServerName: String
    /// Whether the address has to be asked for at each connection, because the listener has many.
    package let isWildcard: Bool

    /// - Parameters:
    ///   - isSecure: Whether it is for requests that came to a proxy in front of the gateway over TLS.
    ///   - saysPort: Whether the port is the listener's, and not what a proxy says.
    ///   - saysAddress: Whether the address is.
    package init(
        address: SocketAddress, isSecure: Bool = false, saysPort: Bool = true, saysAddress: Bool = true
    ) {
        let host = address.host
        isWildcard = address.isWildcard
        defaultServerName = host.isEmpty || isWildcard ? "localhost" : host
        var pairs = ByteBuffer(capacity: 512)
        pairs.appendPair("GATEWAY_INTERFACE", "CGI/1.1")
        pairs.appendPair("SERVER_SOFTWARE", text: "\(Settings.serverName)/\(Settings.version)")
        pairs.appendPair("REQUEST_SCHEME", isSecure ? "https" : "http" as StaticString)
        if isSecure { pairs.appendPair("HTTPS", "on") }
        // php-cgi refuses to run without it when it was built to expect a web server's redirect.
        pairs.appendPair("REDIRECT_STATUS", "200")
        // A unix listener has no port; 80 is what its scheme implies.
        if saysPort { pairs.appendPair("SERVER_PORT", decimal: address.isUnix ? 80 : UInt64(address.port)) }
        if saysAddress, !isWildcard, !host.isEmpty { pairs.appendPair("SERVER_ADDR", text: host) }
        constantPairs = Array(pairs.bytes)
    }
}

/// The ends of one listener: a name never stands twice in an environ, so what a proxy says has to be left out here.
package final class LocalEnds {
    private let ends: [LocalEnd]

    package init(_ address: SocketAddress) {
        ends = (0..<8).map { index in
            LocalEnd(
                address: address, isSecure: index & 1 != 0, saysPort: index & 2 == 0,
                saysAddress: index & 4 == 0)
        }
    }

    /// The one for requests that nobody has passed on.
    package var plain: LocalEnd { ends[0] }

    /// The one for requests of a kind; see ``LocalEnd``.
    package func end(isSecure: Bool, saysPort: Bool, saysAddress: Bool) -> LocalEnd {
        ends[(isSecure ? 1 : 0) + (saysPort ? 0 : 2) + (saysAddress ? 0 : 4)]
    }
}
