// A Connection field names other fields that are about the connection (RFC 9110, §7.6.1). The connection is not the application's,
// so what it names ends here, as Connection itself does. The rule stands here for heads of CGI and for Swift responses.

import Octets

extension CGIFieldName {
    /// Whether a Connection field can make a field one of the connection. It cannot name the framing away.
    var mayBeNominated: Bool { self != .hopByHop && self != .contentLength && self != .status }
}

extension CGIResponseHead {
    /// Options of Connection that are looked at. Bounds what a head costs that is nothing but options and fields.
    static var optionLimit: Int { 100 }

    /// Makes those fields hop-by-hop that a Connection field names.
    mutating func nominate(in bytes: Span<UInt8>) {
        var count = 0
        for connection in fields.indices
        where fields[connection].kind == .hopByHop
            && bytes.matches(fields[connection].name, lowercase: "connection")
        {
            bytes.forEachElement(of: fields[connection].value) { option in
                count += 1
                guard count <= Self.optionLimit, !option.isEmpty else { return }
                for index in fields.indices where fields[index].kind.mayBeNominated {
                    if bytes.matches(fields[index].name, option) { fields[index].kind = .hopByHop }
                }
            }
        }
    }
}

extension ResponseFields {
    /// The fields without those that a Connection field of theirs names. Nearly all responses have no such field, and come back
    /// as they are.
    package var endToEnd: ResponseFields {
        let isConnection = { (field: Element) in
            // Most names have another length.
            field.name.utf8.count == 10 && field.name.lowercased() == "connection"
        }
        guard contains(where: isConnection) else { return self }
        var named: Set<String> = []
        for field in self where isConnection(field) {
            var value = field.value
            value.withUTF8 { bytes in
                bytes.span.forEachElement(of: ByteRange(0, bytes.count)) { option in
                    named.insert(String(decoding: bytes[option], as: UTF8.self).lowercased())
                }
            }
        }
        return ResponseFields(
            filter { field in
                var name = field.name
                guard named.contains(name.lowercased()) else { return true }
                return name.withUTF8 {
                    !CGIFieldName.recognise(ByteRange(0, $0.count), in: $0.span).mayBeNominated
                }
            })
    }
}
