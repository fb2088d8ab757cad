import HTTPTypes

/// Header fields of a response, in their order. A name may stand there more than once, as Set-Cookie does.
///
/// Written as `[.contentType: "text/html"]`, or as `[("X-Odd-Name", "1")]` for names that are not declared.
public struct ResponseFields: Sendable, RandomAccessCollection, ExpressibleByDictionaryLiteral,
    ExpressibleByArrayLiteral
{
    /// A field.
    public typealias Element = (name: String, value: String)

    private var list: [Element]

    /// No fields.
    public init() { list = [] }

    /// Fields in their order.
    public init(_ fields: [Element]) { list = fields }

    /// One field.
    public init(_ name: String, _ value: String) { list = [(name, value)] }

    /// The fields of swift-http-types.
    public init(_ fields: HTTPFields) { list = fields.map { ($0.name.rawName, $0.value) } }

    /// Fields by names that are known to be valid.
    public init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
        list = elements.map { ($0.0.rawName, $0.1) }
    }

    /// Fields by any name.
    public init(arrayLiteral elements: (String, String)...) {
        list = elements.map { (name: $0.0, value: $0.1) }
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// How many there are.
    public var endIndex: Int { list.count }
    /// A field by its place.
    public subscript(position: Int) -> Element { list[position] }

    /// The value of the first field of a name, without regard to case. Setting it puts one field in the place of all that have
    /// the name; setting `nil` removes them.
    public subscript(name: HTTPField.Name) -> String? {
        get { self[name.rawName] }
        set { self[name.rawName] = newValue }
    }

    /// The same by any name.
    public subscript(name: String) -> String? {
        get { list.first { Self.isSame($0.name, name) }?.value }
        set {
            guard let newValue else { return list.removeAll { Self.isSame($0.name, name) } }
            guard let place = list.firstIndex(where: { Self.isSame($0.name, name) }) else {
                return list.append((name, newValue))
            }
            list[place].value = newValue
            for index in list.indices.reversed() where index > place && Self.isSame(list[index].name, name) {
                list.remove(at: index)
            }
        }
    }

    /// Adds a field behind the others, also where there is one of that name.
    public mutating func append(_ name: HTTPField.Name, _ value: String) {
        list.append((name.rawName, value))
    }

    /// The same by any name.
    public mutating func append(_ name: String, _ value: String) { list.append((name, value)) }

    /// Adds fields behind the others.
    public static func += (fields: inout ResponseFields, others: ResponseFields) {
        fields.list += others.list
    }

    /// Names are ASCII, and no other letters have another case.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        var (one, other) = (one.utf8.makeIterator(), other.utf8.makeIterator())
        while true {
            guard let left = one.next() else { return other.next() == nil }
            guard let right = other.next(), lowercased(left) == lowercased(right) else { return false }
        }
    }

    private static func lowercased(_ octet: UInt8) -> UInt8 {
        octet >= UInt8(ascii: "A") && octet <= UInt8(ascii: "Z") ? octet | 0x20 : octet
    }
}
