import HTTP
import Testing

@Suite("Malformed request lines")
struct MalformedRequestLineTests {
    private static let rest = "\r\nHost: a\r\n\r\n"

    @Test(
        "A request line that is not `method SP target SP version` is refused (RFC 9112, §3)",
        arguments: [
            Malformed("GET /" + rest, .malformedRequestLine),
            Malformed("GET / " + rest, .malformedRequestLine),
            Malformed("GET" + rest, .malformedRequestLine),
            Malformed("GET " + rest, .malformedRequestLine),
            Malformed("GET  HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET  / HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET /  HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.1 " + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.1\t" + rest, .malformedRequestLine),
            Malformed("GET\t/ HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET /\tHTTP/1.1" + rest, .malformedTarget),
            Malformed(" GET / HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("\tGET / HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET / a HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.1 HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("G:ET / HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GE(T / HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET\u{0} / HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("GET\u{E9} / HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("{\"a\": 1}" + rest, .malformedRequestLine),
            Malformed("/ HTTP/1.1" + rest, .malformedRequestLine),
            Malformed("HTTP/1.1 200 OK" + rest, .malformedRequestLine),
        ])
    func shape(_ vector: Malformed) {
        #expect(RequestOutcome.of(vector.request) == .refused(vector.error))
    }

    @Test(
        "The version is `HTTP/` digit `.` digit in upper case, and 1.0 or 1.1 (RFC 9112, §2.3)",
        arguments: [
            Malformed("GET / HTTP/1.2" + rest, .unsupportedVersion),
            Malformed("GET / HTTP/1.9" + rest, .unsupportedVersion),
            Malformed("GET / HTTP/0.9" + rest, .unsupportedVersion),
            Malformed("GET / HTTP/0.0" + rest, .unsupportedVersion),
            Malformed("GET / HTTP/2.0" + rest, .unsupportedVersion),
            Malformed("GET / HTTP/9.9" + rest, .unsupportedVersion),
            Malformed("GET / HTTP/1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/2" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1." + rest, .malformedRequestLine),
            Malformed("GET / HTTP/.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.01" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/01.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/11.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1,1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/+1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/-1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.a" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.\u{B9}" + rest, .malformedRequestLine),
            Malformed("GET / http/1.1" + rest, .malformedRequestLine),
            Malformed("GET / Http/1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP 1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/ 1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTPS/1.1" + rest, .malformedRequestLine),
            Malformed("GET / HTTP/1.1\u{0}" + rest, .malformedRequestLine),
            Malformed("GET / ICY/1.1" + rest, .malformedRequestLine),
            Malformed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
        ])
    func version(_ vector: Malformed) {
        #expect(RequestOutcome.of(vector.request) == .refused(vector.error))
    }

    @Test(
        "A line ends with CRLF and nothing else does",
        arguments: [
            Malformed("GET / HTTP/1.1\nHost: a\n\n", .malformedRequestLine),
            Malformed("GET / HTTP/1.1\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("GET / HTTP/1.1\rHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("GET / HTTP/1.1\u{B}\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("GET /\rHTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            Malformed("GET /a\r/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            Malformed("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("\r\n GET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            Malformed("\u{0}\r\n", .malformedRequestLine),
            Malformed("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", .malformedRequestLine),
            Malformed("\r\n\u{16}\u{3}\u{1}", .malformedRequestLine),
            Malformed("\u{80}\u{2E}\u{1}", .malformedRequestLine),
            Malformed("\u{EF}\u{BB}\u{BF}GET / HTTP/1.1" + rest, .malformedRequestLine),
        ])
    func lineEnds(_ vector: Malformed) {
        #expect(RequestOutcome.of(vector.request) == .refused(vector.error))
    }

    @Test(
        "A target is one of the four forms, of visible ASCII (RFC 9112, §3.2)",
        arguments: [
            Malformed("GET a HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET ?a HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET \\a HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET example.com HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET example.com:80 HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET ../a HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /a#b HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /# HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /\u{0} HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /\u{1F} HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /\u{7F} HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /\u{80} HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /\u{C3}\u{A9} HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /\u{FF} HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET /\u{A0} HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET * HTTP/1.1" + rest, .malformedTarget),
            Malformed("POST * HTTP/1.1" + rest, .malformedTarget),
            Malformed("options * HTTP/1.1" + rest, .unconventionalMethod),
            Malformed("OPTIONS *a HTTP/1.1" + rest, .malformedTarget),
            Malformed("OPTIONS *?a HTTP/1.1" + rest, .malformedTarget),
            Malformed("OPTIONS ** HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http:// HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http:/// HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http:/a/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http:a HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://?a HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET https:// HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://:80/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://user@a/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://a:b@c/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://a:99999/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://a:-1/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://[::1/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET http://a\\b/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET ftp://a/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET ws://a/ HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET file:///etc/passwd HTTP/1.1" + rest, .malformedTarget),
            Malformed("GET urn:a HTTP/1.1" + rest, .malformedTarget),
            Malformed("CONNECT a:443 HTTP/1.1" + rest, .unsupportedMethod),
            Malformed("CONNECT / HTTP/1.1" + rest, .unsupportedMethod),
            Malformed("connect a:443 HTTP/1.1" + rest, .unconventionalMethod),
        ])
    func target(_ vector: Malformed) {
        #expect(RequestOutcome.of(vector.request) == .refused(vector.error))
    }
}
