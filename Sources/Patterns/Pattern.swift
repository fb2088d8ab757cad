// Regular expressions of the configuration over octets of strangers, by PCRE2.
//
// What a client sends may not cost more than a bounded time, whatever the expression is: each search has a limit of steps, of
// depth and of memory, and one that meets it says so instead of an answer. Octets are octets: an expression knows no alphabet,
// so that broken UTF-8 is no mistake. `.` is every octet, a newline too, and `$` is the end alone: what a client hides behind
// `%0A` is no way around a pattern (CVE-2019-11043).
//
// There is no compiler to machine code (JIT): paths are short, and a worker needs no memory that is written and executed.

import CPCRE2

/// What is wrong with the text of a pattern.
public struct PatternMistake: Error, Equatable, Sendable {
    /// In the words of PCRE2.
    public let reason: String
    /// How many octets of the text were understood.
    public let offset: Int
}

/// What a search came to.
public enum PatternOutcome: Equatable, Sendable {
    case matched, missed
    /// A limit was met: nobody knows.
    case exhausted
}

/// A regular expression, compiled.
public final class Pattern {
    /// Octets of a text.
    public static let longest = 4096

    private let code: OpaquePointer
    /// How many groups it has that keep what they match.
    public let groups: Int

    /// - Parameter text: In the language of Perl.
    public init(_ text: [UInt8]) throws(PatternMistake) {
        guard text.count <= Self.longest else {
            throw PatternMistake(reason: "it is longer than \(Self.longest) octets", offset: Self.longest)
        }
        var number: CInt = 0
        var offset = 0
        let options =
            UInt32(PCRE2_DOTALL) | UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_NEVER_UTF)
            | UInt32(PCRE2_NEVER_UCP) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        guard let code = pcre2_compile_8(text, text.count, options, &number, &offset, nil) else {
            throw PatternMistake(reason: Self.reason(number), offset: min(offset, text.count))
        }
        self.code = code
        var groups: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
        self.groups = Int(groups)
    }

    deinit { pcre2_code_free_8(code) }

    /// Searches octets. What was found is in `match` until the next search with it.
    public func search(_ subject: UnsafeBufferPointer<UInt8>, _ match: PatternMatch) -> PatternOutcome {
        match.search(subject, code)
    }

    private static func reason(_ number: CInt) -> String {
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { room in
            let count = pcre2_get_error_message_8(number, room.baseAddress!, room.count)
            return String(decoding: room.prefix(max(0, Int(count))), as: UTF8.self)
        }
        return text.isEmpty ? "it is no regular expression (\(number))" : text
    }
}
