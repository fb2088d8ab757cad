import HTTP
import Octets

/// What is promised of heads that are read by looser rules than RFC 9112's. The input is two octets of rules, and a head.
enum RequestRulePromises {
    /// A head that was accepted, with the octets as the parser has left them.
    private struct Accepted: Equatable {
        let facts: HeadFacts
        let bytes: [UInt8]
    }

    private enum Outcome: Equatable {
        case accepted(Accepted)
        case refused(RequestError)
        case incomplete
    }

    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        guard bytes.count > 2 else { return }
        let head = UnsafeBufferPointer(rebasing: bytes[2...])
        for limits in RequestHeadPromises.limits {
            for octet in [bytes[0], 0x1F] {
                let rules = rules(octet, bytes[1])
                let outcome: Outcome = try sameHoweverCut(head) { Self.outcome(head, $0, limits, rules) }
                let strict = byTheBook(head, limits)
                switch (strict, outcome) {
                case (.accepted(let strict), .accepted(let loose)):
                    try require(
                        mapped(strict.facts) == mapped(loose.facts), "by looser rules it is another request")
                    try require(strict.bytes == loose.bytes, "a head by the book has been changed")
                case (.accepted, .refused(.ambiguousFieldName)) where rules.ambiguousNames == .refuse: break
                case (.accepted, _): throw Violation(description: "by looser rules it is \(outcome)")
                case (_, .accepted(let loose)):
                    try checkAccepted(loose, rules)
                    // What is shorter when it is written by the book may be within limits that it was beyond.
                    try checkPlain(loose, head, rules)
                default: break
                }
            }
        }
    }

    private static func rules(_ octet: UInt8, _ names: UInt8) -> RequestRules {
        var rules = RequestRules()
        rules.permitsObsoleteFolding = octet & 1 != 0
        rules.permitsUnconventionalMethod = octet & 2 != 0
        rules.permitsUnconventionalVersion = octet & 4 != 0
        rules.stripsHeaderSpaces = octet & 8 != 0
        rules.foldsMethodCase = octet & 16 != 0
        rules.ambiguousNames = [.drop, .refuse, .dangerous][Int(names & 3) % 3]
        if names & 4 != 0 { rules.forwarderFields = [Array("X_A".utf8)] }
        if names & 8 != 0 { rules.forwarderFields.append(Array("*".utf8)) }
        rules.trustsPeer = names & 16 != 0
        return rules
    }

    private static func outcome(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], _ limits: RequestLimits, _ rules: RequestRules
    ) -> Outcome {
        // The octets that have not come are others than those that will.
        var memory = [UInt8](repeating: ASCII.lineFeed, count: bytes.count)
        var parser = RequestParser(limits: limits, rules: rules)
        var head = RequestHead()
        var before = 0
        do throws(RequestError) {
            for arrived in arrivals {
                for index in before..<arrived { memory[index] = bytes[index] }
                before = arrived
                let isComplete = try memory.withUnsafeMutableBufferPointer { (memory) throws(RequestError) in
                    try parser.parse(
                        rewriting: UnsafeMutableBufferPointer(rebasing: memory[..<arrived]), into: &head)
                }
                if isComplete {
                    return .accepted(
                        Accepted(facts: HeadFacts(head), bytes: Array(memory[..<head.byteCount])))
                }
            }
        } catch {
            return .refused(error)
        }
        return .incomplete
    }

    /// By the book.
    private static func byTheBook(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: RequestLimits) -> Outcome {
        outcome(bytes, [bytes.count], limits, RequestRules())
    }

    /// The same without which names are left out: that is what some rules are about.
    private static func mapped(_ facts: HeadFacts) -> HeadFacts { facts.withFields { $0.isUnmapped = false } }

    /// Ranges lie within the head, and nothing in them ends a line.
    private static func checkAccepted(_ head: Accepted, _ rules: RequestRules) throws(Violation) {
        let facts = head.facts
        try head.bytes.withUnsafeBufferPointer { (bytes) throws(Violation) in
            for range in [facts.method, facts.target, facts.path, facts.query, facts.host] {
                try require(bytes.holds(range, before: facts.byteCount), "a part lies outside of the head")
            }
            for field in facts.fields {
                try require(
                    !field.name.isEmpty && bytes.all(field.name, ASCII.isToken), "a field's name is no token")
                try require(
                    bytes.all(field.value, ASCII.isFieldValue), "a field's value holds what no value holds")
            }
            try RequestHeadPromises.checkFraming(facts, bytes)
        }
    }

    /// Written by the book, with one line a field and the method in upper case, it is the same request.
    private static func checkPlain(
        _ loose: Accepted, _ head: UnsafeBufferPointer<UInt8>, _ rules: RequestRules
    ) throws(Violation) {
        let plain = PlainHead.text(latin(head[..<loose.facts.byteCount]), rules)
        let octets = plain.unicodeScalars.map { UInt8($0.value) }
        var strict = rules
        (strict.permitsObsoleteFolding, strict.permitsUnconventionalVersion) = (false, false)
        (strict.stripsHeaderSpaces, strict.foldsMethodCase) = (false, false)
        let outcome = octets.withUnsafeBufferPointer {
            Self.outcome($0, [$0.count], RequestLimits(), strict)
        }
        guard case .accepted(let again) = outcome else {
            throw Violation(description: "written by the book it is \(outcome): \(plain.debugDescription)")
        }
        let (one, other) = (texts(loose), texts(again))
        try require(one == other, "it is \(one), written by the book \(other)")
    }

    private static func texts(_ head: Accepted) -> [String] {
        func text(_ range: ByteRange) -> String { latin(head.bytes[range.start..<range.end]) }
        let facts = head.facts
        return [facts.method, facts.path, facts.query, facts.host].map(text)
            + ["\(facts.body)", "\(facts.minorVersion) \(facts.isPersistent) \(facts.expectsContinue)"]
            + facts.fields.map {
                "\(text($0.name)): \(text($0.value)) \($0.kind) \($0.isNominated) \($0.isUnmapped)"
            }
    }
}

/// A head without what only looser rules permit, as text.
private enum PlainHead {
    static func text(_ head: String, _ rules: RequestRules) -> String {
        var lines: [String] = []
        var isFirst = true
        for line in split(head) {
            if isFirst {
                if line.isEmpty { continue }
                isFirst = false
                lines.append(requestLine(line, rules))
            } else if line.first == " " || line.first == "\t" {
                let more = line.trimmed
                if !more.isEmpty { lines.append(lines.removeLast().trimmed + " " + more) }
            } else if rules.stripsHeaderSpaces, let colon = line.firstIndex(of: ":") {
                lines.append(String(line[..<colon]).trimmed + String(line[colon...]))
            } else {
                lines.append(line)
            }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// At CR LF, which is one character.
    private static func split(_ head: String) -> [String] {
        head.split(separator: "\r\n" as Character, omittingEmptySubsequences: false).dropLast().map {
            String($0)
        }
    }

    private static func requestLine(_ line: String, _ rules: RequestRules) -> String {
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
        if rules.foldsMethodCase, rules.permitsUnconventionalMethod { words[0] = words[0].uppercased() }
        if rules.permitsUnconventionalVersion, words.last != "HTTP/1.0" {
            words[words.count - 1] = "HTTP/1.1"
        }
        return words.joined(separator: " ")
    }
}
