// Which content coding a client gets (RFC 9110, §12.5.3). Only the choice is made here: nothing knows how to code.

import Octets

/// A content coding that the gateway can apply (RFC 9110, §8.4.1).
public enum ContentCoding: String, CaseIterable, Sendable {
    case gzip
    case brotli = "br"

    /// Its name on the wire.
    public var token: StaticString {
        switch self {
        case .gzip: "gzip"
        case .brotli: "br"
        }
    }
}

/// A set of codings.
public struct ContentCodings: OptionSet, Sendable {
    /// A bit for each coding.
    public let rawValue: UInt8

    /// A set by its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The set of one coding.
    public init(_ coding: ContentCoding) { self = coding == .gzip ? .gzip : .brotli }

    /// RFC 1952.
    public static let gzip = ContentCodings(rawValue: 1)
    /// RFC 7932.
    public static let brotli = ContentCodings(rawValue: 2)
}

/// What a client says in Accept-Encoding.
public struct AcceptEncoding: Equatable, Sendable {
    // Weights in thousandths; `nil` is not named. Named twice, the last one counts.
    private var gzip: Int?
    private var brotli: Int?
    private var identity: Int?
    private var others: Int?

    /// Reads the field. An element that is malformed accepts nothing.
    ///
    /// - Parameter value: Of all its lines, joined; `nil` where there is none. Then everything is acceptable (§12.5.3), but such
    ///   clients are old programs that understand no coding: nothing is chosen for them.
    public init(_ value: UnsafeBufferPointer<UInt8>?) {
        guard let value else { return }
        FieldList.forEach(in: value) { element in
            let semicolon = element.firstIndex(of: UInt8(ascii: ";"))
            let name = FieldList.trimmed(element, 0, semicolon ?? element.count)
            var weight = 1000
            if let semicolon {
                weight = Self.weight(FieldList.trimmed(element, semicolon + 1, element.count)) ?? 0
            }
            let (span, all) = (name.span, ByteRange(0, name.count))
            // `x-gzip` is an old name of the same coding (§8.4.1.3).
            if span.matches(all, lowercase: "gzip") || span.matches(all, lowercase: "x-gzip") {
                gzip = weight
            } else if span.matches(all, lowercase: "br") {
                brotli = weight
            } else if span.matches(all, lowercase: "identity") {
                identity = weight
            } else if span.matches(all, lowercase: "*") {
                others = weight
            }
        }
    }

    /// `q=` and 0 to 1 with at most three decimals (§12.4.2), in thousandths.
    private static func weight(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard text.count >= 3, text.count <= 7, ASCII.lowercased(text[0]) == UInt8(ascii: "q"),
            text[1] == UInt8(ascii: "="), text[2] == UInt8(ascii: "0") || text[2] == UInt8(ascii: "1")
        else { return nil }
        var weight = text[2] == UInt8(ascii: "1") ? 1000 : 0
        guard text.count > 3 else { return weight }
        guard text[3] == UInt8(ascii: ".") else { return nil }
        var place = 100
        for digit in text[4...] {
            guard ASCII.isDigit(digit) else { return nil }
            weight += Int(digit - 0x30) * place
            place /= 10
        }
        return weight <= 1000 ? weight : nil
    }

    private func weight(of coding: ContentCoding) -> Int {
        switch coding {
        case .gzip: gzip ?? others ?? 0
        case .brotli: brotli ?? others ?? 0
        }
    }

    /// Whether the client refuses a body that is not coded.
    public var refusesIdentity: Bool { (identity ?? others) == 0 }

    /// The coding that the client likes best, of two that it likes the same the first one offered; `nil` for none.
    ///
    /// - Parameters:
    ///   - offered: In the order in which the server prefers them.
    ///   - available: Those of them that there are.
    public func choice(
        among offered: [ContentCoding], within available: ContentCodings = [.gzip, .brotli]
    ) -> ContentCoding? {
        var best: ContentCoding?
        // What is named as less welcome than no coding at all is not chosen.
        var bestWeight = max(identity ?? 0, 1) - 1
        for coding in offered where available.contains(ContentCodings(coding)) {
            let weight = weight(of: coding)
            if weight > bestWeight { (best, bestWeight) = (coding, weight) }
        }
        return best
    }

    /// The same for codings of which copies are there already: of two that the client likes the same the one that makes less
    /// of a text.
    public func choice(among available: ContentCodings) -> ContentCoding? {
        choice(among: Self.bySize, within: available)
    }

    private static let bySize: [ContentCoding] = [.brotli, .gzip]
}
