import GatewayInterface
import Testing

@Suite("Items of forms and queries")
struct FormItemsTests {
    private func read(_ text: String) -> [String] {
        FormItems(query: text).map { "\($0.name)=\($0.value)" }
    }

    @Test(
        "Octets are items as the URL standard says (WHATWG URL, §5.1)",
        arguments: [
            ("", []), ("&&&", []), ("=", ["="]), ("a", ["a="]), ("a=", ["a="]), ("=b", ["=b"]),
            ("a=b", ["a=b"]), ("a=b&c=d", ["a=b", "c=d"]), ("&a=b&&c=d&", ["a=b", "c=d"]),
            ("a=b=c", ["a=b=c"]), ("a=b&a=c", ["a=b", "a=c"]), ("a&b", ["a=", "b="]),
            ("a+b=+c+", ["a b= c "]), ("a%20b=%2B%26%3D", ["a b=+&="]), ("%61=%62", ["a=b"]),
            ("a=%", ["a=%"]), ("a=%4", ["a=%4"]), ("a=%zz", ["a=%zz"]), ("a=%%41", ["a=%A"]),
            ("a=%e4%B8%ad", ["a=\u{4E2D}"]), ("a=\u{E9}", ["a=\u{E9}"]), ("a=b;c=d", ["a=b;c=d"]),
            ("a=%00", ["a=\u{0}"]), ("?a=b", ["?a=b"]), ("a[]=1&a[]=2", ["a[]=1", "a[]=2"]),
            // What is no UTF-8 is repaired, and a byte order mark stays.
            ("a=%FF", ["a=\u{FFFD}"]), ("a=%FE%FF", ["a=\u{FFFD}\u{FFFD}"]), ("%C2", ["\u{FFFD}="]),
            ("%C2x", ["\u{FFFD}x="]), ("a=%E4%B8A", ["a=\u{FFFD}A"]), ("%EF%BB%BFa=b", ["\u{FEFF}a=b"]),
        ] as [(String, [String])])
    func items(_ text: String, _ expected: [String]) throws {
        #expect(read(text).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        #expect(try FormItems(decoding: Array(text.utf8)).count == expected.count)
    }

    @Test("The first item of a name counts, and all of them can be had")
    func names() {
        let items = FormItems(query: "a=1&b=2&a=3&%65%CC%81=4")
        #expect(items["a"] == "1")
        #expect(items.all("a") == ["1", "3"])
        #expect(items["c"] == nil)
        #expect(items.all("c") == [])
        #expect(items.count == 4)
        #expect(items[1].name == "b")
        // The same to String, but not the same octets.
        #expect(items["\u{E9}"] == nil)
        #expect(items["e\u{301}"] == "4")
    }

    @Test("More items than the limit are refused, empty ones are not counted", arguments: [1, 2, 1000])
    func limit(_ limit: Int) throws {
        let text = Array(String(repeating: "a&&", count: limit).utf8)
        #expect(try FormItems(decoding: text, limit: limit).count == limit)
        #expect(throws: FormError.tooManyItems(limit: limit)) {
            try FormItems(decoding: text + Array("b".utf8), limit: limit)
        }
    }

    @Test("By default a form has a thousand items, and a query as many as it likes")
    func defaults() {
        let text = String(repeating: "a&", count: 1001)
        #expect(throws: FormError.tooManyItems(limit: 1000)) { try FormItems(decoding: Array(text.utf8)) }
        #expect(FormItems(query: text).count == 1001)
    }

    @Test("What is written is ASCII without separators in it, and is read again (WHATWG URL, §5.2)")
    func encoded() {
        let items = FormItems([("a b", "c&d=e"), ("*-._09AZ", "~/%+\r\n"), ("", ""), ("\u{E9}", "\u{1F600}")])
        #expect(
            items.encoded == "a+b=c%26d%3De&*-._09AZ=%7E%2F%25%2B%0D%0A&=&%C3%A9=%F0%9F%98%80")
        #expect(FormItems(query: items.encoded).elementsEqual(items, by: ==))
        #expect(FormItems().encoded == "")
    }
}
