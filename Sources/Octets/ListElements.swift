// Lists with commas between their elements (RFC 9110, §5.6.1), as both sides of HTTP have them.

extension Span where Element == UInt8 {
    /// Calls `body` with each element of a list with commas, without the white space around it. Whether an empty one
    /// means something is for the caller to say.
    @inlinable
    public func forEachElement<Failure: Error>(
        of list: ByteRange, _ body: (ByteRange) throws(Failure) -> Void
    ) throws(Failure) {
        var start = list.start
        for index in list.start...list.end where index == list.end || self[index] == UInt8(ascii: ",") {
            try body(trimmed(ByteRange(start, index)))
            start = index + 1
        }
    }
}
