// The kinds of value that a setting can have: how each is read from text, whatever source the text comes from, and how
// it is shown as text again.

import Settings
import Syscalls

/// Why a text is no value, without the place where it stands: whoever knows that adds it.
enum Refusal: Error {
    /// The value is none of those that are allowed; the words continue "write …".
    case write(String)
    /// A sentence that names the text itself.
    case because(String)
}

/// What has to be known of a text before it is read.
enum ValueForm: Sendable {
    case text, flag
    /// A path; a relative one is meant from the folder where the gateway was started.
    case path
    /// A program: a path where a slash is in it, else the name of one in PATH.
    case program
    /// Several values in one text, with commas between them.
    case commaSeparated
    /// `KEY=PATH`; see ``path``.
    case assignedPath
}

/// How one kind of value is read and shown.
struct ValueKind<Value: Sendable>: Sendable {
    var form = ValueForm.text
    let read: @Sendable (String) throws(Refusal) -> Value
    let show: @Sendable (Value) -> String
}

/// The word that switches a setting off, and how else it may be written.
enum OffWord {
    /// Whether a text is the word, or YAML's way to say `off`: a boolean has one meaning, whatever the setting.
    static func reads(_ text: String, as word: String = "off") -> Bool {
        let text = text.lowercased()
        return text == word || word == "off" && ["false", "no"].contains(text)
    }
}

extension ValueKind {
    /// The same with `false` and `no` for `off`. `true` does not say which of several values is meant.
    var orFalse: Self {
        let read = read
        return Self(form: form) { text throws(Refusal) in
            try read(OffWord.reads(text) ? "off" : text)
        } show: {
            show($0)
        }
    }
}

extension ValueKind where Value: FixedWidthInteger {
    /// A whole number.
    static func number(_ range: ClosedRange<Value>, of unit: String = "") -> Self {
        let advice = "a number \(unit)from \(range.lowerBound) to \(range.upperBound)"
        return Self { text throws(Refusal) in
            guard let value = Value(text), range.contains(value) else { throw .write(advice) }
            return value
        } show: {
            "\($0)"
        }
    }

    /// Whole seconds.
    static func seconds(_ range: ClosedRange<Value>) -> Self { number(range, of: "of seconds ") }

    /// Octets, with `K`, `M` or `G` for their multiples by 1024.
    ///
    /// - Parameter hasZero: Whether 0 is allowed beside the range, for a limit that is switched off.
    static func octets(_ range: ClosedRange<Value>, orZero hasZero: Bool = false) -> Self {
        let advice =
            (hasZero ? "0, or " : "") + "octets from \(OctetCount.text(range.lowerBound)) to "
            + "\(OctetCount.text(range.upperBound)), as 1000, 64K, 10M or 1G"
        return Self { text throws(Refusal) in
            guard let value: Value = OctetCount.value(text), range.contains(value) || hasZero && value == 0
            else { throw .write(advice) }
            return value
        } show: {
            OctetCount.text($0)
        }
    }

    /// The same with 0 for no limit at all, as nginx has it.
    ///
    /// - Parameter none: The value that stands for that.
    func orUnlimited(_ none: Value) -> Self {
        let (read, show) = (read, show)
        return Self(form: form) { text throws(Refusal) in
            if OctetCount.value(text) == Value(0) { return none }
            do throws(Refusal) { return try read(text) } catch {
                guard case .write(let advice) = error else { throw error }
                throw .write("0 for no limit, or \(advice)")
            }
        } show: {
            $0 == none ? "0" : show($0)
        }
    }

    /// Permissions in octal, with or without a leading `0` or `0o`.
    static var mode: Self {
        Self { text throws(Refusal) in
            let digits = text.hasPrefix("0o") ? text.dropFirst(2) : text[...]
            guard digits.allSatisfy(\.isWholeNumber), let value = Value(digits, radix: 8), value <= 0o777
            else {
                throw .write("permissions in octal, from 0 to 0777")
            }
            return value
        } show: {
            $0 == 0 ? "0" : "0" + String($0, radix: 8)
        }
    }
}

/// Octets as people write them.
enum OctetCount {
    private static let units: [(letter: Character, shift: Int)] = [("G", 30), ("M", 20), ("K", 10)]

    static func value<Value: FixedWidthInteger>(_ text: String) -> Value? {
        guard let last = text.last?.uppercased().first,
            let unit = units.first(where: { $0.letter == last })
        else { return Value(text) }
        guard let count = Value(text.dropLast()) else { return nil }
        let (value, overflow) = count.multipliedReportingOverflow(by: 1 << Value(unit.shift))
        return overflow ? nil : value
    }

    static func text<Value: FixedWidthInteger>(_ value: Value) -> String {
        for unit in units where value != 0 && value.trailingZeroBitCount >= unit.shift {
            return "\(value >> Value(unit.shift))\(unit.letter)"
        }
        return "\(value)"
    }
}

extension ValueKind where Value == Bool {
    /// Yes or no.
    static var flag: Self {
        Self(form: .flag) { text throws(Refusal) in
            if OffWord.reads(text) { return false }
            guard ["true", "yes", "on"].contains(text.lowercased()) else { throw .write("true or false") }
            return true
        } show: {
            "\($0)"
        }
    }
}

extension ValueKind where Value == String {
    /// Any text but none at all.
    static var text: Self { text("a text") { !$0.isEmpty } }

    /// The path of a file or folder.
    static var path: Self {
        var kind = text("a path") { !$0.isEmpty }
        kind.form = .path
        return kind
    }

    /// The name or the path of a program.
    static var program: Self {
        var kind = text("a program") { !$0.isEmpty }
        kind.form = .program
        return kind
    }

    /// A text with a form of its own.
    static func text(_ advice: String, isValid: @escaping @Sendable (String) -> Bool) -> Self {
        Self { text throws(Refusal) in
            guard isValid(text) else { throw .write(advice) }
            return text
        } show: {
            $0
        }
    }

    /// `NAME=VALUE`, with a name that a shell could use.
    static var variable: Self {
        text("NAME=VALUE") { text in
            guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
            let name = text.utf8[..<equals]
            return name.first.map { !(48...57).contains($0) } ?? false
                && name.allSatisfy { Character(Unicode.Scalar($0)).isWord }
        }
    }

    /// `USER`, `USER:GROUP` or `:GROUP`.
    static var owner: Self {
        text("USER, USER:GROUP or :GROUP") { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            return parts.count <= 2 && !parts[parts.count - 1].isEmpty
        }
    }

    /// Addresses in figures, networks, `unix` or `*`.
    static var peers: Self {
        var kind = text("addresses in figures, networks as 10.0.0.0/8, unix, or *") {
            TrustedPeers.isEntry($0)
        }
        kind.form = .commaSeparated
        return kind
    }
}

extension ValueKind where Value == BindAddress {
    /// Where to listen.
    static var address: Self {
        Self { text throws(Refusal) in
            do throws(ConfigurationError) { return try BindAddress(parsing: text) } catch {
                throw .because(error.message)
            }
        } show: {
            $0.description
        }
    }
}

extension ValueKind where Value == LogLevel {
    /// One of the levels of importance.
    static var level: Self {
        Self { text throws(Refusal) in
            guard let level = LogLevel(rawValue: text) else {
                throw .write("debug, info, warning, error or critical")
            }
            return level
        } show: {
            $0.rawValue
        }
    }
}

extension Character {
    fileprivate var isWord: Bool { isASCII && (isLetter || isNumber || self == "_") }
}
