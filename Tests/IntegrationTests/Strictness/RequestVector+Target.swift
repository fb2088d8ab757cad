// RFC 9112, §3.2: the four forms of a target. And the one rule for paths, which docs/routes.md tells: percent-escapes are
// decoded once, then `.` and `..` are resolved, and nothing is above the root.

extension RequestVector {
    private static let rest = " HTTP/1.1\r\nHost: a\r\n\r\n"

    static let targets: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            "x", "a/b", "a:80", "a.example:443", "?x", "*", "**", "*/", "http:", "http:/a", "http:a",
            "http://", "http:///x", "http://?x", "http://:80/", "http://u@a/", "http://u:p@a/", "http://a:b/",
            "http://a:65536/", "http://a:-1/", "http://a:+1/", "http://a:80:80/", "http://a b/",
            "http://a<b/",
            "http://[::1/", "http://[]/", "http://[::1]x/", "http://[1:2]/", "http://[g::]/", "http://a%2/",
            "http://a\\b/", "https://", "ftp://a/", "ws://a/", "file:///etc/passwd", "urn:a", "javascript:x",
            "://a/", "//a@b#c", "/#", "/a#b", "http://a/#b", "%2Fa", ".", "..", "../x", "\\x",
        ].map { refused("target \($0)", "GET \($0)\(rest)") }
        all += [
            refused("OPTIONS *?x", "OPTIONS *?x\(rest)"),
            refused("POST *", "POST *\(rest)"),
            served("a query", "GET /a?b=c&d\(rest)", SeenRequest("GET", "/a?b=c&d", query: "b=c&d")),
            served("an empty query", "GET /a?\(rest)", SeenRequest("GET", "/a?")),
            served("a query with ?", "GET /?a?b\(rest)", SeenRequest("GET", "/?a?b", query: "a?b")),
            served(
                "a query is not decoded", "GET /?%00%2e%2e/%zz%\(rest)",
                SeenRequest("GET", "/?%00%2e%2e/%zz%", query: "%00%2e%2e/%zz%")),
            served(
                "a query with dots and slashes", "GET /?/../..//\(rest)",
                SeenRequest("GET", "/?/../..//", query: "/../..//")),
            served(
                "what browsers do not escape", "GET /{a}|\"^`\\[]<>?{|}\(rest)",
                SeenRequest("GET", "/{a}|\"^`\\x5C[]<>?{|}", path: "/{a}|\"^`\\x5C[]<>", query: "{|}")),
            served(
                "absolute-form; its authority replaces Host",
                "GET http://b.example:81/y?z\(rest)",
                SeenRequest(
                    "GET", "http://b.example:81/y?z", path: "/y", query: "z", host: "b.example:81",
                    name: "b.example")),
            served(
                "absolute-form without a path", "GET http://b\(rest)",
                SeenRequest("GET", "http://b", path: "/", host: "b")),
            served(
                "absolute-form with a query alone", "GET http://b?c\(rest)",
                SeenRequest("GET", "http://b?c", path: "/", query: "c", host: "b")),
            served(
                "absolute-form in capitals", "GET HTTPS://B/x\(rest)",
                SeenRequest("GET", "HTTPS://B/x", path: "/x", host: "B")),
            served(
                "absolute-form with an address", "GET http://[::1]:80/x\(rest)",
                SeenRequest("GET", "http://[::1]:80/x", path: "/x", host: "[::1]:80", name: "[::1]")),
            served(
                "absolute-form with dots", "GET http://b/a/../c\(rest)",
                SeenRequest("GET", "http://b/a/../c", path: "/c", host: "b")),
            served(
                "absolute-form in HTTP/1.0", "GET http://b/x HTTP/1.0\r\n\r\n",
                SeenRequest("GET", "http://b/x", path: "/x", host: "b", version: "1.0")),
            refused("absolute-form above the root", "GET http://b/../c\(rest)"),
            refused("absolute-form without Host", "GET http://b/ HTTP/1.1\r\n\r\n"),
            refused("absolute-form with a bad Host", "GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n"),
        ]
        return all
    }()

    static let paths: [RequestVector] = {
        var all: [RequestVector] = []
        let pairs: [(String, String?)] = [
            ("/", "/"), ("//", "//"), ("//x/y", "//x/y"), ("/a//b", "/a//b"), ("/a/", "/a/"),
            ("///", "///"), ("/./b", "/b"), ("/.", "/"), ("/a/.", "/a/"), ("/a/./b", "/a/b"),
            ("/a/../b", "/b"), ("/a/b/..", "/a/"), ("/a/b/../", "/a/"), ("/a/b/../..", "/"),
            ("/a/b/../../c", "/c"), ("/a//../b", "/a/b"), ("/a/..//b", "//b"), ("/..a", "/..a"),
            ("/a..", "/a.."), ("/...", "/..."), ("/a/.../b", "/a/.../b"), ("/.a/..b", "/.a/..b"),
            ("/%61", "/a"), ("/%41%5a", "/AZ"), ("/%7Eu", "/~u"), ("/a%20b+c", "/a b+c"), ("/%3Fq", "/?q"),
            ("/%23", "/#"), ("/%25", "/%"), ("/%2B", "/+"), ("/a;b=c,d", "/a;b=c,d"), ("/%3b", "/;"),
            ("/a/%2e%2e/b", "/b"), ("/a/%2E./b", "/b"), ("/a/.%2e/b", "/b"), ("/a/%2e/b", "/a/b"),
            ("/%2e", "/"), ("/a/%2e%2e", "/"), ("/a%2fb", "/a/b"), ("/a%2F%2Fb", "/a//b"),
            ("/a/..%2fb", "/b"), ("/a%2f..%2fb", "/b"), ("/a%2F%2e%2e%2Fb", "/b"), ("/a%2f%2e", "/a/"),
            ("/a%5cb", "/a\\x5Cb"), ("/..%5c..%5cx", "/..\\x5C..\\x5Cx"), ("/a/%5c../b", "/a/\\x5C../b"),
            // Decoded once, and no more.
            ("/%252e%252e/x", "/%2e%2e/x"), ("/%25%32%65", "/%2e"), ("/%252fx", "/%2fx"), ("/%2500", "/%00"),
            // Overlong and broken UTF-8 are octets like others, and no dots and slashes.
            ("/%c0%ae%c0%ae/x", "/\\xC0\\xAE\\xC0\\xAE/x"), ("/%c0%af", "/\\xC0\\xAF"),
            ("/a/%e0%80%ae%e0%80%ae/b", "/a/\\xE0\\x80\\xAE\\xE0\\x80\\xAE/b"),
            ("/%f8%80%80%80%ae", "/\\xF8\\x80\\x80\\x80\\xAE"), ("/%ff%fe", "/\\xFF\\xFE"),
            ("/%ef%bc%8f", "/\\xEF\\xBC\\x8F"), ("/%e4", "/\\xE4"), ("/%c3%a4", "/\\xC3\\xA4"),
            ("/%ed%a0%80", "/\\xED\\xA0\\x80"), ("/%u", nil), ("/%u002e", nil),
            ("/%0a", "/\\x0A"), ("/%0d%0aX:%20y", "/\\x0D\\x0AX: y"), ("/%7f%01", "/\\x7F\\x01"),
            ("/..", nil), ("/../", nil), ("/../x", nil), ("/./..", nil), ("/a/../..", nil),
            ("/a/../../b", nil),
            ("/%2e%2e", nil), ("/%2e%2e/", nil), ("/.%2E/x", nil), ("/..%2f", nil), ("/..%2fetc/passwd", nil),
            ("/%2e%2e%2fetc%2fpasswd", nil), ("/a/%2e%2e/%2e%2e/b", nil), ("//../..", nil),
            ("/%2f..%2f..", nil),
            ("/%00", nil), ("/a%00b", nil), ("/a/%00/../b", nil), ("/%", nil), ("/%0", nil), ("/%g0", nil),
            ("/%0g", nil), ("/a%2", nil), ("/%%32e", nil), ("/% 20", nil), ("/%+1", nil), ("/%-1", nil),
            ("/%0x", nil),
        ]
        all += pairs.map { target, path in
            let name = "path \(target)"
            guard let path else { return refused(name, "GET \(target)\(rest)") }
            return served(name, "GET \(target)\(rest)", SeenRequest("GET", target, path: path))
        }
        return all
    }()
}
