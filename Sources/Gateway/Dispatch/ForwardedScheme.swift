import HTTP
import Octets

/// What a trusted proxy in front of the gateway says of the client's connection.
enum ForwardedScheme {
    /// Whether X-Forwarded-Proto says that the client came over TLS.
    ///
    /// Two proxies, or a client and a proxy, that do not agree leave doubt, and an application that takes the wrong side
    /// sends secrets in the clear: that is refused.
    static func isSecure(
        _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(RequestError) -> Bool {
        var first: ByteRange?
        for field in head.fields where field.kind == .forwardedProto && !field.isNominated {
            var start = field.value.start
            for offset in field.value.start...field.value.end
            where offset == field.value.end || bytes[offset] == UInt8(ascii: ",") {
                let value = trimmed(ByteRange(start, offset), bytes)
                start = offset + 1
                guard let first else {
                    first = value
                    continue
                }
                guard bytes.span.matches(first, value) else { throw .malformedField }
            }
        }
        return first.map { bytes.span.matches($0, lowercase: "https") } ?? false
    }

    private static func trimmed(_ range: ByteRange, _ bytes: UnsafeBufferPointer<UInt8>) -> ByteRange {
        var (start, end) = (range.start, range.end)
        while start < end, bytes[start] == ASCII.space || bytes[start] == ASCII.tab { start += 1 }
        while start < end, bytes[end - 1] == ASCII.space || bytes[end - 1] == ASCII.tab { end -= 1 }
        return ByteRange(start, end)
    }
}
