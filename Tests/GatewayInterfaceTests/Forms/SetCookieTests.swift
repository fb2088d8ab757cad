import GatewayInterface
import Testing

@Suite("Cookies of an answer")
struct SetCookieTests {
    private func error(_ cookie: SetCookie) -> SetCookieError? {
        do throws(SetCookieError) {
            _ = try cookie.fieldValue()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "A cookie is written with its attributes (RFC 6265, §4.1)",
        arguments: [
            (SetCookie("a", "b"), "a=b; Path=/; HttpOnly; SameSite=Lax"),
            (SetCookie("a", "", path: nil, httpOnly: false, sameSite: nil), "a="),
            (
                SetCookie(
                    "__Host-id", "x=y/z", maxAge: 3600, secure: true, sameSite: .strict),
                "__Host-id=x=y/z; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Strict"
            ),
            (
                SetCookie(
                    "a", "b", path: "/shop, new", domain: "shop.example", secure: true,
                    sameSite: SetCookie.SameSite.none),
                "a=b; Domain=shop.example; Path=/shop, new; Secure; HttpOnly; SameSite=None"
            ),
            (
                SetCookie.removing("a"),
                "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; SameSite=Lax"
            ),
        ])
    func written(_ cookie: SetCookie, _ expected: String) throws {
        #expect(try cookie.fieldValue() == expected)
    }

    @Test(
        "What the grammar forbids in a name is refused",
        arguments: ["", "a b", "a=b", "a;b", "a\r\nX: y", "\u{E9}", "a\u{0}", "\"a\"", "(a)", "a,b", "a\t"])
    func names(_ name: String) {
        #expect(error(SetCookie(name, "b")) == .name(name))
    }

    @Test(
        "What the grammar forbids in a value is refused",
        arguments: [
            "a b", "a;b", "a,b", "\"a\"", "a\\b", "a\r\nX: y", "a\r", "a\n", "a\u{0}", "a\u{7F}", "\u{E9}",
            "a\u{1F600}", " a", "a\t", "; Domain=evil.example",
        ])
    func values(_ value: String) {
        #expect(error(SetCookie("a", value)) == .value(name: "a"))
    }

    @Test("So it is in a path", arguments: ["", "a", "/a;b", "/a\r\nX: y", "/\u{E9}", "/\u{0}", "/a\u{7F}"])
    func paths(_ path: String) {
        #expect(error(SetCookie("a", "b", path: path)) == .path(path))
    }

    @Test(
        "And in a domain",
        arguments: [
            "", ".a.example", "a..b", "a.", "-a.b", "a-.b", "a_b.c", "a b", "a;b", "a\r\nb", "\u{E9}.b",
            "[::1]",
        ])
    func domains(_ domain: String) {
        #expect(error(SetCookie("a", "b", domain: domain)) == .domain(domain))
    }

    @Test("What clients would drop is refused")
    func dropped() {
        #expect(error(SetCookie("a", "b", sameSite: SetCookie.SameSite.none)) == .notSecure(name: "a"))
        #expect(error(SetCookie("__Secure-a", "b")) == .notSecure(name: "__Secure-a"))
        #expect(error(SetCookie("__HOST-a", "b")) == .notSecure(name: "__HOST-a"))
        #expect(error(SetCookie("__Host-a", "b", path: "/x", secure: true)) == .notHostOnly(name: "__Host-a"))
        #expect(
            error(SetCookie("__Host-a", "b", domain: "a.example", secure: true))
                == .notHostOnly(name: "__Host-a"))
    }

    @Test("An error is one line, and shows no value")
    func errors() {
        let secret = "top secret"
        for cookie in [
            SetCookie("a\r\nb", ""), SetCookie("a", secret), SetCookie("a", "b", path: "\n"),
            SetCookie("a", "b", domain: "\n"), SetCookie("__Secure-a", ""),
        ] {
            let line = error(cookie)?.description ?? "\n"
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
            #expect(!line.contains(secret))
            #expect(error(cookie)?.status == 500)
        }
    }
}
