import HTTP
import Testing

@Suite("Persistence and expectations")
struct PersistenceTests {
    private func request(_ fields: String, version: String = "1.1") throws -> ParsedRequest {
        let host = version == "1.1" ? "Host: a\r\n" : ""
        let lines = fields.isEmpty ? "" : fields + "\r\n"
        return try #require(RequestOutcome.of("GET / HTTP/\(version)\r\n\(host)\(lines)\r\n").request)
    }

    @Test(
        "HTTP/1.1 goes on unless any Connection field says close (RFC 9112, §9.3)",
        arguments: [
            ("", true), ("Connection: keep-alive", true), ("Connection: upgrade", true),
            ("Connection:", true),
            ("Connection: closed", true), ("Connection: not-close", true), ("X-Connection: close", true),
            ("Connection: \"close\"", true), ("Connection: close", false), ("connection: CLOSE", false),
            ("Connection: cLoSe", false),
            ("Connection: keep-alive, close", false), ("Connection: close, keep-alive", false),
            ("Connection: ,, close ,", false),
            ("Connection: a,close", false), ("Connection: a\t,\tclose\t", false),
            ("Connection: close\r\nConnection: keep-alive", false),
            ("Connection: keep-alive\r\nConnection: close", false),
            ("Connection: a\r\nX: y\r\nCONNECTION: b, close", false),
        ])
    func version11(_ fields: String, _ isPersistent: Bool) throws {
        #expect(try request(fields).isPersistent == isPersistent)
    }

    @Test(
        "HTTP/1.0 ends unless it says keep-alive and never close",
        arguments: [
            ("", false), ("Connection: upgrade", false), ("Keep-Alive: timeout=5", false),
            ("Connection: keep-alive", true),
            ("Connection: Keep-Alive", true), ("Connection: a, keep-alive", true),
            ("Connection: a\r\nConnection: keep-alive", true),
            ("Connection: keep-alive, close", false), ("Connection: close\r\nConnection: keep-alive", false),
            ("Connection: keep-alive\r\nConnection: Close", false), ("Connection: keep-alives", false),
        ])
    func version10(_ fields: String, _ isPersistent: Bool) throws {
        #expect(try request(fields, version: "1.0").isPersistent == isPersistent)
    }

    @Test(
        "A field that Connection names goes no further than this connection",
        arguments: [
            ("Connection: X-A\r\nX-A: 1\r\nX-B: 2", ["X-A"]), ("X-A: 1\r\nconnection: x-a", ["X-A"]),
            ("Connection: X-A, , x-b\r\nX-A: 1\r\nx-a: 2\r\nX-B: 3", ["X-A", "x-a", "X-B"]),
            ("Connection: X-A\r\nConnection: X-B\r\nX-A: 1\r\nX-B: 2", ["X-A", "X-B"]),
            ("Connection: X\r\nX-A: 1", []),
        ])
    func nominated(_ fields: String, _ names: [String]) throws {
        #expect(try request(fields).nominated == names)
    }

    @Test(
        "Connection cannot name away Host, the framing or the cookies' like",
        arguments: ["Host", "Content-Length", "Content-Type", "Cookie"])
    func notNominated(_ name: String) throws {
        let fields = "Connection: \(name)\r\nContent-Length: 5\r\nContent-Type: a\r\nCookie: b=c"
        let request = try request(fields)
        #expect(request.nominated.isEmpty)
        #expect(request.host == "a")
        #expect(request.body == .length(5))
    }

    @Test(
        "A client that expects 100 and has a body is told to go on",
        arguments: [
            ("Expect: 100-continue\r\nContent-Length: 5", true),
            ("expect: 100-Continue\r\nTransfer-Encoding: chunked", true),
            ("Expect: 100-continue\r\nContent-Length: 0", false), ("Expect: 100-continue", false),
            ("Content-Length: 5", false),
        ])
    func expectation(_ fields: String, _ expectsContinue: Bool) throws {
        #expect(try request(fields).expectsContinue == expectsContinue)
    }

    @Test(
        "Another expectation is refused",
        arguments: ["", "100", "100-continue, x", "200-ok", "100-continue;q=1"])
    func unsupported(_ value: String) {
        #expect(
            RequestOutcome.of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: \(value)\r\n\r\n")
                == .refused(.unsupportedExpectation))
    }

    @Test(
        "Expectations of HTTP/1.0 clients are ignored (RFC 9110, §10.1.1)", arguments: ["100-continue", "x"])
    func expectation10(_ value: String) throws {
        #expect(try !request("Content-Length: 5\r\nExpect: \(value)", version: "1.0").expectsContinue)
    }
}
