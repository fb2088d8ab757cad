// Wire bytes are octets, not text: what counts as a letter, a digit or white space is decided by these
// tables and never by Unicode, a locale or String.

/// Character classes of the HTTP and CGI grammars, and the named bytes of the wire.
public enum ASCII {
    /// Carriage return.
    @inlinable public static var carriageReturn: UInt8 { 0x0D }
    /// Line feed.
    @inlinable public static var lineFeed: UInt8 { 0x0A }
    /// Space.
    @inlinable public static var space: UInt8 { 0x20 }
    /// Horizontal tab.
    @inlinable public static var tab: UInt8 { 0x09 }
    /// `:`
    @inlinable public static var colon: UInt8 { UInt8(ascii: ":") }
    /// `/`
    @inlinable public static var slash: UInt8 { UInt8(ascii: "/") }

    /// `tchar` of RFC 9110, §5.6.2.
    @inlinable public static func isToken(_ byte: UInt8) -> Bool { tokens.contains(byte) }

    /// What a field value may hold: visible characters, space, tab and obs-text (RFC 9110, §5.5).
    @inlinable public static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == tab
    }

    /// What a request target may hold here: visible ASCII except `#`, which begins a fragment and is never
    /// sent (RFC 9112, §3.2). Browsers leave `|`, `{`, `"` and others unescaped, so those pass.
    @inlinable public static func isTarget(_ byte: UInt8) -> Bool {
        byte &- 0x21 < 0x5E && byte != UInt8(ascii: "#")
    }

    /// `unreserved`, `sub-delims` and `%` of RFC 3986: what a registered name is made of.
    @inlinable public static func isHostName(_ byte: UInt8) -> Bool { hostNames.contains(byte) }

    /// `0`…`9`.
    @inlinable public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Space or tab; nothing else is white space on the wire.
    @inlinable public static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// `A`…`Z` to `a`…`z`, everything else unchanged.
    @inlinable public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// `a`…`z` to `A`…`Z`, everything else unchanged.
    @inlinable public static func uppercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x61 < 26 ? byte & 0xDF : byte
    }

    /// The value of a hexadecimal digit, or `nil`.
    @inlinable
    public static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// The digit of the four low bits of `number`, a small letter from ten on.
    @inlinable
    public static func hexadecimalDigit(_ number: UInt8) -> UInt8 {
        let digit = number & 15
        return digit < 10 ? digit + 0x30 : digit + 0x57
    }

    /// A set of octets below 128 as two words of bits: a look-up is a shift and needs no memory.
    @usableFromInline
    struct Set: Sendable {
        @usableFromInline let low: UInt64
        @usableFromInline let high: UInt64

        @inlinable
        init(low: UInt64, high: UInt64) {
            self.low = low
            self.high = high
        }

        @inlinable
        func contains(_ byte: UInt8) -> Bool {
            guard byte < 128 else { return false }
            return (byte < 64 ? low : high) &>> UInt64(byte & 63) & 1 != 0
        }
    }

    /// Letters, digits and ``!#$%&'*+-.^_`|~``.
    @inlinable static var tokens: Set { Set(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }
    /// Letters, digits and `-._~!$&'()*+,;=%`.
    @inlinable static var hostNames: Set { Set(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// Whether bytes are those of a text in lower case, but for the case of letters. They are compared as one word.
    @inlinable
    @inline(__always)
    package static func isSame<Word: FixedWidthInteger & UnsignedInteger>(
        _ bytes: UnsafeRawPointer, _ lowercase: UnsafeRawPointer, at position: Int, _: Word.Type
    ) -> Bool {
        let given = bytes.loadUnaligned(fromByteOffset: position, as: Word.self)
        let expected = lowercase.loadUnaligned(fromByteOffset: position, as: Word.self)
        let ones = Word.max / 0xFF
        // The highest bit of each byte that is from a to z: no byte of the text has it itself, so none carries.
        let letters = (expected &+ (ones &* 0x1F)) & ~(expected &+ (ones &* 0x05)) & (ones &* 0x80)
        return (given ^ expected) & ~(letters >> 2) == 0
    }
}
