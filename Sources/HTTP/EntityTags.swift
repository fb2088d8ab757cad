// Entity tags in lists, as If-Match and If-None-Match have them (RFC 9110, §8.8.3 and §13.1).

import Octets

/// Looks for an entity tag in a list.
public enum EntityTags {
    /// Whether `list` is `*` or holds `tag`.
    ///
    /// What is no entity tag in it is skipped: it is none of ours.
    /// - Parameters:
    ///   - tag: With its quotes, and `W/` before them where it is weak; `nil` where there is none.
    ///   - list: The value of the field.
    ///   - isWeak: Whether the weak comparison is meant (§8.8.3.2), to which `W/` is nothing; the strong one knows no weak
    ///     tags at all.
    public static func contains(
        _ tag: UnsafeBufferPointer<UInt8>?, in list: UnsafeBufferPointer<UInt8>, weakly isWeak: Bool
    ) -> Bool {
        let bytes = list.span
        let all = bytes.trimmed(ByteRange(0, list.count))
        if all.count == 1, bytes[all.start] == UInt8(ascii: "*") { return true }
        guard let tag, let own = opaque(tag, from: 0) else { return false }
        if !isWeak, own.isWeak { return false }
        var index = 0
        while index < list.count {
            let byte = list[index]
            if byte == UInt8(ascii: ",") || ASCII.isBlank(byte) {
                index += 1
            } else if let found = opaque(list, from: index) {
                if isWeak || !found.isWeak, isEqual(list, found.range, tag, own.range) { return true }
                index = found.range.end
            } else {
                while index < list.count, list[index] != UInt8(ascii: ",") { index += 1 }
            }
        }
        return false
    }

    /// Whether the octets are one strong entity tag.
    public static func isStrong(_ tag: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let found = opaque(tag, from: 0) else { return false }
        return !found.isWeak && found.range.end == tag.count
    }

    /// The quoted part of the tag that begins at `start`.
    private static func opaque(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (range: ByteRange, isWeak: Bool)? {
        var index = start
        // `W` is case-sensitive.
        let isWeak =
            start + 1 < bytes.count && bytes[start] == UInt8(ascii: "W") && bytes[start + 1] == ASCII.slash
        if isWeak { index += 2 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        let quote = index
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") { index += 1 }
        return index < bytes.count ? (ByteRange(quote, index + 1), isWeak) : nil
    }

    private static func isEqual(
        _ left: UnsafeBufferPointer<UInt8>, _ leftRange: ByteRange, _ right: UnsafeBufferPointer<UInt8>,
        _ rightRange: ByteRange
    ) -> Bool {
        guard leftRange.count == rightRange.count else { return false }
        for offset in 0..<leftRange.count
        where left[leftRange.start + offset] != right[rightRange.start + offset] {
            return false
        }
        return true
    }
}
