// How a message gets into a log that a person reads. It may quote a client or an application: whatever they have written,
// a line stays one line, no terminal is given a command, and the line reads in the order in which it was written. Text in
// any language stays as it is.

import Octets

extension ByteBuffer {
    /// Appends text as it is, but for what must not reach a terminal or could deceive a reader: `\n` and `\r` for line ends,
    /// `\xHH` for any other control character of ASCII and for a byte that is no part of valid UTF-8, `\uHHHH` for what
    /// ``UTF8Sequence/isControl(at:in:)`` names.
    mutating func append(legible value: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var index = 0
        while index < value.count {
            let byte = value[index]
            if byte >= 0x20 && byte < 0x7F || byte == ASCII.tab {
                index += 1
                continue
            }
            let count = byte < 0x80 ? 0 : UTF8Sequence.length(at: index, in: value)
            if count > 1, !UTF8Sequence.isControl(at: index, in: value) {
                index += count
                continue
            }
            append(UnsafeBufferPointer(rebasing: value[start..<index]))
            if count > 1 {
                let scalar = UTF8Sequence.scalar(at: index, count: count, in: value)
                append("\\u")
                append(hexadecimal: UInt64(scalar), digits: 4)
            } else if byte == ASCII.lineFeed {
                append("\\n")
            } else if byte == ASCII.carriageReturn {
                append("\\r")
            } else {
                append("\\x", escaping: byte)
            }
            index += max(1, count)
            start = index
        }
        append(UnsafeBufferPointer(rebasing: value[start...]))
    }

    /// The same for a text of the program's own, which may quote somebody.
    mutating func append(legible text: String) {
        var text = text
        text.withUTF8 { append(legible: $0) }
    }

    /// The same, and no more than `limit` bytes of it; how many more there were is said.
    mutating func append(legible value: UnsafeBufferPointer<UInt8>, limit: Int) {
        guard value.count > limit else { return append(legible: value) }
        append(legible: UnsafeBufferPointer(rebasing: value[..<limit]))
        append("… (")
        append(decimal: UInt64(value.count - limit))
        append(" bytes more)")
    }
}
