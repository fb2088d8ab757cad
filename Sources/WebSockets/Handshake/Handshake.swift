// Whether a request becomes a WebSocket (RFC 6455, §4.2), and what is answered. Nothing is sent here.

import Octets

/// What a server wants of a handshake.
public struct HandshakePolicy: Equatable, Sendable {
    /// The subprotocols that are spoken, the best one first (§1.9).
    public var subprotocols: [String]
    /// What is wanted of compression; `nil` for none.
    public var deflate: DeflatePolicy?
    /// Whose pages are let in.
    public var origins: OriginPolicy

    /// Pages of the same host, compression without context takeover.
    public init(
        subprotocols: [String] = [], deflate: DeflatePolicy? = DeflatePolicy(), origins: OriginPolicy = .same
    ) {
        self.subprotocols = subprotocols
        self.deflate = deflate
        self.origins = origins
    }
}

/// Why a request does not become a WebSocket.
public enum HandshakeFailure: Error, Equatable, Sendable {
    /// Not GET (§4.2.1, 1).
    case method
    /// HTTP/1.0 (§4.2.1, 1).
    case httpVersion
    /// No field Host (§4.2.1, 2).
    case host
    /// No `websocket` in Upgrade (§4.2.1, 3).
    case upgrade
    /// No `upgrade` in Connection (§4.2.1, 4).
    case connection
    /// No key, or one that is not sixteen octets in base64 (§4.2.1, 5).
    case key
    /// No version, or no number (§4.2.1, 6).
    case versionMalformed
    /// A version other than 13 (§4.2.2, 4; §4.4).
    case version
    /// Sec-WebSocket-Protocol is no list of tokens (§4.2.1, 8).
    case protocols
    /// Sec-WebSocket-Extensions does not keep to its grammar (§9.1).
    case extensions
    /// A page that is not let in (§4.2.2, 4; §10.2).
    case origin

    /// The status of the answer: 400, 403 for a page that is not let in, or 426 for another version.
    public var status: Int {
        switch self {
        case .version: 426
        case .origin: 403
        default: 400
        }
    }

    /// The fields of the answer beyond those that every answer has: with 426 the version that is spoken (§4.4), and what
    /// RFC 9110, §15.5.22 asks for.
    public var fields: [(name: String, value: String)] {
        self == .version
            ? [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13")] : []
    }
}

/// What a handshake has come to.
public struct HandshakeAnswer: Equatable, Sendable {
    /// Sec-WebSocket-Accept.
    public let accept: String
    /// The subprotocol; `nil` for none.
    public let subprotocol: String?
    /// Compression; `nil` for none.
    public let deflate: DeflateAgreement?

    /// The fields of the answer with status 101 (§4.2.2, 5).
    public var fields: [(name: String, value: String)] {
        var fields = [
            (name: "Upgrade", value: "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept),
        ]
        if let subprotocol { fields.append(("Sec-WebSocket-Protocol", subprotocol)) }
        if let deflate { fields.append(("Sec-WebSocket-Extensions", deflate.answer)) }
        return fields
    }
}

/// The server's part of the opening handshake.
public enum Handshake {
    private static let get = Array("GET".utf8)

    /// Decides.
    ///
    /// - Throws: Why not; the answer is then `failure.status` with `failure.fields`.
    public static func answer(
        _ request: HandshakeRequest, _ policy: HandshakePolicy
    ) throws(HandshakeFailure) -> HandshakeAnswer {
        guard request.method == get else { throw .method }
        guard request.minorVersion >= 1 else { throw .httpVersion }
        guard request.host != nil else { throw .host }
        guard request.asksForWebSocket else { throw .upgrade }
        guard FieldValue.lists(request.connection, "upgrade") else { throw .connection }
        // Before the key: a client of another version may have no key.
        guard let version = FieldValue.number(request.version ?? []), version <= 255 else {
            throw .versionMalformed
        }
        guard version == 13 else { throw .version }
        guard let key = request.key, AcceptKey.isValid(key) else { throw .key }
        guard let protocols = FieldValue.tokens(request.protocols ?? []) else { throw .protocols }
        guard let offers = ExtensionOffer.all(request.extensions ?? []) else { throw .extensions }
        guard policy.origins.allows(origin: request.origin, host: request.host) else { throw .origin }
        return HandshakeAnswer(
            accept: AcceptKey.answer(to: key),
            subprotocol: policy.subprotocols.first { protocols.contains(Array($0.utf8)) },
            deflate: policy.deflate?.agreement(among: offers))
    }
}
