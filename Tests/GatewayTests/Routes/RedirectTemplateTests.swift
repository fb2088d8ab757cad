import TestSupport
import Testing
@testable import Routing

@Suite("Where a redirect leads")
struct RedirectTemplateTests {
    private static func fill(
        _ text: String, rest: String = "/x", target: String = "/old/x?a=1", query: String = "a=1",
        host: String = "shop.example.org"
    ) throws -> String {
        let template = try #require(RedirectTemplate(text), "\(text)")
        let environ = encoded([
            "REQUEST_METHOD": "GET", "REQUEST_URI": target, "QUERY_STRING": query, "SERVER_NAME": host,
        ])
        let location = environ.withUnsafeBufferPointer { environ in
            withOctets(rest) {
                template.filled(environ, local: encoded(["REQUEST_SCHEME": "http"]), rest: $0)
            }
        }
        return String(decoding: location, as: UTF8.self)
    }

    @Test(
        "What a client has asked for takes its place",
        arguments: [
            ("/new", "/new"), ("/new$rest", "/new/x"), ("/new/$rest", "/new/x"), ("/$rest", "/x"),
            ("$rest", "/x"),
            ("$request_uri", "/old/x?a=1"),
            ("https://$host$request_uri", "https://shop.example.org/old/x?a=1"),
            ("$scheme://www.$host:81/y?$query_string", "http://www.shop.example.org:81/y?a=1"),
            ("https://example.org", "https://example.org"),
            ("https://example.org$rest", "https://example.org/x"),
            ("https://example.org/$rest", "https://example.org/x"),
            ("/find?q=$rest&$query_string", "/find?q=/x&a=1"),
            ("/go?to=https://$rest", "/go?to=https://x"),
        ])
    func filled(_ text: String, _ location: String) throws { #expect(try Self.fill(text) == location) }

    @Test(
        "What is no place, or leaves the host to the client",
        arguments: [
            "", "$", "$rest$", "/a$b", "new", "//example.org/x", "https://", "https:///x", "https://$rest",
            "https://$query_string", "$query_string", "$host/x", "$scheme$rest", "https://$request_uri",
            "/a b", "/\\example.org", "/\\example.org/x", "https://a\\b/",
            "/a\r\nX: y", "/\u{E9}", "java script://x", "://x", "https://example.org$query_string",
        ])
    func refused(_ text: String) { #expect(RedirectTemplate(text) == nil) }

    @Test("A target that names a host brings only its path")
    func absoluteTarget() throws {
        let location = try Self.fill("https://example.org$request_uri", target: "http://evil.example/x?y")
        #expect(location == "https://example.org/x?y")
        #expect(try Self.fill("$request_uri", target: "http://evil.example") == "/")
        #expect(try Self.fill("https://example.org$request_uri", target: "*") == "https://example.org/*")
    }

    private static let templates = [
        "/new$rest", "/$rest", "$rest", "/new/$rest", "$request_uri", "/$request_uri", "/$query_string$rest",
        "/$query_string/$rest", "https://example.org$rest", "https://example.org$request_uri",
        "https://example.org/$rest", "https://$host$rest", "https://$host/?$query_string", "/x#$rest",
    ]

    @Test("Whatever a client sends ends no field and leads to no other host", arguments: templates)
    func hostile(_ text: String) throws {
        var generator = SeededGenerator(seed: 7)
        let parts = [
            "/", "//", "/\\", "\\", "evil.example", "@", ":", "%0d%0a", "\r\n", "\n", "#", "?", ".", "..",
            "x", "\0",
            "http://", "\t", " ", "\u{E9}", "%2f", "&", "$host",
        ]
        func piece(_ count: Int) -> String {
            (0..<count).map { _ in parts.randomElement(using: &generator)! }.joined()
        }
        for _ in 0..<300 {
            let (rest, target) = ("/" + piece(3), piece(4))
            let query = String(target.drop { $0 != "?" }.dropFirst())
            for rest in [rest, String(rest.dropFirst())] {
                let location = try Self.fill(text, rest: rest, target: target, query: query)
                let shown = "\(text): \(rest.debugDescription) \(target.debugDescription): \(location)"
                #expect(location.utf8.allSatisfy { $0 > 32 && $0 < 127 }, "\(shown)")
                if text.hasPrefix("https://") {
                    let host = text.contains("$host") ? "shop.example.org" : "example.org"
                    let behind = location.dropFirst("https://\(host)".count)
                    #expect(
                        location.hasPrefix("https://\(host)") && "/?#".contains(behind.first ?? "/"),
                        "\(shown)")
                } else {
                    #expect(location.hasPrefix("/"), "\(shown)")
                    // Browsers take a backslash for a slash.
                    #expect(!location.hasPrefix("//") && !location.hasPrefix("/\\"), "\(shown)")
                }
            }
        }
    }

    @Test("A path is escaped: a fragment, a query or a percent sign in it stays a part of it")
    func escaped() throws {
        #expect(
            try Self.fill("/new$rest", rest: "/a b#c?d%e\r\n\u{E9}") == "/new/a%20b%23c%3Fd%25e%0D%0A%C3%A9")
    }
}
