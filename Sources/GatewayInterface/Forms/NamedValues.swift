// Pairs of texts in the order in which a client sent them. They stay a list: a client picks the names, and a table of
// them could be made slow by names that collide.

/// Pairs of a name and a value in their order, where a name may come more than once.
public protocol NamedValues: RandomAccessCollection, Sendable
where Element == (name: String, value: String), Index == Int {}

extension NamedValues {
    /// The value of the first pair of a name; `nil` where there is none.
    ///
    /// Names are the same where their octets are: `é` in one character and in two are two names.
    public subscript(name: String) -> String? { first { hasSameOctets($0.name, name) }?.value }

    /// The values of all pairs of a name, in their order.
    public func all(_ name: String) -> [String] {
        filter { hasSameOctets($0.name, name) }.map(\.value)
    }
}

/// Whether two texts have the same octets; `==` of String takes more for equal.
func hasSameOctets(_ first: String, _ second: String) -> Bool {
    first.utf8.count == second.utf8.count && first.utf8.elementsEqual(second.utf8)
}
