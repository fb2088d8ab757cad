// The grammar of JSON (RFC 8259), looked at without building anything. Foundation's decoder reads what it is asked for and
// passes over the rest, so that it takes `{"a": 01, }` for JSON; and it does not say where a text stops being any.

import Octets

/// What is wrong with the grammar of a text.
enum JSONMistake: Equatable {
    /// The text is no JSON from this place on; both are counted from 1, columns in characters.
    case syntax(line: Int, column: Int)
    /// It has octets that are no UTF-8.
    case encoding
    /// Arrays and objects are nested deeper than Foundation's decoder goes.
    case depth
}

/// Goes through a JSON text, without recursion: a client decides how deep it is nested.
struct JSONSyntax {
    private static let deepest = 512
    private let bytes: [UInt8]
    private var index = 0
    /// The brackets that are open.
    private var open: [UInt8] = []

    /// What is wrong with a text; `nil` where it is JSON.
    static func mistake(in bytes: [UInt8]) -> JSONMistake? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return .encoding }
        var syntax = JSONSyntax(bytes)
        if syntax.takeText() { return nil }
        if syntax.open.count > deepest { return .depth }
        let before = bytes[..<syntax.index]
        let start = before.lastIndex(of: ASCII.lineFeed).map { $0 + 1 } ?? 0
        return .syntax(
            line: before.count { $0 == ASCII.lineFeed } + 1,
            column: before[start...].count { $0 & 0xC0 != 0x80 } + 1)
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: scalar) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let next, ASCII.isBlank(next) || next == ASCII.lineFeed || next == ASCII.carriageReturn {
            index += 1
        }
    }

    private mutating func takeText() -> Bool {
        repeat {
            guard takeOpenings(), takeClosings() else { return false }
        } while !open.isEmpty
        skipSpace()
        return index == bytes.count
    }

    /// Takes brackets and names up to a value without brackets, or to an empty pair of them.
    private mutating func takeOpenings() -> Bool {
        while true {
            skipSpace()
            guard let bracket = next, bracket == UInt8(ascii: "[") || bracket == UInt8(ascii: "{") else {
                return takeScalar()
            }
            index += 1
            open.append(bracket)
            guard open.count <= Self.deepest else { return false }
            skipSpace()
            if next == closing(bracket) { return true }
            if bracket == UInt8(ascii: "{"), !takeName() { return false }
        }
    }

    /// Takes brackets behind a value, up to a comma and the name behind it, or to the end of all.
    private mutating func takeClosings() -> Bool {
        while let bracket = open.last {
            skipSpace()
            if next == closing(bracket) {
                index += 1
                open.removeLast()
                continue
            }
            guard skip(",") else { return false }
            return bracket == UInt8(ascii: "[") || takeName()
        }
        return true
    }

    private func closing(_ bracket: UInt8) -> UInt8 { UInt8(ascii: bracket == UInt8(ascii: "[") ? "]" : "}") }

    private mutating func takeName() -> Bool {
        skipSpace()
        guard next == UInt8(ascii: "\""), takeString() else { return false }
        skipSpace()
        return skip(":")
    }

    private mutating func takeScalar() -> Bool {
        switch next {
        case UInt8(ascii: "\"")?: return takeString()
        case UInt8(ascii: "t")?: return take("true")
        case UInt8(ascii: "f")?: return take("false")
        case UInt8(ascii: "n")?: return take("null")
        default: return takeNumber()
        }
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let octets = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[index...].starts(with: octets) else { return false }
        index += octets.count
        return true
    }

    private mutating func takeDigits() -> Bool {
        let start = index
        while let next, ASCII.isDigit(next) { index += 1 }
        return index > start
    }

    private mutating func takeNumber() -> Bool {
        _ = skip("-")
        guard skip("0") || takeDigits() else { return false }
        if skip("."), !takeDigits() { return false }
        guard skip("e") || skip("E") else { return true }
        _ = skip("+") || skip("-")
        return takeDigits()
    }

    private mutating func takeString() -> Bool {
        index += 1
        while let octet = next, octet >= 0x20 {
            if octet == UInt8(ascii: "\\") {
                guard takeEscape() else { return false }
            } else {
                index += 1
                if octet == UInt8(ascii: "\"") { return true }
            }
        }
        return false
    }

    private mutating func takeEscape() -> Bool {
        guard let unit = codeUnit() else {
            let letters = Array("\"\\/bfnrt".utf8)
            guard index + 1 < bytes.count, letters.contains(bytes[index + 1]) else { return false }
            index += 2
            return true
        }
        if UTF16.isTrailSurrogate(unit) { return false }
        index += 6
        guard UTF16.isLeadSurrogate(unit) else { return true }
        guard let second = codeUnit(), UTF16.isTrailSurrogate(second) else { return false }
        index += 6
        return true
    }

    /// What `\u` and four digits say here.
    private func codeUnit() -> UInt16? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        return bytes[(index + 2)..<(index + 6)].reduce(UInt16(0) as UInt16?) { unit, octet in
            guard let unit, let digit = ASCII.hexadecimalValue(octet) else { return nil }
            return unit << 4 | UInt16(digit)
        }
    }
}
