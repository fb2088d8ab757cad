// Which content coding a client wants (RFC 9110, §12.5.3). Only the field's value is looked at; what there is to choose from
// is the caller's to say.

import Octets

/// A coding that a representation may have.
public enum ContentCoding: UInt8, Sendable {
    /// None at all.
    case identity
    case gzip
    case brotli

    /// As Content-Encoding says it.
    public var name: StaticString {
        switch self {
        case .identity: "identity"
        case .gzip: "gzip"
        case .brotli: "br"
        }
    }
}

/// A set of codings beside identity, which is always there.
public struct ContentCodings: OptionSet, Sendable {
    /// A bit for each coding.
    public let rawValue: UInt8

    /// A set by its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// RFC 1952.
    public static let gzip = ContentCodings(rawValue: 1)
    /// RFC 7932.
    public static let brotli = ContentCodings(rawValue: 2)

    /// The coding that a client likes best; of two that it likes equally, the one that makes less of a text.
    ///
    /// A coding that the field does not name, and `*` does not stand for, is not sent; nor is one of weight 0. `identity`
    /// wins over the others only where the field names it with a greater weight. Where nothing is acceptable it is the
    /// answer all the same: a page that can be read is worth more than 406. What cannot be read as a coding is skipped.
    ///
    /// - Parameters:
    ///   - field: The value of Accept-Encoding.
    ///   - available: What there is beside identity.
    public static func preferred(
        in field: UnsafeBufferPointer<UInt8>, of available: ContentCodings = [.gzip, .brotli]
    ) -> ContentCoding {
        let weights = Weights(field)
        var best = ContentCoding.identity
        var most = weights.identity ?? 0
        /// Takes a coding that is there; it wins over identity also where both weigh the same.
        func consider(_ coding: ContentCoding, _ weight: Int?, isThere: Bool) {
            let weight = isThere ? weight ?? weights.others ?? 0 : 0
            guard weight > most || weight == most && weight > 0 && best == .identity else { return }
            (best, most) = (coding, weight)
        }
        // From the one that makes least of a text.
        consider(.brotli, weights.brotli, isThere: available.contains(.brotli))
        consider(.gzip, weights.gzip, isThere: available.contains(.gzip))
        return best
    }

    /// Weights in thousandths; `nil` for what the field does not name.
    private struct Weights {
        var gzip: Int?
        var brotli: Int?
        var identity: Int?
        /// `*`
        var others: Int?

        init(_ field: UnsafeBufferPointer<UInt8>) {
            let bytes = field.span
            var start = 0
            while start < field.count {
                var end = start
                while end < field.count, field[end] != UInt8(ascii: ",") { end += 1 }
                take(ByteRange(start, end), in: bytes)
                start = end + 1
            }
        }

        private mutating func take(_ element: ByteRange, in bytes: Span<UInt8>) {
            var end = element.start
            while end < element.end, bytes[end] != UInt8(ascii: ";") { end += 1 }
            let name = bytes.trimmed(ByteRange(element.start, end))
            guard let weight = Self.weight(ByteRange(end, element.end), in: bytes) else { return }
            // `x-gzip` is the old name of gzip (§8.4.1.3).
            if bytes.matches(name, lowercase: "gzip") || bytes.matches(name, lowercase: "x-gzip") {
                gzip = weight
            } else if bytes.matches(name, lowercase: "br") {
                brotli = weight
            } else if bytes.matches(name, lowercase: "identity") {
                identity = weight
            } else if bytes.matches(name, lowercase: "*") {
                others = weight
            }
        }

        /// What `;q=0.5` says, in thousandths (§12.4.2); 1000 where nothing is said, `nil` where it is malformed.
        private static func weight(_ rest: ByteRange, in bytes: Span<UInt8>) -> Int? {
            guard !rest.isEmpty else { return 1000 }
            let parameter = bytes.trimmed(ByteRange(rest.start + 1, rest.end))
            guard parameter.count > 2,
                bytes.matches(ByteRange(parameter.start, parameter.start + 2), lowercase: "q=")
            else { return nil }
            let digits = ByteRange(parameter.start + 2, parameter.end)
            let whole = bytes[digits.start]
            guard digits.count <= 5, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1") else {
                return nil
            }
            var weight = whole == UInt8(ascii: "1") ? 1000 : 0
            guard digits.count > 1 else { return weight }
            guard bytes[digits.start + 1] == UInt8(ascii: ".") else { return nil }
            var value = 100
            for index in (digits.start + 2)..<digits.end {
                guard ASCII.isDigit(bytes[index]) else { return nil }
                weight += Int(bytes[index] &- 0x30) * value
                value /= 10
            }
            return weight <= 1000 ? weight : nil
        }
    }
}
