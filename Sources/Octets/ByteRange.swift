/// A half-open range of offsets into a buffer that somebody else owns.
///
/// Parsers answer with ranges instead of copies: eight bytes, no allocation, and still right after the buffer
/// has moved to larger memory. Offsets fit in 32 bits because every buffer that is parsed has a limit far
/// below 4 GiB.
public struct ByteRange: Equatable, Sendable {
    /// Offset of the first byte.
    public let lower: UInt32
    /// Offset after the last byte; never less than ``lower``.
    public let upper: UInt32

    /// - Precondition: `0 ≤ lower ≤ upper ≤ UInt32.max`.
    @inlinable
    public init(_ lower: Int, _ upper: Int) {
        precondition(lower <= upper)
        self.lower = UInt32(lower)
        self.upper = UInt32(upper)
    }

    /// The range without bytes.
    @inlinable public static var empty: ByteRange { ByteRange(0, 0) }

    /// Number of bytes.
    @inlinable public var count: Int { Int(upper) - Int(lower) }
    /// Whether the range holds no byte.
    @inlinable public var isEmpty: Bool { lower == upper }
    /// ``lower`` as an index.
    @inlinable public var start: Int { Int(lower) }
    /// ``upper`` as an index.
    @inlinable public var end: Int { Int(upper) }
}

extension UnsafeBufferPointer where Element == UInt8 {
    /// The bytes that `range` names.
    @inlinable
    public subscript(range: ByteRange) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self[range.start..<range.end])
    }
}

extension UnsafeBufferPointer where Element == UInt8 {
    /// Whether the bytes are exactly `text`.
    @inlinable
    public func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<count where self[index] != expected[index] { return false }
        return true
    }
}

extension Span where Element == UInt8 {
    /// Whether the bytes of `range` are `text`, which is given in lower case, in any mixture of case. Eight bytes are looked at
    /// together, and the last eight, or four, overlap those before them.
    @inlinable
    public func matches(_ range: ByteRange, lowercase text: StaticString) -> Bool {
        let count = range.count
        guard count == text.utf8CodeUnitCount else { return false }
        guard count > 0 else { return true }
        precondition(range.end <= self.count)
        let expected = UnsafeRawPointer(text.utf8Start)
        return withUnsafeBytes { memory in
            let bytes = memory.baseAddress.unsafelyUnwrapped + range.start
            if count >= 8 {
                var index = 0
                while index < count - 8 {
                    guard ASCII.isSame(bytes, expected, at: index, UInt64.self) else { return false }
                    index += 8
                }
                return ASCII.isSame(bytes, expected, at: count - 8, UInt64.self)
            }
            if count >= 4 {
                return ASCII.isSame(bytes, expected, at: 0, UInt32.self)
                    && ASCII.isSame(bytes, expected, at: count - 4, UInt32.self)
            }
            for index in 0..<count
            where !ASCII.isSame(bytes, expected, at: index, UInt8.self) { return false }
            return true
        }
    }

    /// Whether the bytes of `range` are exactly `text`.
    @inlinable
    public func equals(_ range: ByteRange, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<range.count where self[range.start + index] != expected[index] {
            return false
        }
        return true
    }

    /// Whether the bytes of two ranges are the same but for their case: field names (RFC 9110, §5.1).
    @inlinable
    public func matches(_ first: ByteRange, _ second: ByteRange) -> Bool {
        guard first.count == second.count else { return false }
        for offset in 0..<first.count
        where ASCII.lowercased(self[first.start + offset]) != ASCII.lowercased(self[second.start + offset]) {
            return false
        }
        return true
    }

    /// `range` without the spaces and tabs at its ends (RFC 9110, §5.6.3: OWS).
    @inlinable
    public func trimmed(_ range: ByteRange) -> ByteRange {
        var lower = range.start
        var upper = range.end
        while lower < upper, ASCII.isBlank(self[lower]) { lower += 1 }
        while upper > lower, ASCII.isBlank(self[upper - 1]) { upper -= 1 }
        return ByteRange(lower, upper)
    }

    /// The index of the first line feed at or after `start`; eight bytes are looked at together.
    public func firstLineFeed(from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while index + 8 <= count {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            // A byte of `difference` is zero where the text has a line feed; subtracting one from each byte then
            // borrows into its highest bit.
            let difference = UInt64(littleEndian: word) ^ (ones &* UInt64(ASCII.lineFeed))
            let found = (difference &- ones) & ~difference & (ones << 7)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            if self[index] == ASCII.lineFeed { return index }
            index += 1
        }
        return nil
    }

    /// How many line feeds there are; eight bytes are looked at together.
    public var lineFeedCount: Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = 0
        var found = 0
        while index + 8 <= count {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            // Adding 0x7F to the seven low bits of a byte carries into its highest bit unless they are all zero: no byte
            // borrows from its neighbour, so the count is exact.
            let difference = word ^ (ones &* UInt64(ASCII.lineFeed))
            let others = (difference & (ones &* 0x7F)) &+ (ones &* 0x7F) | difference
            found += 8 - (others & (ones << 7)).nonzeroBitCount
            index += 8
        }
        while index < count {
            if self[index] == ASCII.lineFeed { found += 1 }
            index += 1
        }
        return found
    }
}
