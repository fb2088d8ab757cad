// The field Forwarded, by the grammar of RFC 7239, §4. It is read strictly and from its beginning: a client that opens a
// quotation in its own part of the field must not swallow what the proxy has written behind it.

import Octets

/// What one proxy has said: one element of the list.
struct ForwardedElement {
    /// `for`: who the request came from.
    var node: ByteRange?
    /// `proto`: by which scheme.
    var scheme: ByteRange?
    /// `host`: the Host of that request.
    var host: ByteRange?
    /// `by`: where it came in. Known so that it stands once.
    var by: ByteRange?
}

/// Reads the elements of one field value.
struct ForwardedElements {
    private var cursor: Int
    private let end: Int

    init(_ value: ByteRange) {
        cursor = value.start
        end = value.end
    }

    /// The next element; `nil` at the end. Empty elements of the list are skipped (RFC 9110, §5.6.1.2).
    mutating func next(in bytes: Span<UInt8>) throws(RequestError) -> ForwardedElement? {
        while cursor < end, ASCII.isBlank(bytes[cursor]) || bytes[cursor] == UInt8(ascii: ",") { cursor += 1 }
        guard cursor < end else { return nil }
        var element = ForwardedElement()
        while true {
            skipBlanks(bytes)
            if cursor < end, bytes[cursor] != UInt8(ascii: ","), bytes[cursor] != UInt8(ascii: ";") {
                try readPair(into: &element, bytes)
                skipBlanks(bytes)
            }
            guard cursor < end else { return element }
            let separator = bytes[cursor]
            cursor += 1
            if separator == UInt8(ascii: ",") { return element }
            guard separator == UInt8(ascii: ";") else { throw .malformedForwarding }
        }
    }

    private mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while cursor < end, ASCII.isBlank(bytes[cursor]) { cursor += 1 }
    }

    /// `token "=" ( token / quoted-string )`. A parameter that stands twice leaves doubt (§4: it must not).
    private mutating func readPair(
        into element: inout ForwardedElement, _ bytes: Span<UInt8>
    ) throws(RequestError) {
        let name = readToken(bytes)
        guard !name.isEmpty, cursor < end, bytes[cursor] == UInt8(ascii: "=") else {
            throw .malformedForwarding
        }
        cursor += 1
        let value = try readValue(bytes)
        if bytes.matches(name, lowercase: "for") {
            try Self.set(&element.node, value)
        } else if bytes.matches(name, lowercase: "proto") {
            try Self.set(&element.scheme, value)
        } else if bytes.matches(name, lowercase: "host") {
            try Self.set(&element.host, value)
        } else if bytes.matches(name, lowercase: "by") {
            try Self.set(&element.by, value)
        }
        // Anything else is an extension (§5.5).
    }

    private static func set(_ place: inout ByteRange?, _ value: ByteRange) throws(RequestError) {
        guard place == nil else { throw .malformedForwarding }
        place = value
    }

    private mutating func readToken(_ bytes: Span<UInt8>) -> ByteRange {
        let start = cursor
        while cursor < end, ASCII.isToken(bytes[cursor]) { cursor += 1 }
        return ByteRange(start, cursor)
    }

    /// - Returns: The value without its quotes. What a backslash has escaped keeps it: no address, scheme or host holds
    ///   one, so it is refused where it would count.
    private mutating func readValue(_ bytes: Span<UInt8>) throws(RequestError) -> ByteRange {
        guard cursor < end, bytes[cursor] == UInt8(ascii: "\"") else {
            let token = readToken(bytes)
            guard !token.isEmpty else { throw .malformedForwarding }
            return token
        }
        cursor += 1
        let start = cursor
        while cursor < end, bytes[cursor] != UInt8(ascii: "\"") {
            cursor += bytes[cursor] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard cursor < end else { throw .malformedForwarding }
        cursor += 1
        return ByteRange(start, cursor - 1)
    }
}
