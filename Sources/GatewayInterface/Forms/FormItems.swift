// application/x-www-form-urlencoded, as the URL standard of the WHATWG reads and writes it: the query of a URL, and the
// body of most forms. Decoder and encoder stand side by side here. Nothing is malformed in it.

import Octets

/// The items of a query or of a form, in their order.
public struct FormItems: NamedValues {
    private let items: [(name: String, value: String)]

    /// A list of items.
    public init(_ items: [(name: String, value: String)] = []) { self.items = items }

    /// Reads the body of a form (WHATWG URL, §5.1): `+` is a space, an item without `=` has an empty value, octets that
    /// are no UTF-8 are repaired, and a `%` without two digits stands for itself.
    ///
    /// - Parameters:
    ///   - bytes: Octets of application/x-www-form-urlencoded.
    ///   - limit: Items to accept: each costs far more memory than the two octets that it takes to send one.
    /// - Throws: ``FormError/tooManyItems(limit:)``.
    public init(decoding bytes: UnsafeBufferPointer<UInt8>, limit: Int = 1000) throws(FormError) {
        var items: [(name: String, value: String)] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let item = rest[..<end]
            rest = rest[end...].dropFirst()
            guard !item.isEmpty else { continue }
            guard items.count < limit else { throw .tooManyItems(limit: limit) }
            let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
            items.append(
                (
                    String(percentDecoding: item[..<equals], plusIsSpace: true),
                    String(percentDecoding: item[equals...].dropFirst(), plusIsSpace: true)
                ))
        }
        self.items = items
    }

    /// Reads the body of a form.
    ///
    /// - Parameters:
    ///   - bytes: Octets of application/x-www-form-urlencoded.
    ///   - limit: Items to accept.
    /// - Throws: ``FormError/tooManyItems(limit:)``.
    public init(decoding bytes: [UInt8], limit: Int = 1000) throws(FormError) {
        self = try bytes.withUnsafeBufferPointer { (bytes) throws(FormError) in
            try FormItems(decoding: bytes, limit: limit)
        }
    }

    /// Reads the query of a URL, without its `?`. The number of its items has no limit but that of the request's line.
    public init(query: UnsafeBufferPointer<UInt8>) {
        // No item is counted beyond this limit, so nothing is thrown.
        self = (try? FormItems(decoding: query, limit: .max)) ?? FormItems()
    }

    /// Reads the query of a URL, without its `?`.
    public init(query: String) {
        var query = query
        self = query.withUTF8 { FormItems(query: $0) }
    }

    /// The items as a query or as the body of a form (WHATWG URL, §5.2): ASCII, without line ends.
    public var encoded: String {
        var octets: [UInt8] = []
        for item in items {
            if !octets.isEmpty { octets.append(UInt8(ascii: "&")) }
            Self.append(item.name, to: &octets)
            octets.append(UInt8(ascii: "="))
            Self.append(item.value, to: &octets)
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func append(_ text: String, to octets: inout [UInt8]) {
        for octet in text.utf8 {
            switch octet {
            case ASCII.space: octets.append(UInt8(ascii: "+"))
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "*"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"):
                octets.append(octet)
            default: octets.append(percentEncoding: octet)
            }
        }
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of items.
    public var endIndex: Int { items.count }
    /// An item by its place.
    public subscript(position: Int) -> (name: String, value: String) { items[position] }
}
