// The one buffer of the project: bytes go in at the end and come out at the front. It is allocated once and
// reused; whoever owns it decides how large it may become.

/// A growable first-in, first-out buffer of bytes with one owner.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var lower = 0
    @usableFromInline var upper = 0
    /// Bytes of memory held now.
    public private(set) var capacity: Int

    /// A buffer with memory for `capacity` bytes; none is allocated for 0.
    public init(capacity: Int = 0) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// Number of bytes waiting to be read.
    @inlinable public var count: Int { upper - lower }
    /// Whether no byte waits.
    @inlinable public var isEmpty: Bool { upper == lower }

    /// The bytes that wait. Valid until the buffer is next changed.
    @inlinable
    public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base + lower, count: count) }

    /// The bytes that wait, to change in place.
    @inlinable
    public var mutableBytes: UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(start: base + lower, count: count)
    }

    /// Free memory behind the last byte, at least `minimum` bytes; follow a write with ``commit(_:)``.
    @inlinable
    public mutating func spare(_ minimum: Int) -> UnsafeMutableBufferPointer<UInt8> {
        if capacity - upper < minimum { makeRoom(minimum) }
        return UnsafeMutableBufferPointer(start: base + upper, count: capacity - upper)
    }

    /// Declares `count` bytes of ``spare(_:)`` to be written.
    @inlinable
    public mutating func commit(_ count: Int) {
        precondition(count >= 0 && count <= capacity - upper)
        upper += count
    }

    /// Takes `count` bytes off the front.
    @inlinable
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count)
        lower += count
        if lower == upper {
            lower = 0
            upper = 0
        }
    }

    /// Takes `count` bytes off the end.
    @inlinable
    public mutating func removeLast(_ count: Int) {
        precondition(count >= 0 && count <= self.count)
        upper -= count
    }

    /// Forgets all bytes and keeps the memory.
    @inlinable
    public mutating func clear() {
        lower = 0
        upper = 0
    }

    /// Forgets all bytes, and the memory too where it has grown beyond `capacity`.
    public mutating func clear(keeping limit: Int) {
        clear()
        guard capacity > limit else { return }
        base.deallocate()
        base = .allocate(capacity: limit)
        capacity = limit
    }

    /// Appends one byte.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        if upper == capacity { makeRoom(1) }
        base[upper] = byte
        upper += 1
    }

    /// Appends `bytes`.
    @inlinable
    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if capacity - upper < bytes.count { makeRoom(bytes.count) }
        (base + upper).update(from: source, count: bytes.count)
        upper += bytes.count
    }

    /// Appends the UTF-8 of a literal.
    @inlinable
    public mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of `text`. Not for the path that every request takes.
    public mutating func append(text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Appends the decimal digits of `number`.
    @inlinable
    public mutating func append(decimal number: UInt64) {
        if capacity - upper < 20 { makeRoom(20) }
        Digits.decimal(number) { digits in
            (base + upper).update(from: digits.baseAddress!, count: digits.count)
            upper += digits.count
        }
    }

    @usableFromInline
    mutating func makeRoom(_ additional: Int) {
        let count = self.count
        let needed = count + additional
        if needed <= capacity && lower >= capacity / 2 {
            // Moving costs less than growing, and at least half of the memory has been read before it happens.
            base.update(from: base + lower, count: count)
        } else {
            let larger = max(needed, capacity * 2, 64)
            let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
            memory.update(from: base + lower, count: count)
            base.deallocate()
            base = memory
            capacity = larger
        }
        lower = 0
        upper = count
    }
}
