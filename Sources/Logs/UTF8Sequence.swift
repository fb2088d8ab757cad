// UTF-8 as logs look at it: what is valid, what of it may stand in a line as it is, and the walk along a text that both kinds
// of escapes share.

import Octets

extension ByteBuffer {
    /// What of a text may not stand in a log as it is.
    package enum Escaped {
        /// A byte of ASCII, or one that is no part of valid UTF-8.
        case byte(UInt8)
        /// A character that ``UTF8Sequence/isControl(at:in:)`` names.
        case scalar(UInt32)
    }

    /// Appends a text, the parts that stay as they are in one piece each.
    ///
    /// - Parameters:
    ///   - isPlain: Whether a byte stays as it is; asked about ASCII.
    ///   - escape: Appends something in the place of what does not stay.
    @inline(__always)
    package mutating func append(
        _ value: UnsafeBufferPointer<UInt8>, where isPlain: (UInt8) -> Bool,
        escape: (inout ByteBuffer, Escaped) -> Void
    ) {
        var start = 0
        var index = 0
        while index < value.count {
            let byte = value[index]
            if byte < 0x80, isPlain(byte) {
                index += 1
                continue
            }
            let count = byte < 0x80 ? 0 : UTF8Sequence.length(at: index, in: value)
            if count > 1, !UTF8Sequence.isControl(at: index, in: value) {
                index += count
                continue
            }
            append(UnsafeBufferPointer(rebasing: value[start..<index]))
            escape(
                &self,
                count > 1 ? .scalar(UTF8Sequence.scalar(at: index, count: count, in: value)) : .byte(byte))
            index += max(1, count)
            start = index
        }
        append(UnsafeBufferPointer(rebasing: value[start...]))
    }
}

/// Valid UTF-8 (RFC 3629, §4), a byte at a time.
enum UTF8Sequence {
    /// Bytes of the sequence that begins at `index` with a byte from 0x80 up; 0 where none is valid there.
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

    /// Whether a valid sequence is none that may stand in a log as it is:
    /// - a control character of C1 (C2 80…9F), which is one for terminals too;
    /// - a mark that turns the direction of what follows, or cannot be seen, so that a line reads as another: U+00AD, U+061C,
    ///   U+180E, U+200B, U+200E, U+200F, U+202A…U+202E, U+2060…U+206F, U+FEFF, U+FFF9…U+FFFB, U+1BCA0…U+1BCA3,
    ///   U+1D173…U+1D17A, and all of U+E0000…U+E0FFF: tags and variation selectors can carry a text that nobody sees;
    /// - a line or paragraph separator (U+2028, U+2029).
    static func isControl(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch (bytes[index], bytes[index + 1]) {
        case (0xC2, let second): return second < 0xA0 || second == 0xAD
        case (0xD8, let second): return second == 0x9C
        case (0xE1, 0xA0): return bytes[index + 2] == 0x8E
        case (0xE2, 0x80):
            switch bytes[index + 2] {
            case 0x8B, 0x8E, 0x8F, 0xA8...0xAE: return true
            default: return false
            }
        case (0xE2, 0x81): return bytes[index + 2] >= 0xA0 && bytes[index + 2] <= 0xAF
        case (0xEF, 0xBB): return bytes[index + 2] == 0xBF
        case (0xEF, 0xBF): return (0xB9...0xBB).contains(bytes[index + 2])
        case (0xF0, 0x9B), (0xF0, 0x9D), (0xF3, 0xA0):
            switch scalar(at: index, count: 4, in: bytes) {
            case 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF: return true
            default: return false
            }
        default: return false
        }
    }

    /// The number of the character that a valid sequence of two bytes or more stands for.
    static func scalar(at index: Int, count: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        // The first byte has as many bits less as the sequence is long.
        var scalar = UInt32(bytes[index]) & (0x7F >> UInt32(count))
        for offset in 1..<count { scalar = scalar << 6 | UInt32(bytes[index + offset] & 0x3F) }
        return scalar
    }
}
