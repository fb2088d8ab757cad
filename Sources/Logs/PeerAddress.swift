// The client of a connection: whoever connected, or whom a PROXY header names. What of it applications see is encoded once
// a connection.

import GatewayInterface
import HTTP
import Octets
import Settings
import Syscalls

/// A client's address.
package final class PeerAddress {
    /// REMOTE_ADDR and REMOTE_PORT, then what is said of the connection, then SERVER_PORT where a proxy has named it.
    package let pairs: [UInt8]
    /// Where the first of these end: a field of a request may replace them.
    package let clientEnd: Int
    /// Where SERVER_ADDR begins, if it is there: a PROXY header may replace it.
    private let serverStart: Int
    /// Where the last one begins: a field of a request may replace it.
    package let portStart: Int
    /// Who connected, as GATEWAY_PEER_ADDR and GATEWAY_PEER_PORT; empty where ``pairs`` says it.
    package let peerPairs: [UInt8]
    /// For messages; empty for a unix socket.
    package let host: String
    /// `nil` for a unix socket.
    package let address: NetworkAddress?
    /// Whether a proxy says that the client came to it over TLS.
    package let isSecure: Bool
    /// Whether a proxy has said where the client wanted to go.
    package let namesServer: Bool

    /// Whoever connected.
    ///
    /// - Parameters:
    ///   - number: The connection.
    ///   - asksForLocal: Whether the address that was connected to is not known from the listener.
    package init(_ address: SocketAddress, _ number: CInt?, asksForLocal: Bool = false) {
        host = address.host
        self.address = IPAddress(address).map { NetworkAddress($0) }
        (isSecure, namesServer) = (false, false)
        var buffer = ByteBuffer(capacity: 128)
        buffer.appendPair("REMOTE_ADDR", text: host)
        if !address.isUnix { buffer.appendPair("REMOTE_PORT", decimal: UInt64(address.port)) }
        clientEnd = buffer.count
        if address.isUnix, let number, let credentials = try? Socket.peerCredentials(number) {
            buffer.appendCredentials(credentials)
        }
        serverStart = buffer.count
        if asksForLocal, let number, let local = try? Socket.localAddress(number) {
            buffer.appendPair("SERVER_ADDR", text: local.host)
        }
        portStart = buffer.count
        pairs = Array(buffer.bytes)
        buffer.clear()
        buffer.appendPair("GATEWAY_PEER_ADDR", text: address.isUnix ? "unix:" : host)
        if !address.isUnix { buffer.appendPair("GATEWAY_PEER_PORT", decimal: UInt64(address.port)) }
        peerPairs = Array(buffer.bytes)
    }

    /// Whom a header of the PROXY protocol names.
    ///
    /// - Parameters:
    ///   - bytes: Where the header stands.
    ///   - proxy: Who has sent it.
    package init(_ header: ProxyHeader, _ bytes: UnsafeBufferPointer<UInt8>, from proxy: PeerAddress) {
        isSecure = header.extras.isSecure
        peerPairs = []
        var buffer = ByteBuffer(capacity: 256)
        var server: ProxyHeader.Endpoint?
        switch header.origin {
        case .network(let source, let destination):
            (address, server) = (source.address, destination)
            host = source.address.withText { String(decoding: $0, as: UTF8.self) }
            source.address.withText { buffer.appendPair("REMOTE_ADDR", $0) }
            buffer.appendPair("REMOTE_PORT", decimal: UInt64(source.port))
        case .unix, .unknown:
            // Somebody without an address. The proxy's own would make it look like a client that it trusts.
            (address, host) = (nil, "")
            buffer.appendPair("REMOTE_ADDR", "")
        case .local:
            (address, host) = (proxy.address, proxy.host)
            buffer.append(proxy.pairs[..<proxy.clientEnd])
        }
        clientEnd = buffer.count
        namesServer = server != nil
        buffer.append(proxy.peerPairs[...])
        buffer.append(proxy.pairs[proxy.clientEnd..<proxy.serverStart])
        serverStart = buffer.count
        if let server {
            server.address.withText { buffer.appendPair("SERVER_ADDR", $0) }
        } else {
            buffer.append(proxy.pairs[proxy.serverStart...])
        }
        buffer.appendExtras(header.extras, bytes)
        portStart = buffer.count
        if let server { buffer.appendPair("SERVER_PORT", decimal: UInt64(server.port)) }
        pairs = Array(buffer.bytes)
    }
}

extension ByteBuffer {
    fileprivate mutating func append(_ pairs: ArraySlice<UInt8>) {
        pairs.withUnsafeBufferPointer { append($0) }
    }

    fileprivate mutating func appendCredentials(_ credentials: PeerCredentials) {
        if credentials.process > 0 { appendPair("GATEWAY_PEER_PID", decimal: UInt64(credentials.process)) }
        appendPair("GATEWAY_PEER_UID", decimal: UInt64(credentials.user))
        appendPair("GATEWAY_PEER_GID", decimal: UInt64(credentials.group))
    }

    /// What a proxy says of TLS, by the names that mod_ssl has made known.
    fileprivate mutating func appendExtras(_ extras: ProxyExtras, _ bytes: UnsafeBufferPointer<UInt8>) {
        if let name = extras.authority { appendPair("SSL_TLS_SNI", bytes[name]) }
        if let id = extras.uniqueID, bytes[id].allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            appendPair("GATEWAY_UNIQUE_ID", bytes[id])
        }
        guard extras.isSecure else { return }
        if let version = extras.version { appendPair("SSL_PROTOCOL", bytes[version]) }
        if let cipher = extras.cipher { appendPair("SSL_CIPHER", bytes[cipher]) }
        guard extras.hasCertificate else { return appendPair("SSL_CLIENT_VERIFY", "NONE") }
        appendPair("SSL_CLIENT_VERIFY", extras.isVerified ? "SUCCESS" : "FAILED:unverified" as StaticString)
        // A name that nobody has verified is whatever the client likes.
        if extras.isVerified, let name = extras.commonName { appendPair("SSL_CLIENT_S_DN_CN", bytes[name]) }
    }
}
