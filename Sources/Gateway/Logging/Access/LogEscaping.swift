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
    /// character of its number, `\u00HH`: a reader sees which it was. So do the control characters of C1 and DEL, and the two
    /// line separators that JavaScript once took for the end of a line.
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
        case (2, _):
            append("\\u00")
            append(hexadecimal: UInt64(value[index + 1]), digits: 2)
        case (3, _):
            append("\\u20")
            append(hexadecimal: UInt64(value[index + 2] & 0x3F), digits: 2)
        default:
            append("\\u00")
            append(hexadecimal: UInt64(byte), digits: 2)
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

    /// Whether a valid sequence is a control character of C1 (C2 80…9F), or U+2028 or U+2029 (E2 80 A8, A9).
    static func isControl(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes[index] == 0xC2 { return bytes[index + 1] < 0xA0 }
        return bytes[index] == 0xE2 && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8
    }
}
