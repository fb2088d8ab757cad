import Testing
import YAML

/// A document in one line: `1:` is the line of a part, `'` is around scalars in quotes.
private func shown(_ node: YAMLNode) -> String {
    let content =
        switch node.content {
        case .scalar(let text, let isPlain): isPlain ? text : "'\(text)'"
        case .list(let items): "[" + items.map(shown).joined(separator: " ") + "]"
        case .map(let pairs):
            "{" + pairs.map { "\(shown($0.key))=\(shown($0.value))" }.joined(separator: " ") + "}"
        case .tooDeep: "…"
        }
    return "\(node.line):\(content)"
}

private func shown(_ text: String, depth: Int = 8) throws -> String? {
    try YAMLNode.parse(text, depth: depth).map(shown)
}

@Suite("YAML documents")
struct YAMLNodeTests {
    @Test(
        "Parts know their lines, and maps their order",
        arguments: [
            ("a", "1:a"), ("\n\n- a\n- - b\n  - c\n", "3:[3:a 4:[4:b 5:c]]"),
            ("b: 1\na: 2", "1:{1:b=1:1 2:a=2:2}"), ("# a\nb:\n  - c: d\n", "2:{2:b=3:[3:{3:c=3:d}]}"),
            ("{a: [b,\n  c], d: }", "1:{1:a=1:[1:b 2:c] 2:d=2:}"), ("[]", "1:[]"), ("{}", "1:{}"),
            ("a:\r\n  b\r\nc: d", "1:{1:a=2:b 3:c=3:d}"), ("---\na\n...\n", "2:a"),
            ("%YAML 1.1\n---\na", "3:a"),
            ("? a\n: b\n? c\n", "1:{1:a=2:b 3:c=4:}"), ("a: |\n  b\n  c\nd: e", "1:{1:a=1:'b\nc\n' 4:d=4:e}"),
            ("\u{FEFF}a: b\nc: d", "1:{1:a=1:b 2:c=2:d}"),
        ])
    func lines(_ text: String, _ expected: String) throws { #expect(try shown(text) == expected) }

    @Test(
        "A scalar is what is written, whatever YAML would make of it",
        arguments: [
            "yes", "No", "true", "~", "null", "0027", "0o17", "0x1F", "1_000", "1.50", "1:30", ".inf",
            "2001-01-01",
            "<<", "=", "a b", "a:b", "-1",
        ])
    func plain(_ text: String) throws { #expect(try shown("[\(text)]") == "1:[1:\(text)]") }

    @Test(
        "Quotes and escapes are taken away, and that there were some is kept",
        arguments: [
            ("'it''s'", "1:'it's'"), (#""\u00e9\t\x41""#, "1:'é\tA'"), ("\"a\\\n  b\"", "1:'ab'"),
            ("'a\n\n  b'", "1:'a\nb'"), (">-\n  a\n  b", "1:'a b'"), ("''", "1:''"), (#""\0""#, "1:'\0'"),
        ])
    func quoted(_ text: String, _ expected: String) throws { #expect(try shown(text) == expected) }

    @Test("A tag says nothing", arguments: ["!!int a", "!!str a", "! a", "!x a", "!<tag:x> a"])
    func tags(_ text: String) throws { #expect(try shown(text) == "1:a") }

    @Test(
        "An alias is what it repeats, in the line where that is written",
        arguments: [
            ("a: &x b\nc: *x", "1:{1:a=1:b 2:c=1:b}"), ("- &x [a]\n- *x", "1:[1:[1:a] 1:[1:a]]"),
            ("- &x a\n- &x b\n- *x", "1:[1:a 2:b 2:b]"), ("- &x a\n- *x : b", "1:[1:a 2:{1:a=2:b}]"),
            ("- &x\n- *x", "1:[1: 1:]"),
        ])
    func aliases(_ text: String, _ expected: String) throws { #expect(try shown(text) == expected) }

    @Test("'<<' is a name like any other: nothing is merged")
    func merge() throws {
        #expect(try shown("a: &x {b: c}\nd:\n  <<: *x") == "1:{1:a=1:{1:b=1:c} 2:d=3:{3:<<=1:{1:b=1:c}}}")
    }

    @Test("Lists and maps below the wanted depth are left out, also where an alias brings them")
    func depth() throws {
        #expect(try shown("[[a, [b]], {c: d}]", depth: 2) == "1:[1:[1:a 1:…] 1:{1:c=1:d}]")
        #expect(try shown("[]", depth: 0) == "1:…")
        #expect(try shown("a", depth: 0) == "1:a")
        // Written too deep, but repeated where it fits.
        #expect(try shown("- [[&x [a]]]\n- *x", depth: 2) == "1:[1:[1:…] 1:[1:a]]")
        #expect(try shown("- &x [[a]]\n- [*x]", depth: 3) == "1:[1:[1:[1:a]] 2:[1:[1:…]]]")
    }

    @Test("A text may have no document", arguments: ["", "\n", "# a", "---", "--- # a\n...", "\u{FEFF}"])
    func nothing(_ text: String) throws { #expect(try YAMLNode.parse(text, depth: 1) == nil) }
}
