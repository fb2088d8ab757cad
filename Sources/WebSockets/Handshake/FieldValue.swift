// The grammar of the fields' values (RFC 9110, §5.6): lists with commas, tokens, quoted strings.

import Octets

extension UnsafeBufferPointer where Element == UInt8 {
    /// Whether it is `text`, which is given in lower case, in any mixture of case.
    func matches(lowercase text: StaticString) -> Bool {
        span.matches(ByteRange(0, count), lowercase: text)
    }
}

/// Values of header fields.
enum FieldValue {
    /// Whether one of the list's elements is `token`, which is given in lower case, in any case.
    static func lists(_ value: [UInt8]?, _ token: StaticString) -> Bool {
        elements(value ?? []).contains { element in
            element.withUnsafeBufferPointer { $0.matches(lowercase: token) }
        }
    }

    /// The tokens of a list; `nil` where one is no token. Empty elements do not count (§5.6.1.2).
    static func tokens(_ value: [UInt8]) -> [[UInt8]]? {
        let elements = elements(value)
        return elements.allSatisfy { $0.allSatisfy(ASCII.isToken) } ? elements : nil
    }

    private static func elements(_ value: [UInt8]) -> [[UInt8]] {
        value.split(separator: UInt8(ascii: ",")).map { trimmed($0) }.filter { !$0.isEmpty }
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> [UInt8] {
        let start = value.drop(while: ASCII.isBlank)
        return Array(start[..<(start.lastIndex { !ASCII.isBlank($0) }.map { $0 + 1 } ?? start.startIndex)])
    }

    /// A decimal number without zeros before it.
    static func number(_ text: [UInt8]) -> Int? {
        guard (1...3).contains(text.count), text.allSatisfy(ASCII.isDigit),
            text.count == 1 || text[0] != UInt8(ascii: "0")
        else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
