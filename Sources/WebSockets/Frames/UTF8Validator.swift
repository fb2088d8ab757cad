// UTF-8 (RFC 3629) octet by octet: a text comes in fragments, and a fragment may end inside of a character. The first octet that
// can belong to no character is refused, not only the character's end (table 3-7 of the Unicode standard, §3.9).

/// Says whether octets that come in pieces are UTF-8.
public struct UTF8Validator: Sendable {
    /// Octets that the character still needs.
    private var missing: UInt8 = 0
    /// What the next of them may be.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Before the first octet.
    public init() {}

    /// Whether the text may end here.
    public var isBetweenCharacters: Bool { missing == 0 }

    /// Whether these octets can follow those before. Once it is false it means nothing more.
    public mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0 {
                index = Self.endOfASCII(bytes, from: index)
                guard index < bytes.count else { return true }
                guard begin(bytes[index]) else { return false }
            } else {
                let octet = bytes[index]
                guard octet >= lowest, octet <= highest else { return false }
                (lowest, highest) = (0x80, 0xBF)
                missing -= 1
            }
            index += 1
        }
        return true
    }

    /// Takes the first octet of a character.
    private mutating func begin(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x00...0x7F: missing = 0
        case 0xC2...0xDF: missing = 1  // C0 and C1 would be longer than needed.
        case 0xE0...0xEF:
            missing = 2
            if octet == 0xE0 { lowest = 0xA0 }  // Longer than needed.
            if octet == 0xED { highest = 0x9F }  // Surrogates.
        case 0xF0...0xF4:
            missing = 3
            if octet == 0xF0 { lowest = 0x90 }  // Longer than needed.
            if octet == 0xF4 { highest = 0x8F }  // Above U+10FFFF.
        default: return false
        }
        return true
    }

    /// Most text is ASCII, and eight octets of that are seen at once.
    private static func endOfASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let memory = UnsafeRawBufferPointer(bytes)
        var index = start
        while index + 8 <= bytes.count,
            memory.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index
    }
}
