// A format of the access log, read once at the start into a list of parts; what is wrong with it is said then. The parts are
// plain numbers that point into one text: to go through them counts no references.

import Octets
import Settings

/// How a line of the access log is made.
package struct LogFormat: Sendable {
    /// One part of a line.
    package struct Part: Equatable, Sendable {
        let atom: LogAtom
        /// Of ``LogFormat/text``: a literal, or the name of a field or variable.
        package var range = ByteRange.empty
        /// Whether quotes stand around it: where none do, a space would end the field.
        package var isQuoted = true
    }

    /// Why a text is no format.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    static let common = #"%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s"#
    static let combined = common + #" "%(f)s" "%(a)s""#

    package private(set) var parts: [Part] = []
    package private(set) var text: [UInt8] = []
    let isJSON: Bool
    package private(set) var needs = LogNeeds()
    /// The names, in lower case, of the fields of an answer that have to be noted.
    package private(set) var responseFields: [[UInt8]] = []

    /// - Parameter text: `combined`, `common`, `json`, or a text with `%(ATOM)s` in it.
    package init(_ text: String) throws(Fault) {
        isJSON = text == "json"
        switch text {
        case "json": appendJSON()
        case "combined": try parse(Array(Self.combined.utf8))
        case "common": try parse(Array(Self.common.utf8))
        default:
            let bytes = Array(text.utf8)
            // `combine` is nobody's format: who meant one of the names hears of it.
            guard bytes.contains(UInt8(ascii: "%")) else {
                if bytes.contains(UInt8(ascii: "$")) {
                    throw Fault(message: "atoms are Gunicorn's, as %(h)s, and not nginx's")
                }
                throw Fault(message: "it is none of combined, common and json, and has no %(ATOM)s in it")
            }
            guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == ASCII.tab }) else {
                throw Fault(message: "it has a control character in it")
            }
            try parse(bytes)
        }
        append(literal: "\n")
    }

    private mutating func appendJSON() {
        for (index, field) in LogAtom.fields.enumerated() {
            append(literal: (index == 0 ? "{\"" : ",\"") + field.name + "\":")
            append(Part(atom: field.atom))
        }
        append(literal: "}")
    }

    private mutating func parse(_ bytes: [UInt8]) throws(Fault) {
        let percent = UInt8(ascii: "%")
        var isQuoted = false
        var index = 0
        var literal: [UInt8] = []
        while index < bytes.count {
            guard bytes[index] == percent else {
                if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
                literal.append(bytes[index])
                index += 1
                continue
            }
            let rest = bytes[(index + 1)...]
            if rest.first == percent {
                literal.append(percent)
                index += 2
                continue
            }
            guard rest.first == UInt8(ascii: "("), let end = rest.firstIndex(of: UInt8(ascii: ")")) else {
                // What it stands in is shown already.
                let shown = String(
                    decoding: bytes[index...].prefix { $0 != ASCII.space }.prefix(12), as: UTF8.self)
                throw Fault(message: "'\(shown)' is no atom: write %(ATOM)s, and %% for a percent sign")
            }
            let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
            guard end + 1 < bytes.count, [UInt8(ascii: "s"), UInt8(ascii: "d")].contains(bytes[end + 1])
            else {
                throw Fault(message: "'%(\(name))' has no 's' behind it: write %(\(name))s")
            }
            append(literal: String(decoding: literal, as: UTF8.self))
            literal = []
            try append(atom: name, isQuoted: isQuoted)
            index = end + 2
        }
        append(literal: String(decoding: literal, as: UTF8.self))
    }

    private mutating func append(atom name: String, isQuoted: Bool) throws(Fault) {
        if let atom = LogAtom.named(name) { return append(Part(atom: atom, isQuoted: isQuoted)) }
        let end = name.lastIndex(of: "}")
        guard name.hasPrefix("{"), let end, name[end...].utf8.count == 2 else {
            throw Fault(message: "there is no atom '\(name)'\(Self.advice(name))")
        }
        let inner = name[..<end].dropFirst()
        guard !inner.isEmpty, inner.utf8.allSatisfy({ ASCII.isToken($0) }) else {
            throw Fault(message: "'%(\(name))s' names no field")
        }
        switch name.last {
        case "i": append(.requestField, Self.variable(ofField: inner), isQuoted)
        case "o":
            let field = inner.lowercased()
            append(.responseField, field, isQuoted)
            responseFields.append(Array(field.utf8))
        case "e": append(.variable, inner.uppercased(), isQuoted)
        default:
            throw Fault(message: "there is no atom '\(name)': write {\(inner)}i, {\(inner)}o or {\(inner)}e")
        }
    }

    private static func advice(_ name: String) -> String {
        let names = LogAtom.fields.map(\.name)
        let near = NearestName.of(name, in: names.map { String($0.map { $0 == "_" ? "-" : $0 }) })
        return near.map { ": is '\(String($0.map { $0 == "-" ? "_" : $0 }))' meant?" }
            ?? " (docs/access-log.md lists them)"
    }

    /// The variable that a field of the request becomes (RFC 3875, §4.1.18).
    private static func variable(ofField name: Substring) -> String {
        let variable = String(name.uppercased().map { $0 == "-" ? "_" : $0 })
        return ["CONTENT_TYPE", "CONTENT_LENGTH"].contains(variable) ? variable : "HTTP_" + variable
    }

    private mutating func append(_ atom: LogAtom, _ name: String, _ isQuoted: Bool) {
        append(Part(atom: atom, range: store(name), isQuoted: isQuoted))
    }

    private mutating func append(literal: String) {
        guard !literal.isEmpty else { return }
        let range = store(literal)
        if let last = parts.last, last.atom == .literal, last.range.end == range.start {
            parts[parts.count - 1] = Part(atom: .literal, range: ByteRange(last.range.start, range.end))
        } else {
            append(Part(atom: .literal, range: range))
        }
    }

    private mutating func append(_ part: Part) {
        parts.append(part)
        needs.add(part.atom.needs)
    }

    private mutating func store(_ string: String) -> ByteRange {
        let start = text.count
        text += Array(string.utf8)
        return ByteRange(start, text.count)
    }
}
