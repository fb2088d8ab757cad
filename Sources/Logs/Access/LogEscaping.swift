// How text from outside gets into a line. Whatever a client, an application or a dead worker has said, a line stays one line, a
// field one field, a string of JSON one string; and no terminal is given a control character.

import Octets

extension ByteBuffer {
    /// Appends text for a line of plain text: a quote, a backslash and everything outside visible ASCII becomes `\xHH`.
    ///
    /// - Parameter isQuoted: Whether quotes stand around it. Where none do a space is escaped too: it would end the field.
    package mutating func append(escaped value: UnsafeBufferPointer<UInt8>, isQuoted: Bool) {
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

    /// Appends text as a string of JSON (RFC 8259, §7), quotes included. A byte that is no part of valid UTF-8 becomes the
    /// character of its number, `\u00HH`: a reader sees which it was. DEL and what ``UTF8Sequence/isControl(at:in:)`` names are
    /// escaped too, as two surrogates where four digits are not enough.
    package mutating func append(json value: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        append(
            value,
            where: {
                $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            },
            escape: { output, escaped in
                switch escaped {
                case .byte(let byte) where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\"):
                    output.append(UInt8(ascii: "\\"))
                    output.append(byte)
                case .byte(let byte): output.append(codeUnit: UInt16(byte))
                case .scalar(let scalar) where scalar > 0xFFFF:
                    output.append(codeUnit: 0xD800 + UInt16((scalar - 0x10000) >> 10))
                    output.append(codeUnit: 0xDC00 + UInt16((scalar - 0x10000) & 0x3FF))
                case .scalar(let scalar): output.append(codeUnit: UInt16(scalar))
                }
            })
        append(UInt8(ascii: "\""))
    }

    private mutating func append(codeUnit: UInt16) {
        append("\\u")
        append(hexadecimal: UInt64(codeUnit), digits: 4)
    }
}
