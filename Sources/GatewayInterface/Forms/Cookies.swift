import Octets

/// The cookies of a request (RFC 6265, §5.4), in the order in which the client sent them.
///
/// The first one of a name counts in ``NamedValues/subscript(_:)``: clients send that of the longest path first.
/// Values are as they were sent but for quotation marks around them; whoever has encoded one has to decode it.
public struct Cookies: NamedValues {
    private let pairs: [(name: String, value: String)]

    /// Reads the value of a Cookie field, as leniently as servers do: what has no `=`, or no name before it, is left
    /// out, octets that are no UTF-8 are repaired, and nothing is refused. The number of cookies has no limit but that
    /// of the request's head.
    ///
    /// - Parameter field: Values of several fields have to be joined by `;` (RFC 9113, §8.2.3).
    public init(_ field: UnsafeBufferPointer<UInt8>) {
        var pairs: [(name: String, value: String)] = []
        for pair in field.split(separator: UInt8(ascii: ";")) {
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = trimmed(pair[..<equals])
            guard !name.isEmpty else { continue }
            var value = trimmed(pair[equals...].dropFirst())
            let quote = UInt8(ascii: "\"")
            if value.count >= 2, value.first == quote, value.last == quote {
                value = value.dropFirst().dropLast()
            }
            pairs.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        self.pairs = pairs
    }

    /// Reads the value of a Cookie field.
    public init(_ field: String) {
        var field = field
        self = field.withUTF8 { Cookies($0) }
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of cookies.
    public var endIndex: Int { pairs.count }
    /// A cookie by its place.
    public subscript(position: Int) -> (name: String, value: String) { pairs[position] }
}

/// Octets without the spaces and tabs at their ends.
func trimmed<Octets: BidirectionalCollection>(_ bytes: Octets) -> Octets.SubSequence
where Octets.Element == UInt8 {
    var rest = bytes.drop(while: ASCII.isBlank)
    while let last = rest.last, ASCII.isBlank(last) { rest = rest.dropLast() }
    return rest
}
