// A route's regular expression. It sees the same path as other routes do, decoded and normalized, and with slashes in a row as
// one: `//admin/x` is no way around `^/admin/`. What is before its first character with a meaning ranks it among other routes.

import Octets
import Patterns

/// Which paths a route is for, as a regular expression. A plain value; workers compile it.
package struct PathExpression: Equatable, Sendable {
    package let text: [UInt8]
    /// How many groups keep what they match.
    package let groups: Int

    /// - Throws: What is wrong with the text.
    package init(_ text: String) throws(PatternMistake) {
        self.text = Array(text.utf8)
        groups = try Pattern(self.text).groups
    }

    /// What every path begins with that it can match, as far as that is plain to see: of `^/wiki/(.*)$` it is `/wiki/`.
    package var beginning: [UInt8] {
        guard text.first == UInt8(ascii: "^"), !hasAlternatives else { return [] }
        var beginning: [UInt8] = []
        var index = 1
        while index < text.count {
            var byte = text[index]
            if byte == UInt8(ascii: "\\") {
                guard index + 1 < text.count, !Self.isWord(text[index + 1]) else { break }
                index += 1
                byte = text[index]
            } else if "^$.[|()?*+{".utf8.contains(byte) {
                break
            }
            index += 1
            let next = index < text.count ? text[index] : 0
            // It may be left out.
            if "?*{".utf8.contains(next) { break }
            beginning.append(byte)
            if next == UInt8(ascii: "+") { break }
        }
        return beginning
    }

    /// Whether a `|` stands outside of all groups. Where parentheses may be mere characters, in a class, a quotation or a comment,
    /// each `|` counts: that costs a rank, and to overlook one would give a rank to paths that begin otherwise.
    private var hasAlternatives: Bool {
        let bar = UInt8(ascii: "|")
        if text.contains(bar),
            ["[", #"\Q"#, "(?#", "(*"].contains(where: { text.firstRange(of: $0.utf8) != nil })
        {
            return true
        }
        var depth = 0
        var isEscaped = false
        for byte in text {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case bar where depth <= 0: return true
            default: break
            }
        }
        return false
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

/// The path that patterns are searched in, and what the last one has found. One for a worker.
package final class CapturedPath {
    package let match = PatternMatch()
    private var single = ByteBuffer(capacity: 1024)
    private var subject = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

    /// - Returns: The path with slashes in a row as one; valid as long as `path`, and until the next one.
    package func begin(_ path: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        subject = path
        guard Self.hasRow(path) else { return path }
        single.clear()
        var last: UInt8 = 0
        for byte in path {
            if byte != ASCII.slash || last != ASCII.slash { single.append(byte) }
            last = byte
        }
        subject = single.bytes
        return subject
    }

    private static func hasRow(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        var last: UInt8 = 0
        for byte in path {
            if byte == ASCII.slash, last == ASCII.slash { return true }
            last = byte
        }
        return false
    }

    /// What a group took; nothing where it took no part. Valid as long as the path is.
    subscript(place: Int) -> UnsafeBufferPointer<UInt8> {
        guard let range = match.range(place), range.upperBound <= subject.count else {
            return UnsafeBufferPointer(rebasing: subject[..<0])
        }
        return UnsafeBufferPointer(rebasing: subject[range])
    }
}
