import HTTP
import Octets
import Testing

@Suite("Host")
struct HostTests {
    @Test(
        "A host is a name or an address, with a port or without",
        arguments: [
            "a", "example.com", "EXAMPLE.com", "example.com:80", "example.com:", "example.com:0",
            "example.com:65535",
            "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000", "[2001:DB8::a]", "[::ffff:1.2.3.4]:1",
            "under_score",
            "xn--bcher-kva.example", "a-b.c~d", "%41.example", "a!$&'()*+,;=b",
        ])
    func valid(_ host: String) throws {
        let request = try #require(RequestOutcome.of("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").request)
        #expect(request.host == host)
    }

    @Test(
        "What is no host is refused, in HTTP/1.0 too",
        arguments: [
            "", " ", ":80", ":", "a:b", "a:-1", "a:+80", "a: 80", "a:65536", "a:99999999999999999999",
            "a:0x50", "a:80:80",
            "a b", "a/b", "a/", "/", "http://a", "http://a/", "user@a", "user:password@a", "@a", "a@", "a?b",
            "a#b", "a\\b", "a\"b", "<a>",
            "a|b", "a^b", "a`b", "{a}", "\u{E9}.example", "a\u{FF}", "a\tb", "[", "]", "[]", "[::1", "::1]",
            "::1", "[::1]a", "[::1]:a", "[::1]80",
            "[::1]:65536", "[g::1]", "[::1%25eth0]", "a[::1]", "[[::1]]", "a]", "a:80,b:80",
        ])
    func malformed(_ host: String) {
        #expect(RequestOutcome.of("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == .refused(.malformedHost))
        #expect(RequestOutcome.of("GET / HTTP/1.0\r\nHost: \(host)\r\n\r\n") == .refused(.malformedHost))
    }

    @Test(
        "A percent sign in a host opens an escape (RFC 3986, §3.2.2)",
        arguments: ["a%", "a%4", "a%zz", "%", "%%41"])
    func escapes(_ host: String) {
        #expect(RequestOutcome.of("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == .refused(.malformedHost))
    }

    @Test("HTTP/1.1 needs a Host, absolute-form or not; HTTP/1.0 does not")
    func missing() throws {
        #expect(RequestOutcome.of("GET / HTTP/1.1\r\n\r\n") == .refused(.malformedHost))
        #expect(RequestOutcome.of("GET / HTTP/1.1\r\nX-Host: a\r\n\r\n") == .refused(.malformedHost))
        #expect(RequestOutcome.of("GET http://a/ HTTP/1.1\r\n\r\n") == .refused(.malformedHost))
        let request = try #require(RequestOutcome.of("GET / HTTP/1.0\r\n\r\n").request)
        #expect(request.host.isEmpty)
        #expect(try #require(RequestOutcome.of("GET http://a/ HTTP/1.0\r\n\r\n").request).host == "a")
    }

    @Test(
        "Two Hosts are refused, also where they agree, in any case and in HTTP/1.0",
        arguments: ["1.0", "1.1"],
        ["Host: a\r\nHost: a", "Host: a\r\nHost: b", "Host: a\r\nX: y\r\nhOST: a", "Host: a\r\nHost:"])
    func doubled(_ version: String, _ fields: String) {
        #expect(RequestOutcome.of("GET / HTTP/\(version)\r\n\(fields)\r\n\r\n") == .refused(.malformedHost))
    }

    @Test("An absolute-form target beats Host, but does not excuse a malformed one")
    func absoluteForm() throws {
        let request = try #require(
            RequestOutcome.of("GET http://target.example:81/ HTTP/1.1\r\nHost: field.example\r\n\r\n").request
        )
        #expect(request.host == "target.example:81")
        #expect(
            RequestOutcome.of("GET http://target.example/ HTTP/1.1\r\nHost: a b\r\n\r\n")
                == .refused(.malformedHost))
    }

    @Test(
        "A host name is what stands before the port",
        arguments: [
            ("a", "a"), ("a:80", "a"), ("a:", "a"), ("[::1]", "[::1]"), ("[::1]:80", "[::1]"), ("", ""),
        ])
    func hostName(_ host: String, _ name: String) {
        let bytes = Array(host.utf8)
        let range = Authority.hostName(ByteRange(0, bytes.count), in: bytes.span)
        #expect(String(decoding: bytes[range.start..<range.end], as: UTF8.self) == name)
    }
}
