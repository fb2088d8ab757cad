import GatewayInterface
import Testing

@Suite("Cookies of a request")
struct CookiesTests {
    @Test(
        "A Cookie field is read as leniently as servers do (RFC 6265, §5.4)",
        arguments: [
            ("", []), (";;", []), ("a=b", ["a=b"]), ("a=b; c=d", ["a=b", "c=d"]),
            ("a=b;c=d", ["a=b", "c=d"]), (" a = b \t; c\t=d;", ["a=b", "c=d"]), ("a=b=c==", ["a=b=c=="]),
            ("a=", ["a="]), ("a=\"b\"", ["a=b"]), ("a=\"\"", ["a="]), ("a=\"", ["a=\""]),
            ("a=\"b", ["a=\"b"]), ("a=b\"", ["a=b\""]), ("a=\"b c\"; d=e", ["a=b c", "d=e"]),
            ("a=\" b \"", ["a= b "]), ("a=\"\"b\"\"", ["a=\"b\""]), ("a=\"b;c\"", ["a=\"b"]),
            ("a; b=c; d", ["b=c"]), ("=a; b=c", ["b=c"]), ("a=b; a=c", ["a=b", "a=c"]),
            ("a=b, c=d", ["a=b, c=d"]), ("a=%20+b", ["a=%20+b"]), ("a b=c", ["a b=c"]),
            ("A=b; a=c", ["A=b", "a=c"]), ("a=\u{E9}", ["a=\u{E9}"]),
            ("$Version=1; a=b", ["$Version=1", "a=b"]),
        ] as [(String, [String])])
    func pairs(_ field: String, _ expected: [String]) {
        #expect(Cookies(field).map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test("The first of a name counts")
    func first() {
        let cookies = Cookies("id=long path; x=y; id=short path")
        #expect(cookies["id"] == "long path")
        #expect(cookies.all("id") == ["long path", "short path"])
        #expect(cookies["ID"] == nil)
        #expect(cookies.count == 3)
    }

    @Test("Octets that are no UTF-8 are repaired")
    func octets() {
        let cookies = [UInt8(ascii: "a"), UInt8(ascii: "="), 0xFF].withUnsafeBufferPointer { Cookies($0) }
        #expect(cookies["a"] == "\u{FFFD}")
    }
}
