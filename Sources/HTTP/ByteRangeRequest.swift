// Which parts of a file a client wants (RFC 9110, §14). Parts that overlap or touch become one, so that no answer is larger
// than the file but for the heads of its parts; and who asks for more parts than the limit gets the whole. Else a small request
// would be answered with many times the file (§17.15, CVE-2011-3192).

import Octets

/// `count` octets from `first` on; at least one.
public struct BytePart: Equatable, Sendable {
    /// Offset of the first octet.
    public let first: Int
    /// Number of octets.
    public let count: Int

    /// - Precondition: A sum that fits in an `Int`: both come from the size of a file.
    public init(first: Int, count: Int) {
        self.first = first
        self.count = count
    }

    /// The offset behind the last octet.
    var end: Int { first + count }
}

/// What a Range field means for a file.
public enum ByteRangeAnswer: Equatable, Sendable {
    /// It asks for nothing that we understand: all of it.
    case whole
    /// `count` octets from `first` on; at least one.
    case part(first: Int, count: Int)
    /// At least two parts that neither overlap nor touch, in the order that the client has asked for.
    case parts([BytePart])
    /// It asks for octets that the file does not have: 416.
    case unsatisfiable
}

/// Reads Range and If-Range.
public enum ByteRangeRequest {
    /// What one range of the field comes to.
    private enum Meaning {
        case malformed, unsatisfiable
        case part(BytePart)
    }

    /// What `field`, the value of a Range field of a GET, means for a file of `size` octets.
    ///
    /// What is malformed, of another unit, or has more than `limit` ranges is ignored (§14.2).
    public static func answer(
        to field: UnsafeBufferPointer<UInt8>, size: Int, limit: Int
    ) -> ByteRangeAnswer {
        let bytes = field.span
        guard field.count > 6, size >= 0, bytes.matches(ByteRange(0, 6), lowercase: "bytes=") else {
            return .whole
        }
        var only: BytePart?
        // Made where there is a second one.
        var parts: [BytePart] = []
        var count = 0
        var start = 6
        while start <= field.count {
            var end = start
            while end < field.count, field[end] != UInt8(ascii: ",") { end += 1 }
            let range = bytes.trimmed(ByteRange(start, end))
            start = end + 1
            // A list may have empty elements (§5.6.1.2).
            guard !range.isEmpty else { continue }
            count += 1
            guard count <= limit else { return .whole }
            switch meaning(of: range, in: bytes, size: size) {
            case .malformed: return .whole
            case .unsatisfiable: continue
            case .part(let part):
                if let only, parts.isEmpty { parts.append(only) }
                if only == nil { only = part } else { add(part, to: &parts) }
            }
        }
        guard let only else { return count == 0 ? .whole : .unsatisfiable }
        if parts.count > 1 { return .parts(parts) }
        let part = parts.first ?? only
        return .part(first: part.first, count: part.count)
    }

    /// Adds a part, in the place of the first of those that it overlaps or touches.
    private static func add(_ part: BytePart, to parts: inout [BytePart]) {
        var (first, end) = (part.first, part.end)
        var place = parts.count
        var index = 0
        while index < parts.count {
            let other = parts[index]
            guard other.first <= end, first <= other.end else {
                index += 1
                continue
            }
            (first, end) = (min(first, other.first), max(end, other.end))
            parts.remove(at: index)
            place = min(place, index)
            index = 0  // It may touch one now that it did not touch before.
        }
        parts.insert(BytePart(first: first, count: end - first), at: min(place, parts.count))
    }

    private static func meaning(of range: ByteRange, in bytes: Span<UInt8>, size: Int) -> Meaning {
        var dash = range.start
        while dash < range.end, ASCII.isDigit(bytes[dash]) { dash += 1 }
        guard dash < range.end, bytes[dash] == UInt8(ascii: "-") else { return .malformed }
        let first = ByteRange(range.start, dash)
        let last = ByteRange(dash + 1, range.end)
        if first.isEmpty { return suffix(bytes.decimal(last), size) }
        return part(bytes.decimal(first), last.isEmpty ? .tooLarge : bytes.decimal(last), size)
    }

    /// `-n`: the last n octets.
    private static func suffix(_ count: ParsedNumber, _ size: Int) -> Meaning {
        switch count {
        case .malformed: return .malformed
        case .tooLarge: return size > 0 ? .part(BytePart(first: 0, count: size)) : .unsatisfiable
        case .value(let count):
            let count = Int(min(count, UInt64(size)))
            return count > 0 ? .part(BytePart(first: size - count, count: count)) : .unsatisfiable
        }
    }

    /// `a-b`, and `a-` with a `last` beyond every file.
    private static func part(_ first: ParsedNumber, _ last: ParsedNumber, _ size: Int) -> Meaning {
        guard last != .malformed else { return .malformed }
        guard case .value(let start) = first else {
            // Digits that no number is large enough for lie behind the end of every file.
            return last == .tooLarge ? .unsatisfiable : .malformed
        }
        if case .value(let end) = last, end < start { return .malformed }
        guard start < UInt64(size) else { return .unsatisfiable }
        guard case .value(let end) = last else {
            return .part(BytePart(first: Int(start), count: size - Int(start)))
        }
        let limit = Int(min(end, UInt64(size - 1)))
        return .part(BytePart(first: Int(start), count: limit - Int(start) + 1))
    }

    /// Whether parts may be sent alone: the client's other parts are of the file as it is now (§13.1.5).
    ///
    /// - Parameters:
    ///   - condition: The value of If-Range.
    ///   - entityTag: The ETag of the answer, where it has one.
    ///   - modified: Seconds since 1970 of its Last-Modified; `nil` where the file may have changed since within the same second.
    ///   - now: Seconds since 1970.
    public static func holds(
        _ condition: UnsafeBufferPointer<UInt8>, entityTag: UnsafeBufferPointer<UInt8>?, modified: Int?,
        now: Int
    ) -> Bool {
        if EntityTags.isStrong(condition) {
            return EntityTags.contains(entityTag, in: condition, weakly: false)
        }
        // A weak tag never says that octets are the same, and is no date either.
        guard let modified else { return false }
        return HTTPDate.secondsSince1970(parsing: condition, now: now) == modified
    }
}
