import Octets

/// A line of JSON, read to the letter of RFC 8259: an object of texts, numbers and nulls, without white space, and with no name
/// twice.
struct JSONLine {
    enum Value: Equatable {
        case text(String), number(String), null
    }

    private(set) var members: [(name: String, value: Value)] = []
    private var rest: Substring.UnicodeScalarView

    init(_ bytes: some Collection<UInt8>) throws(Violation) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Violation(description: "it is no UTF-8")
        }
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            try require(
                !isControl && scalar.value != 0x2028 && scalar.value != 0x2029,
                "there is a control character in it")
        }
        rest = Substring(text).unicodeScalars
        try take("{")
        repeat {
            let name = try string()
            try take(":")
            members.append((name, try value()))
        } while skip(",")
        try take("}")
        try require(rest.isEmpty, "something follows the object")
        try require(Set(members.map(\.name)).count == members.count, "a name is there twice")
    }

    subscript(_ name: String) -> Value? { members.first { $0.name == name }?.value }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func take(_ scalar: Unicode.Scalar) throws(Violation) {
        try require(skip(scalar), "it is no JSON: there is no \(scalar)")
    }

    private mutating func value() throws(Violation) -> Value {
        if rest.first == "\"" { return .text(try string()) }
        if rest.starts(with: "null".unicodeScalars) {
            rest.removeFirst(4)
            return .null
        }
        let digits = String(String.UnicodeScalarView(rest.prefix { ("0"..."9").contains($0) }))
        rest.removeFirst(digits.utf8.count)
        try require(!digits.isEmpty && (digits == "0" || digits.first != "0"), "a number is none")
        return .number(digits)
    }

    private mutating func string() throws(Violation) -> String {
        try take("\"")
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(text)
            case "\\": text.append(try escape())
            default: text.append(scalar)
            }
        }
        throw Violation(description: "a text has no end")
    }

    private mutating func escape() throws(Violation) -> Unicode.Scalar {
        switch rest.popFirst() {
        case "\""?: return "\""
        case "\\"?: return "\\"
        case "u"?:
            let digits = String(String.UnicodeScalarView(rest.prefix(4)))
            let isNumber =
                digits.utf8.count == 4 && digits.utf8.allSatisfy { ASCII.hexadecimalValue($0) != nil }
            guard isNumber, let number = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(number) else {
                throw Violation(description: "an escape is none")
            }
            rest.removeFirst(4)
            return scalar
        default: throw Violation(description: "an escape is none")
        }
    }

    /// What a text says of octets: what is UTF-8 as it is, and of what is none the character of each octet's number.
    static func text(of octets: some Collection<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var rest = Array(octets)[...]
        while let first = rest.first {
            let longest = (1...4).first { count in
                guard let one = String(validating: rest.prefix(count), as: UTF8.self) else { return false }
                return one.unicodeScalars.count == 1
            }
            if let longest {
                text.append(String(decoding: rest.prefix(longest), as: UTF8.self).unicodeScalars.first!)
            } else {
                text.append(Unicode.Scalar(first))
            }
            rest = rest.dropFirst(longest ?? 1)
        }
        return String(text)
    }
}
