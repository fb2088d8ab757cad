// Numbers from the wire: digits only, overflow is an answer and never a trap.

/// The outcome of reading a number made of digits.
public enum ParsedNumber: Equatable, Sendable {
    /// The value.
    case value(UInt64)
    /// No digits, or something that is no digit: a sign, a space, `0x`.
    case malformed
    /// Digits, but more than 2⁶³ − 1.
    case tooLarge
}

extension Span where Element == UInt8 {
    /// Reads `1*DIGIT` (RFC 9110, §8.6: Content-Length).
    public func decimal(_ range: ByteRange) -> ParsedNumber {
        guard !range.isEmpty else { return .malformed }
        var number: UInt64 = 0
        var overflows = false
        for index in range.start..<range.end {
            let byte = self[index]
            guard ASCII.isDigit(byte) else { return .malformed }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- 0x30))
            overflows = overflows || overflow || carry || sum > UInt64(Int64.max)
            number = sum
        }
        return overflows ? .tooLarge : .value(number)
    }
}

/// Digits written without a String.
public enum Digits {
    /// Calls `body` with the decimal digits of `number`.
    @inlinable
    public static func decimal<Result>(
        _ number: UInt64, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { memory in
            var rest = number
            var start = 20
            repeat {
                start -= 1
                memory[start] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
                rest /= 10
            } while rest != 0
            return body(UnsafeBufferPointer(rebasing: memory[start..<20]))
        }
    }

    /// Calls `body` with the lower-case hexadecimal digits of `number`.
    @inlinable
    public static func hexadecimal<Result>(
        _ number: UInt64, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { memory in
            var rest = number
            var start = 16
            repeat {
                start -= 1
                memory[start] = ASCII.hexadecimalDigit(UInt8(truncatingIfNeeded: rest))
                rest >>= 4
            } while rest != 0
            return body(UnsafeBufferPointer(rebasing: memory[start..<16]))
        }
    }
}
