// RFC 9112, §2.2, §2.3 and §3: the request line, what precedes it, and what is no HTTP/1.

extension RequestVector {
    private static let rest = "\r\nHost: a\r\n\r\n"

    static let requestLines: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "PATCH", "PROPFIND", "M-SEARCH", "VERSION-CONTROL",
            "UPDATEREDIRECTREF", "X!$%&'*+.^_`|~09", "ABCDEFGHIJKLMNOPQRST",
        ].map { served("method \($0)", "\($0) / HTTP/1.1\(rest)", SeenRequest($0)) }
        all += ["get", "Get", "GE", "G", "GE#T", "ABCDEFGHIJKLMNOPQRSTU"].map {
            refused("method \($0) is none that a server knows", "\($0) / HTTP/1.1\(rest)", 501)
        }
        all += [
            "G(T", "G)T", "G<T", "G,T", "G;T", "G\\T", "G\"T", "G/T", "G[T", "G?T", "G=T", "G{T", "G@T",
            "GET:",
        ]
        .map { refused("method \($0) is no token", "\($0) / HTTP/1.1\(rest)") }
        all += ["\0", "\u{1}", "\u{8}", "\u{B}", "\u{1B}", "\u{7F}", "\u{80}", "\u{E9}", "\u{FF}"].flatMap {
            octet in
            let name = "octet \(octet.unicodeScalars.first!.value)"
            return [
                refused("\(name) before the method", "\(octet)GET / HTTP/1.1\(rest)"),
                refused("\(name) in the method", "GE\(octet)T / HTTP/1.1\(rest)"),
                refused("\(name) in the target", "GET /\(octet) HTTP/1.1\(rest)"),
                refused("\(name) in the version", "GET / HTTP/1.1\(octet)\(rest)"),
                refused("\(name) as a separator", "GET\(octet)/ HTTP/1.1\(rest)"),
            ]
        }
        let pairs: [(String, String)] = [
            ("a space first", " GET / HTTP/1.1"), ("a tab first", "\tGET / HTTP/1.1"),
            ("two spaces before the target", "GET  / HTTP/1.1"),
            ("two spaces before the version", "GET /  HTTP/1.1"),
            ("a space behind the version", "GET / HTTP/1.1 "), ("a tab between", "GET\t/ HTTP/1.1"),
            ("a tab before the version", "GET /\tHTTP/1.1"),
            ("a carriage return more", "GET / HTTP/1.1\r"),
            ("a carriage return between", "GET\r/ HTTP/1.1"),
            ("a carriage return in the target", "GET /\rx HTTP/1.1"),
            ("a space in the target", "GET /a b HTTP/1.1"), ("no target", "GET HTTP/1.1"),
            ("an empty target", "GET  HTTP/1.1"), ("no version", "GET /"), ("an empty version", "GET / "),
            ("a method alone", "GET"), ("only a space", " "),
        ]
        all += pairs.map { refused($0, $1 + rest) }
        all += [
            "http/1.1", "Http/1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/11", "HTTP/1.10", "HTTP/01.1",
            "HTTP/1.01", "HTTP/1,1", "HTTP/1.1.", "HTTP/+1.1", "HTTP/1.x", "HTTP /1.1", "HTTPS/1.1",
            "HTP/1.1",
            "1.1", "HTTP/-1.1", "HTTP/1.1a", "ICY/1.1",
        ].map { refused("version \($0)", "GET / \($0)\(rest)") }
        all += ["0.9", "0.0", "1.2", "1.9", "2.0", "2.1", "3.0", "9.9"].map {
            refused("version \($0) is not spoken here", "GET / HTTP/\($0)\(rest)", 505)
        }
        all += [
            refused("HTTP/0.9", "GET /\r\n"),
            refused("HTTP/0.9 with a line feed", "GET /\n"),
            refused("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0", 505),
            refused("a TLS hello", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}\u{3}"),
            refused("an SSL 2 hello", "\u{80}\u{2E}\u{1}\0\u{2}"),
            refused("SSH", "SSH-2.0-OpenSSH_9.2\r\n"),
            refused("a response", "HTTP/1.1 200 OK\r\n\r\n"),
            refused("JSON", "{\"a\": 1}\r\n"),
            refused("the PROXY protocol, where it is not expected", "PROXY TCP4 1.1.1.1 2.2.2.2 3 4\r\n"),
            refused("a line feed alone ends the line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
            refused("line feeds alone", "GET / HTTP/1.1\nHost: a\n\n"),
            refused("two empty lines first", "\r\n\r\nGET / HTTP/1.1\(rest)"),
            refused("an empty line with a line feed alone first", "\nGET / HTTP/1.1\(rest)"),
            refused("a carriage return first", "\rGET / HTTP/1.1\(rest)"),
            refused("CONNECT", "CONNECT a:80 HTTP/1.1\(rest)", 501),
            refused("CONNECT with a path", "CONNECT / HTTP/1.1\(rest)", 501),
            refused(
                "a line beyond the limit", "GET /\(String(repeating: "a", count: 8190)) HTTP/1.1\(rest)", 414),
            RequestVector(
                "a line beyond the limit without an end", "GET /\(String(repeating: "a", count: 8200))",
                [.refused(414)]),
            served("an empty line first", "\r\nGET / HTTP/1.1\(rest)", SeenRequest()),
            served("HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", SeenRequest(version: "1.0")),
            served("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", SeenRequest(host: nil, version: "1.0")),
            served("HEAD", "HEAD / HTTP/1.1\(rest)", SeenRequest("HEAD")),
            served(
                "a line of 8 000 octets", "GET /\(String(repeating: "a", count: 7986)) HTTP/1.1\(rest)",
                SeenRequest("GET", "/" + String(repeating: "a", count: 7986))),
            RequestVector("a head that never ends", "GET / HTTP/1.1\r\nHost: a\r\n", []),
            RequestVector("a line that never ends", "GET / HTT", []),
        ]
        return all
    }()
}
