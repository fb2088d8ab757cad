// An address as octets on the wire spell it, read and written without a String: it stands in fields of every request
// that comes through a proxy. Knows neither sockets nor names.

import Octets

/// An IPv4 or IPv6 address; IPv4 in its mapped form (RFC 4291, §2.5.5.2), so that both spellings are one address.
public struct NetworkAddress: Equatable, Sendable {
    /// The 128 bits.
    public let bits: UInt128

    /// - Parameter bits: All of them, IPv4 in its mapped form.
    public init(bits: UInt128) { self.bits = bits }

    /// - Parameter ipv4: The four octets, the first one highest.
    public init(ipv4: UInt32) { bits = 0xFFFF << 32 | UInt128(ipv4) }

    /// An address in figures, without port and brackets; `nil` for anything else, a zone (`%eth0`) too.
    public init?(_ range: ByteRange, in bytes: Span<UInt8>) {
        if let four = Self.readIPv4(range, in: bytes) {
            self.init(ipv4: four)
        } else if let six = Self.readIPv6(range, in: bytes) {
            self.init(bits: six)
        } else {
            return nil
        }
    }

    /// Whether it is IPv4, in either spelling.
    public var isIPv4: Bool { bits >> 32 == 0xFFFF }

    /// What tells clients apart, as two words: an IPv4 address, and of IPv6 the first 64 bits, within which one client has
    /// addresses without end.
    public var subscriber: (UInt64, UInt64) {
        let high = UInt64(truncatingIfNeeded: bits >> 64)
        return isIPv4 ? (high, UInt64(truncatingIfNeeded: bits)) : (high, 0)
    }

    /// Whether the first bits are those of `network`.
    ///
    /// - Parameter count: 0…128, counted over the 128 bits of the mapped form.
    public func matches(_ network: NetworkAddress, bits count: Int) -> Bool {
        // A shift by all 128 bits leaves nothing to compare.
        (bits ^ network.bits) >> UInt128(128 - min(max(count, 0), 128)) == 0
    }

    // MARK: Reading

    /// Four numbers up to 255. A leading zero is refused: some readers take it for octal.
    static func readIPv4(_ range: ByteRange, in bytes: Span<UInt8>) -> UInt32? {
        guard range.count >= 7, range.count <= 15 else { return nil }
        var address: UInt32 = 0
        var index = range.start
        for part in 0..<4 {
            if part > 0 {
                guard index < range.end, bytes[index] == UInt8(ascii: ".") else { return nil }
                index += 1
            }
            let start = index
            var number: UInt32 = 0
            while index < range.end, index - start < 3, ASCII.isDigit(bytes[index]) {
                number = number * 10 + UInt32(bytes[index] &- 0x30)
                index += 1
            }
            guard index > start, number <= 255, index - start == 1 || bytes[start] != UInt8(ascii: "0") else {
                return nil
            }
            address = address << 8 | number
        }
        return index == range.end ? address : nil
    }

    /// RFC 4291, §2.2: eight groups, one run of zeros as `::`, the last two groups perhaps as IPv4.
    static func readIPv6(_ range: ByteRange, in bytes: Span<UInt8>) -> UInt128? {
        guard range.count >= 2, range.count <= 45 else { return nil }
        var value: UInt128 = 0
        var count = 0
        var gap: Int?
        var index = range.start
        if bytes[index] == ASCII.colon {
            guard bytes[index + 1] == ASCII.colon else { return nil }
            gap = 0
            index += 2
        }
        while index < range.end {
            if count <= 6, let four = readIPv4(ByteRange(index, range.end), in: bytes) {
                value = value << 32 | UInt128(four)
                count += 2
                break
            }
            let start = index
            var group: UInt128 = 0
            while index < range.end, index - start < 4, let digit = ASCII.hexadecimalValue(bytes[index]) {
                group = group << 4 | UInt128(digit)
                index += 1
            }
            guard index > start, count < 8 else { return nil }
            value = value << 16 | group
            count += 1
            if index == range.end { break }
            guard bytes[index] == ASCII.colon, index + 1 < range.end else { return nil }
            index += 1
            if bytes[index] == ASCII.colon {
                guard gap == nil else { return nil }
                gap = count
                index += 1
            }
        }
        guard let gap else { return count == 8 ? value : nil }
        guard count < 8 else { return nil }
        let behind = UInt128(16 * (count - gap))
        let low = value & ~(UInt128.max << behind)
        return (value >> behind) << UInt128(16 * (8 - gap)) | low
    }

    // MARK: Writing

    /// Calls `body` with the address in figures, as RFC 5952 wants it.
    public func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { memory in
            let count = isIPv4 ? writeIPv4(memory) : writeIPv6(memory)
            return body(UnsafeBufferPointer(rebasing: memory[..<count]))
        }
    }

    private func writeIPv4(_ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var end = 0
        for part in 0..<4 {
            if part > 0 {
                memory[end] = UInt8(ascii: ".")
                end += 1
            }
            Digits.decimal(UInt64(bits >> UInt128(24 - 8 * part) & 0xFF)) { digits in
                for digit in digits {
                    memory[end] = digit
                    end += 1
                }
            }
        }
        return end
    }

    private func group(_ index: Int) -> UInt64 { UInt64(bits >> UInt128(112 - 16 * index) & 0xFFFF) }

    private func writeIPv6(_ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let (start, length) = longestRun()
        var end = 0
        var index = 0
        while index < 8 {
            if index == start {
                memory[end] = ASCII.colon
                end += 1
                index += length
                if index == 8 {
                    memory[end] = ASCII.colon
                    end += 1
                }
                continue
            }
            if index > 0 {
                memory[end] = ASCII.colon
                end += 1
            }
            Digits.hexadecimal(group(index)) { digits in
                for digit in digits {
                    memory[end] = digit
                    end += 1
                }
            }
            index += 1
        }
        return end
    }

    /// The first of the longest runs of zero groups; one group alone is none (RFC 5952, §4.2.2).
    private func longestRun() -> (start: Int, length: Int) {
        var best = (start: -1, length: 1)
        var index = 0
        while index < 8 {
            let start = index
            while index < 8, group(index) == 0 { index += 1 }
            if index - start > best.length { best = (start, index - start) }
            index += 1
        }
        return best
    }
}
