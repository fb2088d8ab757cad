import HTTP
import Testing

@Suite("Request lines and their targets")
struct RequestTargetTests {
    /// A target, and what it is split into.
    struct Form: Sendable, CustomTestStringConvertible {
        let line: String
        let path: String
        let query: String
        let host: String

        init(_ line: String, path: String, query: String = "", host: String = "field.example") {
            self.line = line
            self.path = path
            self.query = query
            self.host = host
        }

        var testDescription: String { line }
    }

    @Test(
        "A target is split into path, query and host",
        arguments: [
            Form("GET /", path: "/"),
            Form("GET /a/b.html", path: "/a/b.html"),
            Form("GET /a?b=c", path: "/a", query: "b=c"),
            Form("GET /a?", path: "/a"),
            Form("GET /?a?b", path: "/", query: "a?b"),
            Form("GET /a%20b?c%00d", path: "/a%20b", query: "c%00d"),
            Form("GET //other.example/x", path: "//other.example/x"),
            Form("GET /a:b@c", path: "/a:b@c"),
            Form("GET /http://x/", path: "/http://x/"),
            Form("GET /{a}|\"b\"^`c`\\[]<>", path: "/{a}|\"b\"^`c`\\[]<>"),
            Form("POST /upload", path: "/upload"),
            Form("M-SEARCH /", path: "/"),
            Form("!$%&'*+.^_`|~09 /every-token-character", path: "/every-token-character"),
            Form("OPTIONS *", path: "*"),
            Form("OPTIONS /a", path: "/a"),
            Form("GET http://target.example/a?b", path: "/a", query: "b", host: "target.example"),
            Form("GET http://target.example", path: "", host: "target.example"),
            Form("GET http://target.example?a/b", path: "", query: "a/b", host: "target.example"),
            Form("GET http://target.example:8080/", path: "/", host: "target.example:8080"),
            Form("GET http://[2001:db8::1]:80/", path: "/", host: "[2001:db8::1]:80"),
            Form("GET HTTP://Target.Example/A", path: "/A", host: "Target.Example"),
            Form("GET https://target.example/", path: "/", host: "target.example"),
            Form("GET http://target.example//", path: "//", host: "target.example"),
            Form("OPTIONS http://target.example", path: "", host: "target.example"),
        ])
    func forms(_ form: Form) throws {
        let text = "\(form.line) HTTP/1.1\r\nHost: field.example\r\n\r\n"
        let request = try #require(RequestOutcome.of(text).request)
        #expect(request.path == form.path)
        #expect(request.query == form.query)
        #expect(request.host == form.host)
        #expect("\(request.method) \(request.target)" == form.line)
        #expect(request.byteCount == text.utf8.count)
    }

    @Test(
        "HEAD is noticed",
        arguments: [("HEAD", true), ("HEADS", false), ("GET", false)])
    func head(_ method: String, _ isHead: Bool) throws {
        let request = try #require(RequestOutcome.of("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n").request)
        #expect(request.isHead == isHead)
    }

    @Test("One empty line before a request is forgiven, and counted")
    func leadingLine() throws {
        let request = try #require(RequestOutcome.of("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").request)
        #expect(request.method == "GET")
        #expect(request.byteCount == 29)
    }

    @Test("What follows a head is left for the body and the next request")
    func pipelined() throws {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
        let request = try #require(RequestOutcome.of(head + "abcGET / HTTP/1.1\r\n\u{0}").request)
        #expect(request.byteCount == head.utf8.count)
    }

    @Test("A parser that is reset parses the next request as if it were the first")
    func reset() throws {
        var parser = RequestParser()
        var head = RequestHead()
        let first = Latin1.bytes(
            "HEAD /a?b HTTP/1.0\r\nConnection: close, X\r\nX: y\r\nContent-Length: 1\r\n\r\n")
        let second = Latin1.bytes("\r\nGET /c HTTP/1.1\r\nHost: d\r\n\r\n")
        #expect(parser.isAtStart)
        let isFirstComplete = try parser.parse(first.span, into: &head)
        #expect(isFirstComplete)
        #expect(!parser.isAtStart)
        parser.reset()
        #expect(parser.isAtStart)
        let isSecondComplete = try parser.parse(second.span, into: &head)
        #expect(isSecondComplete)
        #expect(RequestOutcome.accepted(ParsedRequest(head, second)) == .of(second, .whole))
    }

    @Test(
        "A head that is not complete asks for more",
        arguments: ["", "\r", "\r\n", "G", "GET / HTTP/1.1\r\nHost: a\r\n\r"])
    func incomplete(_ text: String) {
        #expect(RequestOutcome.of(text) == .incomplete)
    }

    private static let longTarget = "/" + String(repeating: "a", count: 8000)

    @Test("A target of 8 000 octets works (RFC 9112, §3)")
    func longTarget() throws {
        let request = try #require(
            RequestOutcome.of("GET \(Self.longTarget) HTTP/1.1\r\nHost: a\r\n\r\n").request)
        #expect(request.path == Self.longTarget)
    }
}
