// What all four are asked, and what the program answers.

/// A request.
struct SameQuestion {
    let method: String
    let target: String
    let fields: [String]
    let body: [UInt8]?
    let isChunked: Bool
    /// What every one of them has to answer.
    let status: Int
    /// Where servers are known to make something else of it.
    let known: [ServerDifference]

    init(
        by method: String = "GET", _ target: String, _ fields: String..., body: [UInt8]? = nil,
        isChunked: Bool = false, status: Int = 200, known: ServerDifference...
    ) {
        (self.method, self.target, self.fields) = (method, target, fields)
        (self.body, self.isChunked, self.status, self.known) = (body, isChunked, status, known)
    }

    /// For messages.
    var name: String { ([method, target] + fields).joined(separator: " ") }

    /// The octets of the request.
    var octets: [UInt8] {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: example.org", "Connection: close"] + fields
        guard let body else { return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) }
        lines.append(isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)")
        let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        guard isChunked else { return head + body }
        var chunks: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: 9973) {
            let part = body[start..<min(start + 9973, body.count)]
            chunks += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10]
        }
        return head + chunks + Array("0\r\n\r\n".utf8)
    }

    static let all = targets + methods + fields + bodies + answers + files + streams + failures

    private static let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 7) }
    private static let form = "Content-Type: application/x-www-form-urlencoded"

    private static let targets = [
        SameQuestion("/asked"), SameQuestion("/"), SameQuestion("/asked?"),
        SameQuestion("/asked/a%20b/%C3%A4/%e4%bd%a0+~;=@:!$'()*,"),
        SameQuestion("/asked?x=%41&y=%20+%2B&z&&=&%C3%A4=%FF%00"), SameQuestion("/asked?a?b/c?%zz%"),
        SameQuestion("/asked?'\"<>|\\^`{}[]"), SameQuestion("/asked/%FF%FE"),
        SameQuestion("/asked/./x/../y"), SameQuestion("/asked//x///y", known: .doubledSlashes),
        SameQuestion("/asked/a%2Fb", known: .encodedSlash),
        SameQuestion("/asked/a%252Fb"), SameQuestion("/asked/x.php/y.css"), SameQuestion("/asked?--help"),
        SameQuestion("/asked?--bind+x+--version"),
        SameQuestion("/asked?" + String(repeating: "long=%20&", count: 400)),
        SameQuestion("http://example.org/asked?absolute", known: .absoluteTarget),
    ]

    private static let methods = [
        SameQuestion(by: "HEAD", "/asked", known: .headLength),
        SameQuestion(by: "HEAD", "/large", known: .headLength),
        SameQuestion(by: "HEAD", "/file?text.txt", known: .headLength), SameQuestion(by: "HEAD", "/stream"),
        SameQuestion(by: "HEAD", "/stream-known", known: .headLength),
        SameQuestion(by: "HEAD", "/failure", status: 500, known: .headLength),
        SameQuestion(by: "POST", "/asked", body: []),
        SameQuestion(by: "PUT", "/asked", body: Array("put".utf8)),
        SameQuestion(
            by: "PATCH", "/copy", "Content-Type: application/json-patch+json", body: Array("[]".utf8)),
        SameQuestion(by: "DELETE", "/asked"), SameQuestion(by: "DELETE", "/copy", body: Array("why".utf8)),
        SameQuestion(by: "OPTIONS", "/asked"), SameQuestion(by: "PROPFIND", "/asked", "Depth: 1"),
        SameQuestion(by: "GET", "/copy", body: Array("a body of GET".utf8), known: .bodyOfGet),
    ]

    private static let fields = [
        SameQuestion("/asked", "Cookie: a=1; b=\"2, 3\"; c", "User-Agent: Test/1.0 (x; y)"),
        SameQuestion("/asked", "Cookie: a=1", "Cookie: b=2", known: .cookies),
        SameQuestion("/asked", "Accept: text/html;q=0.9, */*;q=0.1", "Accept-Language: de, en;q=0.5"),
        SameQuestion("/asked", "X-Twice: 1", "X-Twice: 2"),
        SameQuestion("/asked", "X-Empty:", "X-After: 1", known: .emptyField),
        SameQuestion("/asked", "X-Letters: ä 你", "X-Quoted: \"a\\\"b\"; c=d"),
        SameQuestion("/asked", "X-Tab: a\tb", "x-lower-Case: Mixed"),
        SameQuestion("/asked", "X-Long: " + String(repeating: "x", count: 4000)),
        SameQuestion("/asked", "Authorization: Basic YTpi"), SameQuestion("/asked", "Proxy: http://evil/"),
        SameQuestion("/asked", "X_Under_Score: 1", known: .underscore),
        SameQuestion("/asked", "TE: trailers", "Keep-Alive: 5"),
        SameQuestion("/asked", "Referer: http://a/?b#c", "Origin: null", "DNT: 1"),
    ]

    private static let bodies = [
        SameQuestion(by: "POST", "/asked", form, body: Array("a=1&b=%C3%A4+x".utf8)),
        SameQuestion(by: "POST", "/copy", form, body: Array("a=1&b=%C3%A4+x".utf8)),
        SameQuestion(
            by: "POST", "/copy", "Content-Type: application/json", body: Array("{\"a\":\"\\u00e4\"}".utf8)),
        SameQuestion(by: "POST", "/copy", body: []), SameQuestion(by: "POST", "/count", body: []),
        SameQuestion(by: "POST", "/copy", body: (0...255).map { UInt8($0) }),
        SameQuestion(by: "POST", "/copy", body: large), SameQuestion(by: "PUT", "/count", body: large),
        SameQuestion(by: "POST", "/count", body: large, isChunked: true),
        SameQuestion(by: "POST", "/asked", body: Array("chunks".utf8), isChunked: true, known: .chunks),
        SameQuestion(by: "POST", "/unread", body: large),
        SameQuestion(by: "POST", "/limit", body: large, status: 413),
        SameQuestion(by: "POST", "/stream-copy", body: large),
        SameQuestion(by: "POST", "/failure", body: large, status: 500),
    ]

    private static let answers = [
        SameQuestion("/status?201", status: 201), SameQuestion("/status?299", status: 299),
        SameQuestion("/status?400", status: 400), SameQuestion("/status?401", status: 401),
        SameQuestion("/status?418", status: 418), SameQuestion("/status?503", status: 503),
        SameQuestion("/status?599", status: 599), SameQuestion("/empty", status: 204),
        SameQuestion("/empty-but", status: 204, known: .typeOfNothing),
        SameQuestion("/not-modified", status: 304),
        SameQuestion("/redirect", status: 303), SameQuestion(by: "POST", "/redirect", body: [1], status: 303),
        SameQuestion("/redirect-away", status: 308), SameQuestion("/redirect-found", status: 302),
        SameQuestion("/created", status: 201), SameQuestion("/cookies"),
        SameQuestion("/fields", known: .emptyField, .joinedFields), SameQuestion("/typeless"),
        SameQuestion("/json"), SameQuestion("/letters"),
        SameQuestion("/octets"), SameQuestion("/large"), SameQuestion("/log?something"),
    ]

    private static let files = [
        SameQuestion("/file?text.txt"), SameQuestion("/file?page.html"), SameQuestion("/file?empty.css"),
        SameQuestion("/file?large.bin"), SameQuestion("/file?unknown.qqq"),
        SameQuestion("/file?missing", status: 404), SameQuestion("/file?folder", status: 404),
        SameQuestion("/file?pipe", status: 403), SameQuestion("/file-as?text.txt", status: 202),
        SameQuestion(by: "POST", "/file?text.txt", body: Array("x".utf8)),
        SameQuestion(
            "/file?text.txt", "If-Modified-Since: Sun, 02 Feb 2020 02:02:02 GMT", status: 304,
            known: .conditions),
        SameQuestion("/file?text.txt", "Range: bytes=2-3", status: 206, known: .ranges),
    ]

    private static let streams = [
        SameQuestion("/stream"), SameQuestion("/stream-known"), SameQuestion("/stream-long"),
        SameQuestion("/stream-nothing"), SameQuestion("/stream-empty", status: 204),
        SameQuestion("/sequence"),
        SameQuestion("/events"),
    ]

    private static let failures = [
        SameQuestion("/failure", status: 500), SameQuestion("/stream-failure", status: 500),
        SameQuestion("/error", status: 404), SameQuestion("/busy", status: 503),
        SameQuestion("/malformed", status: 502),
    ]
}
