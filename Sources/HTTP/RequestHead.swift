import Octets

/// How the end of a body is found (RFC 9112, §6.3).
public enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// Exactly so many octets.
    case length(UInt64)
    /// The chunked transfer coding.
    case chunked
}

/// The header fields that the gateway itself has to understand.
public enum FieldName: UInt8, Sendable {
    /// Any other.
    case other
    case connection, contentLength, contentType, cookie, expect, host, keepAlive, proxy, proxyConnection, te,
        trailer, transferEncoding, upgrade
    case forwarded, forwardedFor, forwardedProto, forwardedHost, forwardedPort, forwardedPrefix
    /// Another one that speaks of the client, like X-Real-IP: never believed.
    case forwardedOther

    /// Whether the field speaks about this connection and not about the request (RFC 9110, §7.6.1).
    public var isHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade: true
        default: false
        }
    }

    /// Whether it matters that a Connection field names it. Upgrade asks for something only where it does (RFC 9110, §7.8).
    var mayBeNominated: Bool { self == .other || self == .upgrade || isForwarding }

    /// Recognises a name in any case.
    static func recognise(_ name: ByteRange, in bytes: Span<UInt8>) -> FieldName {
        if name.count > 2, bytes[name.start + 1] == UInt8(ascii: "-"),
            ASCII.lowercased(bytes[name.start]) == UInt8(ascii: "x")
        {
            return recogniseCustomary(name, in: bytes)
        }
        // The length alone rules out nearly every field, so few are compared at all.
        return switch name.count {
        case 2: bytes.matches(name, lowercase: "te") ? .te : .other
        case 4: bytes.matches(name, lowercase: "host") ? .host : .other
        case 5: bytes.matches(name, lowercase: "proxy") ? .proxy : .other
        case 6:
            bytes.matches(name, lowercase: "cookie")
                ? .cookie : bytes.matches(name, lowercase: "expect") ? .expect : .other
        case 7:
            bytes.matches(name, lowercase: "upgrade")
                ? .upgrade : bytes.matches(name, lowercase: "trailer") ? .trailer : .other
        case 9: bytes.matches(name, lowercase: "forwarded") ? .forwarded : .other
        case 10:
            bytes.matches(name, lowercase: "connection")
                ? .connection : bytes.matches(name, lowercase: "keep-alive") ? .keepAlive : .other
        case 12: bytes.matches(name, lowercase: "content-type") ? .contentType : .other
        case 14: bytes.matches(name, lowercase: "content-length") ? .contentLength : .other
        case 16: bytes.matches(name, lowercase: "proxy-connection") ? .proxyConnection : .other
        case 17: bytes.matches(name, lowercase: "transfer-encoding") ? .transferEncoding : .other
        default: .other
        }
    }
}

/// One field line, as offsets into the bytes that were parsed.
public struct HeaderField: Equatable, Sendable {
    /// The name as it was sent.
    public var name: ByteRange
    /// The value without white space at its ends.
    public var value: ByteRange
    /// Which field it is.
    public var kind: FieldName
    /// Whether a Connection field names it, which makes it hop-by-hop too.
    public var isNominated = false
    /// Whether its name keeps it out of the environ (``RequestRules/ambiguousNames``).
    public var isUnmapped = false

    init(name: ByteRange, value: ByteRange, kind: FieldName) {
        self.name = name
        self.value = value
        self.kind = kind
    }
}

/// A parsed request head: offsets into the bytes it came from, and what they mean for the connection.
///
/// It is made once a connection and filled again for each request, so parsing allocates nothing.
public struct RequestHead: Sendable {
    /// The method, a token; methods are case-sensitive (RFC 9110, §9.1).
    public internal(set) var method = ByteRange.empty
    /// The target exactly as it was sent.
    public internal(set) var target = ByteRange.empty
    /// The absolute path, not decoded; `*` for the asterisk-form; empty in an absolute-form without a path.
    public internal(set) var path = ByteRange.empty
    /// What follows the first `?`, without it.
    public internal(set) var query = ByteRange.empty
    /// The authority that the request is for: that of an absolute-form target, else Host. May be empty in 1.0.
    public internal(set) var host = ByteRange.empty
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    public internal(set) var minorVersion: UInt8 = 1
    /// The field lines, in the order they came.
    public internal(set) var fields: [HeaderField] = []
    /// How the end of the body is found.
    public internal(set) var body = BodyFraming.none
    /// Whether the client waits for `100 Continue`.
    public internal(set) var expectsContinue = false
    /// Whether the client lets the connection go on after this exchange (RFC 9112, §9.3).
    public internal(set) var isPersistent = true
    /// Whether a field speaks of the client, so that it has to be asked whose word it is.
    public internal(set) var speaksOfClient = false
    /// Whether the method is HEAD, whose answer has no body.
    public internal(set) var isHead = false
    /// Octets of the head, the empty line included.
    public internal(set) var byteCount = 0

    /// Whether any Connection field says `close`, which outweighs every `keep-alive`.
    var closes = false

    /// An empty head.
    public init() { fields.reserveCapacity(32) }

    mutating func reset() {
        fields.removeAll(keepingCapacity: true)
        path = .empty
        query = .empty
        host = .empty
        body = .none
        expectsContinue = false
        isHead = false
        speaksOfClient = false
        closes = false
    }
}
