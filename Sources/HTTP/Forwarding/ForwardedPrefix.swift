import Octets

/// What a proxy has taken off the front of the path (X-Forwarded-Prefix).
public enum ForwardedPrefix {
    /// Appends the decoded prefix to `output`, without a slash at its end; nothing where it is `/`.
    ///
    /// It is a path by the same rules as any other. What would begin with two slashes, or with a slash and a backslash, is
    /// refused: in a redirect such a prefix names another host (CWE-601).
    /// - Throws: ``RequestError/malformedForwarding``; `output` is unchanged then.
    public static func normalize(
        _ prefix: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) throws(RequestError) {
        guard prefix.first == ASCII.slash else { throw .malformedForwarding }
        for byte in prefix where !ASCII.isTarget(byte) || byte == UInt8(ascii: "?") {
            throw .malformedForwarding
        }
        let before = output.count
        do { try PathNormalizer.normalize(prefix, into: &output) } catch { throw .malformedForwarding }
        var end = output.count
        while end > before, output.bytes[end - 1] == ASCII.slash { end -= 1 }
        let isForeign =
            end - before > 1
            && (output.bytes[before + 1] == ASCII.slash || output.bytes[before + 1] == UInt8(ascii: "\\"))
        output.removeLast(output.count - (isForeign ? before : end))
        if isForeign { throw .malformedForwarding }
    }
}
