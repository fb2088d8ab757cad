import GatewayJSON
import Octets

/// Any JSON value.
private enum AnyJSON: Codable, Equatable {
    case null, bool(Bool), number(Double), string(String), array([AnyJSON]), object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try? container.decode([AnyJSON].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .number(let number): try container.encode(number)
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }
}

/// What is promised of JSON from strangers. The input is a text.
enum JSONPromises {
    private struct Nothing: Decodable {
        // Reads nothing of what is there: the grammar alone decides.
        init(from decoder: any Decoder) throws {}
    }

    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let text = Array(bytes)
        let isJSON = (try? JSONText.decode(Nothing.self, from: text)) != nil
        var model = JSONModel(text)
        if let expected = model.isText { try require(isJSON == expected, "it is \(isJSON ? "" : "no ")JSON") }
        let value: AnyJSON
        do {
            value = try JSONText.decode(from: text)
        } catch let error as JSONTextError {
            try require(error.status == 400, "the server is at fault")
            try require(error.description.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "it is several lines")
            return
        } catch {
            throw Violation(description: "it is refused with \(error)")
        }
        try require(isJSON, "no JSON has a value")
        let written = (try? JSONText.encode(value)) ?? []
        try require(!written.contains { $0 < 0x20 }, "it is written in several lines")
        let again = try? JSONText.decode(AnyJSON.self, from: written)
        try require(again == value, "written and read again it is another")
        try require((try? JSONText.encode(value)) == written, "written twice it is not the same")
    }
}

/// The grammar of RFC 8259 by recursion, a rule a function.
private struct JSONModel {
    private var rest: Substring.UnicodeScalarView
    private let isUTF8: Bool

    init(_ bytes: [UInt8]) {
        let text = String(validating: bytes, as: UTF8.self)
        isUTF8 = text != nil
        rest = Substring(text ?? "").unicodeScalars
    }

    /// Whether it is JSON; `nil` where it is too deep for recursion.
    var isText: Bool? {
        mutating get {
            guard isUTF8 else { return false }
            let brackets = rest.count { $0 == "[" || $0 == "{" }
            if brackets > 200 { return nil }
            return value() && rest.isEmpty
        }
    }

    private mutating func space() { rest = rest.drop { " \t\r\n".unicodeScalars.contains($0) } }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.unicodeScalars) else { return false }
        rest = rest.dropFirst(text.unicodeScalars.count)
        return true
    }

    private mutating func value() -> Bool {
        space()
        defer { space() }
        if take("null") || take("true") || take("false") { return true }
        if take("[") {
            space()
            if take("]") { return true }
            repeat { if !value() { return false } } while take(",")
            return take("]")
        }
        if take("{") {
            space()
            if take("}") { return true }
            repeat {
                space()
                guard string() else { return false }
                space()
                guard take(":"), value() else { return false }
            } while take(",")
            return take("}")
        }
        return rest.first == "\"" ? string() : number()
    }

    private mutating func digits() -> Bool {
        let count = rest.prefix { ("0"..."9").contains($0) }.count
        rest = rest.dropFirst(count)
        return count > 0
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0"), !digits() { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            return digits()
        }
        return true
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return true }
            if scalar.value < 0x20 { return false }
            guard scalar == "\\" else { continue }
            guard let letter = rest.popFirst() else { return false }
            if "\"\\/bfnrt".unicodeScalars.contains(letter) { continue }
            guard letter == "u", let unit = unit() else { return false }
            if (0xDC00...0xDFFF).contains(unit) { return false }
            if (0xD800...0xDBFF).contains(unit) {
                guard take("\\u"), let second = self.unit(), (0xDC00...0xDFFF).contains(second) else {
                    return false
                }
            }
        }
        return false
    }

    private mutating func unit() -> UInt32? {
        let digits = String(String.UnicodeScalarView(rest.prefix(4)))
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ ASCII.hexadecimalValue($0) != nil }) else {
            return nil
        }
        rest = rest.dropFirst(4)
        return UInt32(digits, radix: 16)
    }
}
