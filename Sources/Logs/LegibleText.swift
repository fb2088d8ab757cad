// How a message gets into a log that a person reads. It may quote a client or an application: whatever they have written,
// a line stays one line, no terminal is given a command, and the line reads in the order in which it was written. Text in
// any language stays as it is.

import Octets

extension ByteBuffer {
    /// Appends text as it is, but for what must not reach a terminal or could deceive a reader: `\n` and `\r` for line ends,
    /// `\xHH` for any other control character of ASCII and for a byte that is no part of valid UTF-8, `\uHHHH` for what
    /// ``UTF8Sequence/isControl(at:in:)`` names (`\UHHHHHHHH` where it has more than four digits).
    package mutating func append(legible value: UnsafeBufferPointer<UInt8>) {
        append(
            value, where: { $0 >= 0x20 && $0 < 0x7F || $0 == ASCII.tab },
            escape: { output, escaped in
                switch escaped {
                case .scalar(let scalar) where scalar > 0xFFFF:
                    output.append("\\U")
                    output.append(hexadecimal: UInt64(scalar), digits: 8)
                case .scalar(let scalar):
                    output.append("\\u")
                    output.append(hexadecimal: UInt64(scalar), digits: 4)
                case .byte(ASCII.lineFeed): output.append("\\n")
                case .byte(ASCII.carriageReturn): output.append("\\r")
                case .byte(let byte): output.append("\\x", escaping: byte)
                }
            })
    }

    /// The same for a text of the program's own, which may quote somebody.
    package mutating func append(legible text: String) {
        var text = text
        text.withUTF8 { append(legible: $0) }
    }

    /// The same, and no more than `limit` bytes of it; how many more there were is said.
    package mutating func append(legible value: UnsafeBufferPointer<UInt8>, limit: Int) {
        guard value.count > limit else { return append(legible: value) }
        append(legible: UnsafeBufferPointer(rebasing: value[..<limit]))
        append("… (")
        append(decimal: UInt64(value.count - limit))
        append(" bytes more)")
    }
}
