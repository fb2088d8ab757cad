import Octets

/// The fields by which proxies say whose request they pass on.
public struct ForwardingFields: OptionSet, Sendable {
    /// A bit for each field.
    public let rawValue: UInt8

    /// The fields of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Forwarded (RFC 7239).
    public static let forwarded = ForwardingFields(rawValue: 1)
    /// X-Forwarded-For.
    public static let node = ForwardingFields(rawValue: 2)
    /// X-Forwarded-Proto.
    public static let scheme = ForwardingFields(rawValue: 4)
    /// X-Forwarded-Host.
    public static let host = ForwardingFields(rawValue: 8)
    /// X-Forwarded-Port.
    public static let port = ForwardingFields(rawValue: 16)
    /// X-Forwarded-Prefix.
    public static let prefix = ForwardingFields(rawValue: 32)
    /// All that begin with X-Forwarded and are understood here.
    public static let customary: ForwardingFields = [.node, .scheme, .host, .port, .prefix]

    /// The field of a kind; empty for a kind that is none of them.
    public init(_ kind: FieldName) {
        switch kind {
        case .forwarded: self = .forwarded
        case .forwardedFor: self = .node
        case .forwardedProto: self = .scheme
        case .forwardedHost: self = .host
        case .forwardedPort: self = .port
        case .forwardedPrefix: self = .prefix
        default: self = []
        }
    }
}

extension FieldName {
    /// Whether the field says, or seems to say, whose request it is.
    public var isForwarding: Bool {
        switch self {
        case .forwarded, .forwardedFor, .forwardedProto, .forwardedHost, .forwardedPort, .forwardedPrefix,
            .forwardedOther:
            true
        default: false
        }
    }

    /// Recognises a name that begins with `x-`: none of the others that count does.
    static func recogniseCustomary(_ name: ByteRange, in bytes: Span<UInt8>) -> FieldName {
        guard name.count > 12,
            bytes.matches(ByteRange(name.start, name.start + 12), lowercase: "x-forwarded-")
        else { return bytes.matches(name, lowercase: "x-real-ip") ? .forwardedOther : .other }
        let rest = ByteRange(name.start + 12, name.end)
        if bytes.matches(rest, lowercase: "for") { return .forwardedFor }
        if bytes.matches(rest, lowercase: "proto") { return .forwardedProto }
        if bytes.matches(rest, lowercase: "host") { return .forwardedHost }
        if bytes.matches(rest, lowercase: "port") { return .forwardedPort }
        if bytes.matches(rest, lowercase: "prefix") { return .forwardedPrefix }
        return .forwardedOther
    }
}
