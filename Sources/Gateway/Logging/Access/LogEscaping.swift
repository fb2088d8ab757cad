// How text from outside gets into a line. Whatever a client, an application or a dead worker has said, a line stays one line, a
// field one field, a string of JSON one string; and no terminal is given a control character.

import Octets

extension ByteBuffer {
    /// Appends text for a line of plain text: a quote, a backslash and everything outside visible ASCII becomes `\xHH`.
    ///
    /// - Parameter isQuoted: Whether quotes stand around it. Where none do a space is escaped too: it would end the field.
    mutating func append(escaped value: UnsafeBufferPointer<UInt8>, isQuoted: Bool) {
        let least: UInt8 = isQuoted ? 0x20 : 0x21
        var start = 0
        for index in 0..<value.count {
            let byte = value[index]
            if byte >= least, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            append(UnsafeBufferPointer(rebasing: value[start..<index]))
            append("\\x", escaping: byte)
            start = index + 1
        }
        append(UnsafeBufferPointer(rebasing: value[start...]))
    }

    /// Appends text as a string of JSON (RFC 8259, §7), quotes included. An octet that is no part of valid UTF-8 becomes the
    /// character of its number, `\u00HH`: a reader sees which it was. DEL and what ``UTF8Sequence/isControl(at:in:)`` names are
    /// escaped too.
    mutating func append(json value: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        var start = 0
        var index = 0
        while index < value.count {
            let byte = value[index]
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                index += 1
                continue
            }
            let count = byte < 0x80 ? 1 : UTF8Sequence.length(at: index, in: value)
            if count > 1, !UTF8Sequence.isControl(at: index, in: value) {
                index += count
                continue
            }
            append(UnsafeBufferPointer(rebasing: value[start..<index]))
            appendEscape(value, index, count)
            index += max(1, count)
            start = index
        }
        append(UnsafeBufferPointer(rebasing: value[start...]))
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(_ value: UnsafeBufferPointer<UInt8>, _ index: Int, _ count: Int) {
        let byte = value[index]
        switch (count, byte) {
        case (1, UInt8(ascii: "\"")), (1, UInt8(ascii: "\\")):
            append(UInt8(ascii: "\\"))
            append(byte)
        default:
            append("\\u")
            append(
                hexadecimal: count > 1
                    ? UInt64(UTF8Sequence.scalar(at: index, count: count, in: value)) : UInt64(byte),
                digits: 4)
        }
    }
}

/// Valid UTF-8 (RFC 3629, §4), an octet at a time.
enum UTF8Sequence {
    /// Octets of the sequence that begins at `index` with an octet from 0x80 up; 0 where none is valid there.
    static func length(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let first = bytes[index]
        let (count, second): (Int, ClosedRange<UInt8>) =
            switch first {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)  // No surrogates.
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: (0, 0x80...0xBF)
            }
        guard count > 0, bytes.count - index >= count, second.contains(bytes[index + 1]) else { return 0 }
        for offset in 2..<max(2, count) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return count
    }

    /// Whether a valid sequence is none that may stand in a log as it is: a control character of C1 (C2 80…9F), which is one
    /// for terminals too; a mark that turns the direction of what follows or cannot be seen, so that a line reads as another
    /// (U+00AD, U+061C, U+200B, U+200E, U+200F, U+202A…U+202E, U+2060…U+206F, U+FEFF, U+FFF9…U+FFFB); or a line or paragraph separator (U+2028, U+2029).
    static func isControl(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch (bytes[index], bytes[index + 1]) {
        case (0xC2, let second): second < 0xA0 || second == 0xAD
        case (0xD8, let second): second == 0x9C
        case (0xE2, 0x80):
            switch bytes[index + 2] {
            case 0x8B, 0x8E, 0x8F, 0xA8...0xAE: true
            default: false
            }
        case (0xE2, 0x81): bytes[index + 2] >= 0xA0 && bytes[index + 2] <= 0xAF
        case (0xEF, 0xBB): bytes[index + 2] == 0xBF
        case (0xEF, 0xBF): (0xB9...0xBB).contains(bytes[index + 2])
        default: false
        }
    }

    /// The number of the character that a valid sequence of two or three bytes stands for.
    static func scalar(at index: Int, count: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UInt16 {
        let first = UInt16(bytes[index])
        let second = UInt16(bytes[index + 1] & 0x3F)
        guard count == 3 else { return (first & 0x1F) << 6 | second }
        return (first & 0x0F) << 12 | second << 6 | UInt16(bytes[index + 2] & 0x3F)
    }
}
