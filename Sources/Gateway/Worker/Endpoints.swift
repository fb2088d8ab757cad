import GatewayInterface
import Octets
import Syscalls

/// What every connection of one listener has in common.
final class LocalEnd {
    /// The pairs that are the same for each of its requests, encoded: they go to an application in a PARAMS record of
    /// their own, so that a responder can keep what it made of them.
    let constantPairs: [UInt8]
    /// What SERVER_NAME is where a request names no host.
    let defaultServerName: String
    /// Whether the address has to be asked for at each connection, because the listener has many.
    let isWildcard: Bool

    /// - Parameter isSecure: Whether it is for requests that came to a proxy in front of the gateway over TLS.
    init(address: SocketAddress, isSecure: Bool = false) {
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
        pairs.appendPair("SERVER_PORT", decimal: address.isUnix ? 80 : UInt64(address.port))
        if !isWildcard, !host.isEmpty { pairs.appendPair("SERVER_ADDR", text: host) }
        constantPairs = Array(pairs.bytes)
    }
}

/// A client's address, encoded once a connection.
struct PeerAddress {
    /// REMOTE_ADDR and REMOTE_PORT, and SERVER_ADDR for a listener with many addresses.
    let pairs: [UInt8]
    /// For messages.
    let host: String

    init(_ address: SocketAddress, local number: CInt?) {
        host = address.host
        var buffer = ByteBuffer(capacity: 64)
        buffer.appendPair("REMOTE_ADDR", text: host)
        if !address.isUnix { buffer.appendPair("REMOTE_PORT", decimal: UInt64(address.port)) }
        if let number, let local = try? Socket.localAddress(number) {
            buffer.appendPair("SERVER_ADDR", text: local.host)
        }
        pairs = Array(buffer.bytes)
    }
}
