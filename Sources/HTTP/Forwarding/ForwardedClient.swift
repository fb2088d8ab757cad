// What a proxy that is trusted says of the client, from the fields of one request. Which fields are believed is said by
// whoever set the proxy up, because a proxy passes on what it does not know, and a client can write any of them.
//
// Of several hops the nearest speaks last, so the list is walked from its right: as long as an entry names a proxy that
// is trusted too, the entry before it was written by that proxy. The first that names none is the client; what stands
// left of it anybody may have written, and it is not looked at.

import Octets

/// What is believed of one request. Offsets into the bytes of its head.
public struct ForwardedClient: Equatable, Sendable {
    /// The client's address.
    public private(set) var node: ForwardedNode?
    /// Whether the client came over TLS.
    public private(set) var isSecure: Bool?
    /// The host that the client has asked, perhaps with a port.
    public private(set) var host: ByteRange?
    /// The port that the client has asked.
    public private(set) var port: UInt16?
    /// What a proxy has taken off the front of the path, as it is written.
    public private(set) var prefix: ByteRange?

    /// Reads the fields of a request from a peer that is trusted.
    ///
    /// - Parameters:
    ///   - believed: The fields that the proxies in front set, or remove where clients send them.
    ///   - isHop: Whether an address is that of a proxy that is trusted.
    /// - Throws: ``RequestError/malformedForwarding`` where what is believed cannot be understood, or contradicts itself:
    ///   an application that takes the wrong side sends secrets in the clear, or to a stranger.
    public init(
        _ head: RequestHead, _ bytes: Span<UInt8>, believing believed: ForwardingFields,
        isHop: (NetworkAddress) -> Bool
    ) throws(RequestError) {
        // Read in this order, as each is compared with what has been read before.
        if believed.contains(.forwarded) { try readForwarded(head, bytes, isHop) }
        if believed.contains(.node) { try readAddresses(head, bytes, isHop) }
        if believed.contains(.scheme), let scheme = try Self.single(.forwardedProto, head, bytes) {
            try set(scheme: scheme, bytes)
        }
        if believed.contains(.host), let host = try Self.single(.forwardedHost, head, bytes) {
            try set(host: host, bytes)
        }
        if let host { port = Self.portOfHost(host, bytes) }
        if believed.contains(.port), let text = try Self.single(.forwardedPort, head, bytes) {
            guard let number = Self.port(text, bytes) else { throw .malformedForwarding }
            port = number
        }
        if believed.contains(.prefix) { prefix = try Self.single(.forwardedPrefix, head, bytes) }
    }

    // MARK: Lists

    private mutating func readAddresses(
        _ head: RequestHead, _ bytes: Span<UInt8>, _ isHop: (NetworkAddress) -> Bool
    ) throws(RequestError) {
        var isGiven = false
        var found: ForwardedNode?
        for field in head.fields where field.kind == .forwardedFor {
            try Self.requireLasting(field)
            bytes.forEachElement(of: field.value) { entry in
                guard !entry.isEmpty else { return }
                let node = ForwardedNode(entry, in: bytes, .customary)
                if !isGiven || !Self.isHop(node, isHop) { found = node }
                isGiven = true
            }
        }
        guard isGiven else { return }
        guard let found else { throw .malformedForwarding }
        try set(node: found)
    }

    private mutating func readForwarded(
        _ head: RequestHead, _ bytes: Span<UInt8>, _ isHop: (NetworkAddress) -> Bool
    ) throws(RequestError) {
        var found: ForwardedElement?
        for field in head.fields where field.kind == .forwarded {
            try Self.requireLasting(field)
            var elements = ForwardedElements(field.value)
            while let element = try elements.next(in: bytes) {
                let node = element.node.flatMap { ForwardedNode($0, in: bytes, .standard) }
                if found == nil || !Self.isHop(node, isHop) { found = element }
            }
        }
        guard let found else { return }
        if let range = found.node {
            guard let node = ForwardedNode(range, in: bytes, .standard) else { throw .malformedForwarding }
            try set(node: node)
        }
        if let scheme = found.scheme { try set(scheme: scheme, bytes) }
        if let host = found.host { try set(host: host, bytes) }
    }

    private static func isHop(_ node: ForwardedNode?, _ isHop: (NetworkAddress) -> Bool) -> Bool {
        guard case .address(let address, _)? = node else { return false }
        return isHop(address)
    }

    // MARK: Single values

    /// The value of a field that says one thing, however often; `nil` where it says nothing.
    private static func single(
        _ kind: FieldName, _ head: RequestHead, _ bytes: Span<UInt8>
    ) throws(RequestError) -> ByteRange? {
        var first: ByteRange?
        for field in head.fields where field.kind == kind {
            try requireLasting(field)
            try bytes.forEachElement(of: field.value) { value throws(RequestError) in
                guard let first else { return first = value }
                guard bytes.matches(first, value), kind != .forwardedPrefix || equal(first, value, bytes)
                else {
                    throw .malformedForwarding
                }
            }
        }
        return first.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func equal(_ first: ByteRange, _ second: ByteRange, _ bytes: Span<UInt8>) -> Bool {
        for offset in 0..<first.count where bytes[first.start + offset] != bytes[second.start + offset] {
            return false
        }
        return true
    }

    /// A client that gets `Connection: x-forwarded-for` through a proxy would otherwise have the word of that proxy
    /// thrown away, and be taken for the proxy itself.
    private static func requireLasting(_ field: HeaderField) throws(RequestError) {
        guard !field.isNominated else { throw .malformedForwarding }
    }

    private static func port(_ range: ByteRange, _ bytes: Span<UInt8>) -> UInt16? {
        guard range.count <= 5, case .value(let number) = bytes.decimal(range), number > 0 else { return nil }
        return UInt16(exactly: number)
    }

    private static func portOfHost(_ host: ByteRange, _ bytes: Span<UInt8>) -> UInt16? {
        let name = Authority.hostName(host, in: bytes)
        guard name.end < host.end else { return nil }
        return port(ByteRange(name.end + 1, host.end), bytes)
    }

    // MARK: What two fields say

    private mutating func set(node new: ForwardedNode) throws(RequestError) {
        switch (node, new) {
        case (nil, _): node = new
        case (.hidden, .hidden): break
        case (.address(let before, let port), .address(let address, let newPort)):
            guard before == address else { throw .malformedForwarding }
            node = .address(address, port: port ?? newPort)
        default: throw .malformedForwarding
        }
    }

    /// One that is not known says nothing of TLS, and who guesses wrong sends secrets in the clear.
    private mutating func set(scheme: ByteRange, _ bytes: Span<UInt8>) throws(RequestError) {
        if bytes.matches(scheme, lowercase: "https") || bytes.matches(scheme, lowercase: "wss") {
            try set(isSecure: true)
        } else if bytes.matches(scheme, lowercase: "http") || bytes.matches(scheme, lowercase: "ws") {
            try set(isSecure: false)
        } else {
            throw .malformedForwarding
        }
    }

    private mutating func set(isSecure new: Bool) throws(RequestError) {
        guard isSecure == nil || isSecure == new else { throw .malformedForwarding }
        isSecure = new
    }

    private mutating func set(host new: ByteRange, _ bytes: Span<UInt8>) throws(RequestError) {
        guard Authority.isValid(new, in: bytes) else { throw .malformedForwarding }
        if let host, !bytes.matches(host, new) { throw .malformedForwarding }
        host = new
    }
}
