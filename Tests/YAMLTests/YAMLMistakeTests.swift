import Testing
import YAML

/// What is wrong with a text, as `LINE: PROBLEM`; `nil` where it is a document.
private func mistake(_ text: String) -> String? {
    do throws(YAMLError) {
        _ = try YAMLNode.parse(text, depth: 4)
        return nil
    } catch {
        return "\(error.line): \(error.problem)"
    }
}

@Suite("Mistakes in YAML")
struct YAMLMistakeTests {
    @Test(
        "The line is where the mistake is, and the words are one line",
        arguments: [
            ("a: b: c", "1: this is no YAML: mapping values are not allowed in this context"),
            ("a: [b,\n\nc: d\n", "1: this is no YAML: did not find expected ',' or ']'"),
            ("a: {b\n", "1: this is no YAML: did not find expected ',' or '}'"),
            ("a: 1\nb: \"c\nd: 2\n", "2: this is no YAML: found unexpected end of stream"),
            ("a: 1\nb\nc: 2\n", "2: this is no YAML: could not find expected ':'"),
            ("a:\n\tb: c", "2: a tab indents this line: use blanks"),
            ("a: \"\\q\"", "1: this is no YAML: found unknown escape character"),
            ("a: @b", "1: this is no YAML: found character that cannot start any token"),
            ("a: 1\nb: \u{1}", "2: this is no YAML: control characters are not allowed"),
            ("a: 1\r\nb: \u{1}", "2: this is no YAML: control characters are not allowed"),
            ("a: 1\n---\nb: 1", "2: this is no YAML: another document begins here: keep one"),
            ("a: 1\nb: *c", "2: this is no YAML: found undefined alias '*c'"),
            ("&a [*a]", "1: this is no YAML: found undefined alias '*a'"),
            ("!x!y a", "1: this is no YAML: found undefined tag handle"),
        ])
    func words(_ text: String, _ expected: String) { #expect(mistake(text) == expected) }

    @Test(
        "A name that a map has twice is named with both lines, the one that stands first in the map",
        arguments: [
            ("a: 1\na: 2", "2: 'a' is set more than once (line 1 sets it too)"),
            ("{a: 1, a: 2}", "1: 'a' is set more than once"),
            ("a: 1\n'a': 2\n\"a\": 3", "2: 'a' is set more than once (line 1 sets it too)"),
            ("a: 1\n!!int a: 2", "2: 'a' is set more than once (line 1 sets it too)"),
            ("b: 1\na: 2\na: 3\nb: 4", "4: 'b' is set more than once (line 1 sets it too)"),
            ("- a: 1\n- a: {b: 1,\n    b: 2}", "3: 'b' is set more than once (line 2 sets it too)"),
            ("<<: 1\n<<: 2", "2: '<<' is set more than once (line 1 sets it too)"),
            ("- &x a\n- *x : 1\n  a: 2", "3: 'a' is set more than once (line 1 sets it too)"),
            ("\"a\\nb\": 1\n\"a\\nb\": 2", "2: 'a b' is set more than once (line 1 sets it too)"),
        ])
    func names(_ text: String, _ expected: String) {
        #expect(mistake(text) == "\(expected): keep one of them")
    }

    @Test("The same name in maps beside and inside of each other is no mistake")
    func separateNames() {
        #expect(mistake("- a: 1\n- a: {a: {a: 2}}") == nil)
        #expect(mistake("[a]: 1\n[b]: 2") == nil)
    }

    @Test("Aliases of aliases of aliases end at a number of parts, and the line that passes it is named")
    func laughs() {
        let level = Array(repeating: "*a", count: 10).joined(separator: ",")
        var text = "- &a [x]\n"
        for _ in 1...5 { text += "- &a [\(level)]\n" }
        #expect(
            mistake(text)
                == "1: it has more than 100000 parts; line 6 passes that, where an alias counts as all that it "
                + "repeats")
        // A thousand times as much as a person writes is still read.
        #expect(mistake(text.split(separator: "\n").prefix(4).joined(separator: "\n")) == nil)
        let map = (1...10).map { "\($0): *a" }.joined(separator: ", ")
        let maps = "- &a {x: y}\n" + String(repeating: "- &a {\(map)}\n", count: 40)
        #expect(mistake(maps)?.hasPrefix("1: it has more than 100000 parts; line 6 passes that") == true)
    }

    @Test("Parts that are written out are counted too")
    func parts() {
        #expect(mistake("[" + String(repeating: "a,", count: 99_999) + "]") == nil)
        let tooMany = "[\n" + String(repeating: "a,\n", count: 100_000) + "]"
        #expect(mistake(tooMany)?.hasPrefix("1: it has more than 100000 parts; line 100001 ") == true)
    }

    @Test(
        "Nesting ends at a number of levels, whatever they are made of",
        arguments: ["[", "{a: ", "- ", "? "])
    func levels(_ opening: String) {
        let isFlow = opening.first == "[" || opening.first == "{"
        func nested(_ count: Int) -> String {
            let closing = opening.first == "[" ? "]" : "}"
            return String(repeating: opening, count: count) + "x"
                + (isFlow ? String(repeating: closing, count: count) : "")
        }
        #expect(mistake(nested(64)) == nil)
        let expected = "1: more than 64 lists and maps lie inside of each other here"
        #expect(mistake(nested(65)) == expected)
        // No stack is deep enough for as many levels as fit into a file.
        #expect(mistake(String(repeating: opening, count: 200_000)) == expected)
    }
}
