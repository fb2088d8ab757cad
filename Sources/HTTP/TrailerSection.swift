// The fields behind a chunked body (RFC 9110, §6.5; RFC 9112, §7.1.2). They are held to the grammar and the limits of header
// fields, without any of the indulgence that ``RequestRules`` may grant those. None of them is ever merged into the head
// or becomes a variable: by then somebody has decided on the strength of the head.

import Octets

/// Trailer fields, with the bytes that they are offsets into. Nothing is allocated where there are none.
public struct TrailerSection: Sendable {
    /// The field lines as they came.
    public private(set) var bytes: [UInt8] = []
    /// The fields that may stand in a trailer section, in the order they came.
    public private(set) var fields: [HeaderField] = []
    private var lineStart = 0
    private var count = 0

    /// No fields.
    public init() {}

    /// Takes what has arrived of a line, with its line feed or up to where no more is there.
    ///
    /// - Returns: Whether the line is complete.
    mutating func take(_ part: Span<UInt8>, _ limits: RequestLimits) throws(RequestError) -> Bool {
        let end = part.firstLineFeed(from: 0)
        // The same order as for header fields: the length, the end of the line, the number, the field.
        let length = bytes.count - lineStart + (end ?? part.count)
        guard length <= limits.fieldLine + 1, lineStart + length < limits.head else { throw .fieldsTooLarge }
        for index in 0..<(end.map { $0 + 1 } ?? part.count) { bytes.append(part[index]) }
        guard end != nil else { return false }
        guard bytes.count >= lineStart + 2, bytes[bytes.count - 2] == ASCII.carriageReturn else {
            throw .malformedTrailer
        }
        guard count < limits.fieldCount else { throw .fieldsTooLarge }
        count += 1
        try add(ByteRange(lineStart, bytes.count - 2))
        lineStart = bytes.count
        return true
    }

    private mutating func add(_ line: ByteRange) throws(RequestError) {
        let field: HeaderField
        do {
            field = try HeaderField.parse(line, in: bytes.span, rules: RequestRules())
        } catch {
            throw .malformedTrailer
        }
        if !Self.isForbidden(field, in: bytes.span) { fields.append(field) }
    }

    /// Whether a field says where the body ends, whom the request is for, who asks, or how to take what has been dealt with
    /// already (RFC 9110, §6.5.1): it is ignored.
    private static func isForbidden(_ field: HeaderField, in bytes: Span<UInt8>) -> Bool {
        guard field.kind == .other else { return true }
        let name = field.name
        for prefix: StaticString in ["content-", "if-", "x-forwarded-"]
        where name.count > prefix.utf8CodeUnitCount {
            let start = ByteRange(name.start, name.start + prefix.utf8CodeUnitCount)
            if bytes.matches(start, lowercase: prefix) { return true }
        }
        for other: StaticString in [
            "authorization", "cache-control", "forwarded", "max-forwards", "pragma", "proxy-authorization",
            "range", "set-cookie",
        ] where bytes.matches(name, lowercase: other) { return true }
        return false
    }
}
