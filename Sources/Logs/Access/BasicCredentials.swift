// The user of HTTP's Basic scheme (RFC 7617), for the log alone: nobody has checked the password.

import Octets

enum BasicCredentials {
    /// Appends the user of an Authorization field.
    ///
    /// - Returns: Whether there is one. Where not, nothing was appended.
    static func appendUser(
        ofAuthorization field: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
    ) -> Bool {
        let scheme: StaticString = "basic"
        guard field.count > 6, ASCII.isBlank(field[5]),
            field.span.matches(ByteRange(0, 5), lowercase: scheme)
        else { return false }
        let before = output.count
        guard decode(UnsafeBufferPointer(rebasing: field[6...]), upTo: ASCII.colon, to: &output),
            output.count > before
        else {
            output.removeLast(output.count - before)
            return false
        }
        return true
    }

    /// Decodes base64 (RFC 4648, §4) until `end` comes. What follows is not looked at: it is the password.
    ///
    /// - Returns: Whether `end` has come, and everything before it was well-formed.
    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, upTo end: UInt8, to output: inout ByteBuffer
    ) -> Bool {
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for character in text {
            if count == 0, ASCII.isBlank(character) { continue }
            guard let value = value(character) else { return false }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> count)
            if byte == end { return true }
            output.append(byte)
        }
        return false
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
