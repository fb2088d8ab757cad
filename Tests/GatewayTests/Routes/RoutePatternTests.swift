import Testing
@testable import Routing

@Suite("What a route asks of a request")
struct RoutePatternTests {
    @Test(
        "A host, exactly or as the end of one, in any case and with the dot of the root",
        arguments: [
            ("shop.example.org", "shop.example.org", true), ("shop.example.org", "SHOP.Example.ORG", true),
            ("Shop.Example.Org.", "shop.example.org", true), ("shop.example.org", "shop.example.org.", true),
            ("shop.example.org", "ashop.example.org", false), ("shop.example.org", "shop.example.or", false),
            ("shop.example.org", "shop.example.org..", false), ("shop.example.org", "", false),
            ("*.example.org", "shop.example.org", true), ("*.example.org", "a.b.EXAMPLE.org.", true),
            ("*.example.org", "example.org", false), ("*.example.org", ".example.org", false),
            ("*.example.org", "evilexample.org", false), ("*.example.org", "shop.example.org.evil", false),
            ("[::1]", "[::1]", true), ("[2001:DB8::1]", "[2001:db8::1]", true), ("[::1]", "::1", false),
            ("localhost", "localhost", true), ("127.0.0.1", "127.0.0.1", true), ("a_b", "a_b", true),
        ])
    func host(_ pattern: String, _ host: String, _ isMatch: Bool) throws {
        let pattern = try #require(HostPattern(pattern))
        #expect(withOctets(host) { pattern.matches($0) } == isMatch)
    }

    @Test(
        "What is no host",
        arguments: [
            "", ".", "*", "*.", "a.*", "*.*.org", "a:80", "[::1]:80", "http://a", "a/b", "a b", "ä.org",
            "*.[::1]",
            "a\0",
        ])
    func noHost(_ text: String) { #expect(HostPattern(text) == nil) }

    @Test(
        "A path, exactly or as a beginning; slashes in a row are one",
        arguments: [
            ("*", "/", 0), ("*", "/a/b", 0), ("*", "*", 0), ("*", "//a", 0),
            ("/*", "/", 0), ("/*", "/a", 0), ("/*", "*", nil), ("/", "/", 1), ("/", "/a", nil),
            ("/", "//", 2),
            ("/a", "/a", 2), ("/a", "/a/", nil), ("/a", "/A", nil), ("/a", "/ab", nil), ("/a", "/", nil),
            ("/a/", "/a/", 3), ("/a/", "/a", nil), ("/a/", "/a//", 4), ("/a/b", "/a//b", 5),
            ("/a/b", "//a/b", 5),
            ("/shop/*", "/shop", 5), ("/shop/*", "/shop/", 5), ("/shop/*", "/shop/x/y", 5),
            ("/shop/*", "/shopx", nil),
            ("/shop/*", "/sho", nil), ("/shop/*", "/shop//x", 5), ("/shop/*", "//shop//x", 6),
            ("/shop/*", "//shop", 6), ("/a/b/*", "/a///b//c", 6), ("/a/b/*", "/a//bc", nil),
            ("/old*", "/old", 4), ("/old*", "/older/x", 4), ("/old*", "/old//x", 4), ("/old*", "//older", 5),
            ("/old*", "/ol", nil), ("/caf\u{E9}", "/caf\u{E9}", 6), ("/a b/*", "/a b/c", 4),
        ] as [(String, String, Int?)])
    func path(_ pattern: String, _ path: String, _ matched: Int?) throws {
        let pattern = try #require(PathPattern(pattern))
        #expect(withOctets(path) { pattern.matches($0) } == matched)
    }

    @Test(
        "What is no path, or none that a request can have",
        arguments: [
            "", "a", "a/*", "a*b", "/*//b", "**", "/a/**", "//a", "/a//b", "/a//*", "/./a", "/a/../b",
            "/a/..", "/..",
            "/a\0b",
        ])
    func noPath(_ text: String) { #expect(PathPattern(text) == nil) }

    @Test(
        "What only begins like a dot segment is a path",
        arguments: ["/.well-known/*", "/..a", "/.*", "/a/..*"])
    func dots(_ text: String) { #expect(PathPattern(text) != nil) }

    @Test(
        "A header field: a value, any value, or none",
        arguments: [
            ("X-Debug", "1", ["HTTP_X_DEBUG": "1"], true), ("x-debug", "1", ["HTTP_X_DEBUG": "1"], true),
            ("X-Debug", "1", ["HTTP_X_DEBUG": "10"], false), ("X-Debug", "1", [:], false),
            ("X-Debug", "", ["HTTP_X_DEBUG": ""], true), ("X-Debug", "", [:], false),
            ("X-Debug", "*", ["HTTP_X_DEBUG": ""], true), ("X-Debug", "*", ["HTTP_X": "a"], false),
            ("X-Debug", "!", [:], true), ("X-Debug", "!", ["HTTP_X_DEBUG": "1"], false),
            ("Content-Type", "text/plain", ["CONTENT_TYPE": "text/plain"], true),
            ("Host", "a:80", ["HTTP_HOST": "a:80"], true),
        ])
    func field(_ name: String, _ text: String, _ pairs: [String: String], _ isMatch: Bool) throws {
        let condition = try #require(FieldCondition(field: name, text))
        var block: [UInt8] = []
        for (name, value) in pairs { block += encoded([name: value]) }
        #expect(block.withUnsafeBufferPointer { condition.matches($0) } == isMatch)
    }

    @Test("What is no name of a field", arguments: ["", "a b", "a:", "\u{E9}", "a\0"])
    func noField(_ name: String) { #expect(FieldCondition(field: name, "x") == nil) }

    @Test(
        "Fields that no environ has",
        arguments: ["Content-Length", "connection", "TE", "Proxy", "Expect", "X_A", "X.A", "Upgrade"])
    func unaskable(_ name: String) { #expect(FieldCondition.isUnaskable(name)) }

    @Test(
        "Fields that an environ has", arguments: ["Content-Type", "Host", "X-A", "Cookie", "Authorization"])
    func askable(_ name: String) { #expect(!FieldCondition.isUnaskable(name)) }
}
