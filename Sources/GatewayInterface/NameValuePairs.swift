// The encoding that FastCGI gave to name-value pairs (FastCGI 1.0, §3.4): one or four bytes of length each for
// the name and the value, then the name, then the value. An environ is kept in this form, so that it reaches a
// FastCGI application by one copy; encoder and decoder stand side by side here.

import Octets

/// Reads name-value pairs, and says where each one ends.
public struct NameValuePairs {
    /// One pair, as offsets into the block.
    public struct Pair: Equatable, Sendable {
        /// Offsets of the name.
        public let name: ByteRange
        /// Offsets of the value.
        public let value: ByteRange
    }

    private let block: UnsafeBufferPointer<UInt8>
    /// Offset after the last pair read.
    public private(set) var offset = 0

    /// Reads `block` from its beginning.
    public init(_ block: UnsafeBufferPointer<UInt8>) { self.block = block }

    /// The next pair; `nil` at the end of the block, and where a length points beyond it.
    public mutating func next() -> Pair? {
        var cursor = offset
        guard let nameCount = length(at: &cursor), let valueCount = length(at: &cursor),
            nameCount <= block.count - cursor, valueCount <= block.count - cursor - nameCount
        else { return nil }
        let valueStart = cursor + nameCount
        offset = valueStart + valueCount
        return Pair(name: ByteRange(cursor, valueStart), value: ByteRange(valueStart, offset))
    }

    private func length(at cursor: inout Int) -> Int? {
        guard cursor < block.count else { return nil }
        let first = block[cursor]
        if first < 0x80 {
            cursor += 1
            return Int(first)
        }
        guard block.count - cursor >= 4 else { return nil }
        let high = Int(first & 0x7F) << 24 | Int(block[cursor + 1]) << 16
        let low = Int(block[cursor + 2]) << 8 | Int(block[cursor + 3])
        cursor += 4
        return high | low
    }

    /// The value of `name`, compared byte by byte; `nil` where the block has no such pair.
    public static func value(
        of name: UnsafeBufferPointer<UInt8>, in block: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        var pairs = NameValuePairs(block)
        while let pair = pairs.next() {
            if pair.name.count == name.count, isEqual(block, pair.name.start, name) {
                return block[pair.value]
            }
        }
        return nil
    }

    private static func isEqual(
        _ block: UnsafeBufferPointer<UInt8>, _ start: Int, _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        for index in 0..<name.count where block[start + index] != name[index] { return false }
        return true
    }

    /// The value of `name`.
    public static func value(
        of name: StaticString, in block: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        value(of: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), in: block)
    }
}

extension ByteBuffer {
    /// Appends the two lengths of a pair; the name and the value must follow.
    @inlinable
    public mutating func appendPairLengths(name: Int, value: Int) {
        appendPairLength(name)
        appendPairLength(value)
    }

    @inlinable
    mutating func appendPairLength(_ count: Int) {
        precondition(count >= 0 && count < 1 << 31)
        if count < 0x80 { return append(UInt8(truncatingIfNeeded: count)) }
        append(UInt8(truncatingIfNeeded: count >> 24) | 0x80)
        append(UInt8(truncatingIfNeeded: count >> 16))
        append(UInt8(truncatingIfNeeded: count >> 8))
        append(UInt8(truncatingIfNeeded: count))
    }

    /// Appends a pair.
    @inlinable
    public mutating func appendPair(_ name: StaticString, _ value: UnsafeBufferPointer<UInt8>) {
        appendPairLengths(name: name.utf8CodeUnitCount, value: value.count)
        append(name)
        append(value)
    }

    /// Appends a pair whose value has two parts.
    @inlinable
    public mutating func appendPair(
        _ name: StaticString, _ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>
    ) {
        appendPairLengths(name: name.utf8CodeUnitCount, value: first.count + second.count)
        append(name)
        append(first)
        append(second)
    }

    /// Appends a pair.
    @inlinable
    public mutating func appendPair(_ name: StaticString, _ value: StaticString) {
        appendPairLengths(name: name.utf8CodeUnitCount, value: value.utf8CodeUnitCount)
        append(name)
        append(value)
    }

    /// Appends a pair whose value is made of decimal digits.
    @inlinable
    public mutating func appendPair(_ name: StaticString, decimal value: UInt64) {
        Digits.decimal(value) { digits in appendPair(name, digits) }
    }

    /// Appends a pair. Not for the path that every request takes.
    public mutating func appendPair(_ name: StaticString, text: String) {
        var text = text
        text.withUTF8 { appendPair(name, $0) }
    }

    /// Appends a pair. Not for the path that every request takes.
    package mutating func appendPair(text name: String, _ value: String) {
        appendPairLengths(name: name.utf8.count, value: value.utf8.count)
        append(text: name)
        append(text: value)
    }

    /// Appends the pairs of a block but for those of one name.
    mutating func appendPairs(
        of block: UnsafeBufferPointer<UInt8>, without name: UnsafeBufferPointer<UInt8>
    ) {
        var pairs = NameValuePairs(block)
        var start = 0
        while let pair = pairs.next() {
            if !block[pair.name].elementsEqual(name) {
                append(UnsafeBufferPointer(rebasing: block[start..<pairs.offset]))
            }
            start = pairs.offset
        }
    }
}

extension ByteBuffer {
    /// Appends the pair that an entry of an environment makes, `NAME=value`. An entry without a name is none.
    public mutating func appendPair(entry: UnsafeBufferPointer<UInt8>) {
        let equals = UInt8(ascii: "=")
        // What no encoding can hold is left out: a length has 31 bits.
        guard let end = entry.firstIndex(of: equals), end > 0, entry.count < 1 << 31 else { return }
        appendPairLengths(name: end, value: entry.count - end - 1)
        append(UnsafeBufferPointer(rebasing: entry[..<end]))
        append(UnsafeBufferPointer(rebasing: entry[(end + 1)...]))
    }
}
