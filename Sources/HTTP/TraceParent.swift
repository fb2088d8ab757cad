// The field traceparent (W3C Trace Context, §3.2): which trace a request belongs to, and which span of it asks. Text in and text out;
// whether a trace is continued or begun is somebody else's decision.

import Octets

/// A valid traceparent.
public struct TraceParent: Equatable, Sendable {
    /// Octets of a field of version 00: `00-` 32HEXDIG `-` 16HEXDIG `-` 2HEXDIG.
    public static let byteCount = 55

    /// The 16 octets of the trace; never all zero.
    public let traceHigh: UInt64, traceLow: UInt64
    /// The span that asks; never 0.
    public let parent: UInt64
    /// The flags: of those that a later version of the recommendation may add, none is passed on.
    public let flags: UInt8

    /// Whoever asks has sampled the request.
    public static let sampled: UInt8 = 1
    /// `sampled`, and `random` of Level 2: the trace's last seven octets are random.
    private static let knownFlags: UInt8 = 3

    /// The next span of a trace, or a new trace.
    ///
    /// - Precondition: Neither the trace nor the parent is zero.
    public init(traceHigh: UInt64, traceLow: UInt64, parent: UInt64, flags: UInt8) {
        precondition(traceHigh | traceLow != 0 && parent != 0)
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.parent = parent
        self.flags = flags & Self.knownFlags
    }

    /// Reads a field. Digits are lower-case (§3.2.2). A later version is read by what it has in common with this one (§3.2.4).
    ///
    /// - Returns: `nil` for a field that is to be ignored; several fields, joined by commas, are one.
    public init?(_ field: UnsafeBufferPointer<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard field.count >= Self.byteCount, field[2] == dash, field[35] == dash, field[52] == dash,
            let version = Self.number(field[0..<2]), version != 0xFF,
            field.count == Self.byteCount || version > 0 && field[Self.byteCount] == dash,
            let high = Self.number(field[3..<19]), let low = Self.number(field[19..<35]), high | low != 0,
            let parent = Self.number(field[36..<52]), parent != 0,
            let flags = Self.number(field[53..<55])
        else { return nil }
        self.init(
            traceHigh: high, traceLow: low, parent: parent, flags: UInt8(truncatingIfNeeded: flags))
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            guard let value = ASCII.hexadecimalValue(digit), !(0x41...0x46).contains(digit) else {
                return nil
            }
            number = number << 4 | UInt64(value)
        }
        return number
    }

    /// The same trace with another span as the one that asks.
    public func continued(by span: UInt64) -> TraceParent {
        TraceParent(traceHigh: traceHigh, traceLow: traceLow, parent: span, flags: flags)
    }

    /// Appends the field in version 00.
    public func append(to output: inout ByteBuffer) {
        output.append("00-")
        output.append(hexadecimal: traceHigh, digits: 16)
        output.append(hexadecimal: traceLow, digits: 16)
        output.append("-")
        output.append(hexadecimal: parent, digits: 16)
        output.append("-")
        output.append(hexadecimal: UInt64(flags), digits: 2)
    }
}
