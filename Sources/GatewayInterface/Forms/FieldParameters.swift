// A field value with parameters: `form-data; name="a"`, `multipart/form-data; boundary=b` (RFC 9110, §5.6.6, and RFC 2045,
// §5.1). As lenient as clients make it necessary, and no more: what can be read in two ways is refused.

import Octets

/// A field value, and the parameters behind it.
struct FieldParameters {
    /// What stands before the first `;`, in small letters.
    let value: String
    private var parameters: [(name: String, value: [UInt8])] = []

    /// `nil` where a parameter has no `=`, or a quoted text no end, and where a name comes twice.
    init?(_ field: some Collection<UInt8>) {
        let semicolon = UInt8(ascii: ";")
        value = Self.value(field)
        var rest = Array(field)[...].drop { $0 != semicolon }
        while rest.popFirst() != nil {
            rest = rest.drop(while: ASCII.isBlank)
            guard let first = rest.first, first != semicolon else { continue }
            let name = rest.prefix { $0 != UInt8(ascii: "=") }
            rest = rest.dropFirst(name.count)
            guard rest.popFirst() != nil, !name.isEmpty, name.allSatisfy(ASCII.isToken),
                let value = Self.takeValue(&rest)
            else { return nil }
            let lowercased = String(decoding: name.map(ASCII.lowercased), as: UTF8.self)
            guard self[lowercased] == nil else { return nil }
            parameters.append((lowercased, value))
            rest = rest.drop(while: ASCII.isBlank)
            guard rest.isEmpty || rest.first == semicolon else { return nil }
        }
    }

    /// What stands before the first `;` of a field, whatever is behind it, in small letters.
    static func value(_ field: some Collection<UInt8>) -> String {
        let value = Array(field.prefix { $0 != UInt8(ascii: ";") })
        return String(decoding: trimmed(value).map(ASCII.lowercased), as: UTF8.self)
    }

    /// The octets of a parameter, which is named in small letters.
    subscript(name: String) -> [UInt8]? { parameters.first { $0.name == name }?.value }

    /// A quoted text, or all up to a blank or a semicolon: more than a token, because clients send boundaries with `=` and `/`
    /// unquoted.
    private static func takeValue(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        guard rest.first == quote else {
            let value = rest.prefix { !ASCII.isBlank($0) && $0 != UInt8(ascii: ";") && $0 != quote }
            rest = rest.dropFirst(value.count)
            return value.isEmpty ? nil : Array(value)
        }
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let octet = rest.popFirst() {
            if octet == quote { return value }
            // Browsers do not escape backslashes, and `C:\new` has one: it is an escape only where it has to be.
            if octet == backslash, let next = rest.first, next == quote || next == backslash {
                rest = rest.dropFirst()
                value.append(next)
            } else {
                value.append(octet)
            }
        }
        return nil
    }
}
