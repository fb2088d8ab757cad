import Patterns
import Testing

@Suite("Regular expressions over octets")
struct PatternTests {
    private static func search(
        _ text: String, _ subject: [UInt8], _ match: PatternMatch = PatternMatch()
    ) throws -> (PatternOutcome, [[UInt8]?]) {
        let pattern = try Pattern(Array(text.utf8))
        let outcome = subject.withUnsafeBufferPointer { pattern.search($0, match) }
        return (outcome, (0..<PatternMatch.places).map { match.range($0).map { Array(subject[$0]) } })
    }

    @Test("What groups take, and groups that take no part")
    func groups() throws {
        let (outcome, found) = try Self.search("^/(a)?(b*)/(.*)$", Array("/bb/c/d".utf8))
        #expect(outcome == .matched)
        #expect(found[0] == Array("/bb/c/d".utf8) && found[1] == nil)
        #expect(found[2] == Array("bb".utf8) && found[3] == Array("c/d".utf8) && found[4] == nil)
        #expect(try Self.search("^/x$", Array("/y".utf8)).0 == .missed)
        #expect(try Self.search("^$", []).0 == .matched)
        #expect(try Pattern(Array("(a)(?:b)(c)".utf8)).groups == 2)
    }

    @Test("More groups than there are places for")
    func manyGroups() throws {
        let text = String(repeating: "(.)", count: 12)
        let (outcome, found) = try Self.search(text, Array("abcdefghijkl".utf8))
        #expect(outcome == .matched && found[9] == Array("i".utf8))
    }

    @Test("A newline hides nothing, and octets are octets")
    func octets() throws {
        #expect(try Self.search(#"^/(.*)\.php$"#, Array("/a\nb.php".utf8)).0 == .matched)
        #expect(try Self.search(#"\.php$"#, Array("/a.php\n".utf8)).0 == .missed)
        #expect(try Self.search("^/(.)$", [0x2F, 0xFF]).1[1] == [0xFF])
        #expect(try Self.search("^/.$", Array("/é".utf8)).0 == .missed)
    }

    @Test("What was found does not outlast the next search")
    func reuse() throws {
        let match = PatternMatch()
        #expect(try Self.search("(a)", Array("a".utf8), match).1[1] == Array("a".utf8))
        let (outcome, found) = try Self.search("(a)", Array("b".utf8), match)
        #expect(outcome == .missed && found.allSatisfy { $0 == nil })
    }

    @Test(
        "No expression takes longer than its limits",
        arguments: ["(a+)+$", "^(a|aa)+$", "(.*)(.*)(.*)(.*)x"])
    func exhausts(_ text: String) throws {
        let subject = Array(repeating: UInt8(ascii: "a"), count: 8000) + Array("!".utf8)
        #expect(try Self.search(text, subject).0 == .exhausted)
        var limits = PatternMatch.Limits()
        limits.memory = 1
        #expect(try Self.search("^(?:a|b)*$", subject, PatternMatch(limits)).0 == .exhausted)
        // A pattern can lower a limit, and not raise one.
        limits = PatternMatch.Limits()
        limits.steps = 10
        let higher = "(*LIMIT_MATCH=9999999)" + text
        #expect(try Self.search(higher, subject, PatternMatch(limits)).0 == .exhausted)
    }

    @Test("Long paths meet no limit of what people write")
    func longPaths() throws {
        let subject = Array(("/wiki/" + String(repeating: "seg/", count: 2000)).utf8)
        for text in ["^/wiki/(.*)$", "^/(.+)/$", "^(?:/[a-z]+)*/?$", #"^/(?!(?:admin|login)/)(.*)$"#] {
            #expect(try Self.search(text, subject).0 == .matched, "\(text)")
        }
        #expect(try Self.search(#"^/(.*)\.php(/.*)?$"#, subject).0 == .missed)
    }

    @Test("What is no pattern", arguments: [("(a", 2), ("a)", 1), ("[a", 2), ("(*UTF)a", 6), ("*", 0)])
    func mistakes(_ text: String, _ offset: Int) throws {
        let mistake = #expect(throws: PatternMistake.self) { try Pattern(Array(text.utf8)) }
        #expect(mistake?.offset == offset && mistake?.reason.isEmpty == false)
    }

    @Test("A text that is too long")
    func tooLong() {
        #expect(throws: PatternMistake.self) { try Pattern(Array(repeating: 0x61, count: 4097)) }
    }
}
