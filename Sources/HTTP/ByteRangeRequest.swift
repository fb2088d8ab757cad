// Which part of a file a client wants (RFC 9110, §14). One part is sent as such; whoever asks for several gets the whole,
// as the section allows, because the parts may overlap and add up to many times the file (CVE-2011-3192).

import Octets

/// What a Range field means for a file.
public enum ByteRangeAnswer: Equatable, Sendable {
    /// It asks for nothing that we understand: all of it.
    case whole
    /// `count` octets from `first` on; at least one.
    case part(first: Int, count: Int)
    /// It asks for octets that the file does not have: 416.
    case unsatisfiable
}

/// Reads Range and If-Range.
public enum ByteRangeRequest {
    /// What `field`, the value of a Range field of a GET, means for a file of `size` octets.
    ///
    /// What is malformed, of another unit, or several ranges is ignored (§14.2).
    public static func answer(to field: UnsafeBufferPointer<UInt8>, size: Int) -> ByteRangeAnswer {
        let bytes = field.span
        guard field.count > 6, size >= 0, bytes.matches(ByteRange(0, 6), lowercase: "bytes=") else {
            return .whole
        }
        let range = bytes.trimmed(ByteRange(6, field.count))
        var dash = range.start
        while dash < range.end, ASCII.isDigit(bytes[dash]) { dash += 1 }
        guard dash < range.end, bytes[dash] == UInt8(ascii: "-") else { return .whole }
        let first = ByteRange(range.start, dash)
        let last = ByteRange(dash + 1, range.end)
        if first.isEmpty { return suffix(bytes.decimal(last), size) }
        return part(
            bytes.decimal(first), last.isEmpty ? .tooLarge : bytes.decimal(last), size)
    }

    /// `-n`: the last n octets.
    private static func suffix(_ count: ParsedNumber, _ size: Int) -> ByteRangeAnswer {
        switch count {
        case .malformed: return .whole
        case .tooLarge: return size > 0 ? .part(first: 0, count: size) : .unsatisfiable
        case .value(let count):
            let count = Int(min(count, UInt64(size)))
            return count > 0 ? .part(first: size - count, count: count) : .unsatisfiable
        }
    }

    /// `a-b`, and `a-` with a `last` beyond every file.
    private static func part(_ first: ParsedNumber, _ last: ParsedNumber, _ size: Int) -> ByteRangeAnswer {
        guard last != .malformed else { return .whole }
        guard case .value(let start) = first else {
            // Digits that no number is large enough for lie behind the end of every file.
            return last == .tooLarge ? .unsatisfiable : .whole
        }
        if case .value(let end) = last, end < start { return .whole }
        guard start < UInt64(size) else { return .unsatisfiable }
        guard case .value(let end) = last else { return .part(first: Int(start), count: size - Int(start)) }
        let limit = Int(min(end, UInt64(size - 1)))
        return .part(first: Int(start), count: limit - Int(start) + 1)
    }

    /// Whether the part may be sent alone: the client's other parts are of the file as it is now (§13.1.5).
    ///
    /// - Parameters:
    ///   - condition: The value of If-Range.
    ///   - entityTag: The ETag of the answer, where it has one.
    ///   - lastModified: Its Last-Modified; `nil` where the file may have changed since within the same second.
    public static func holds(
        _ condition: UnsafeBufferPointer<UInt8>, entityTag: UnsafeBufferPointer<UInt8>?,
        lastModified: UnsafeBufferPointer<UInt8>?
    ) -> Bool {
        // A weak tag never says that octets are the same, and begins with W.
        let expected = condition.first == UInt8(ascii: "\"") ? entityTag : lastModified
        guard let expected, expected.count == condition.count else { return false }
        for index in 0..<expected.count where expected[index] != condition[index] { return false }
        return true
    }
}
