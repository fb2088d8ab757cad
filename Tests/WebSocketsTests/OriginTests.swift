import Testing
import WebSockets

@Suite("Origins")
struct OriginTests {
    private static func allows(_ policy: OriginPolicy, _ origin: String?, _ host: String? = nil) -> Bool {
        policy.allows(origin: origin.map { Array($0.utf8) }, host: host.map { Array($0.utf8) })
    }

    @Test(
        "A page of the same host and port is let in",
        arguments: [
            ("http://a.example", "a.example"), ("https://a.example", "a.example"),
            ("http://a.example:8000", "a.example:8000"), ("http://A.example", "a.EXAMPLE"),
            ("http://a.example", "a.example:80"), ("https://a.example", "a.example:443"),
            ("http://a.example:80", "a.example"), ("https://a.example:443", "a.example"),
            ("http://[::1]:8000", "[::1]:8000"), ("https://[2001:db8::1]", "[2001:db8::1]"),
            ("http://127.0.0.1", "127.0.0.1:"),
        ])
    func same(_ origin: String, _ host: String) {
        #expect(Self.allows(.same, origin, host))
    }

    @Test(
        "Any other page is not",
        arguments: [
            ("http://b.example", "a.example"), ("http://a.example:81", "a.example"),
            ("http://a.example", "a.example:443"), ("https://a.example", "a.example:80"),
            ("http://a.example.b.example", "a.example"), ("http://a.exampl", "a.example"), ("null", "null"),
            ("", "a.example"), ("a.example", "a.example"), ("http://", ""), ("http:///", "/"),
            ("http://a.example/", "a.example"), ("http://a.example:8a", "a.example:8a"),
            ("http://a.example http://b.example", "a.example"), ("http://user@a.example", "a.example"),
            ("http://[::1", "[::1"), ("http://a.example", nil), ("http://[::1]x", "[::1]x"),
            ("http://a.example:123456", "a.example:123456"), ("unknown://a.example", "a.example:80"),
        ] as [(String, String?)])
    func other(_ origin: String, _ host: String?) {
        #expect(!Self.allows(.same, origin, host))
        #expect(Self.allows(.any, origin, host))
    }

    @Test("What comes from no page is let in", arguments: [.same, .any, .list([])] as [OriginPolicy])
    func missing(_ policy: OriginPolicy) {
        #expect(Self.allows(policy, nil, "a.example"))
    }

    @Test("A list lets in what it names, with its scheme")
    func list() {
        let policy = OriginPolicy.list(["https://a.example", "http://b.example:8000"])
        #expect(Self.allows(policy, "https://A.example:443"))
        #expect(Self.allows(policy, "http://b.example:8000"))
        #expect(!Self.allows(policy, "http://a.example"))
        #expect(!Self.allows(policy, "http://b.example"))
        #expect(!Self.allows(policy, "http://c.example", "c.example"))
        #expect(!Self.allows(policy, "null"))
    }
}
