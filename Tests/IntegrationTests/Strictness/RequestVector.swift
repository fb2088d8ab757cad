/// A request that a lenient server would take, or take for two, and the only answer to it.
struct RequestVector: Sendable {
    let name: String
    let bytes: [UInt8]
    let status: Int

    init(_ name: String, _ text: String, _ status: Int) {
        self.name = name
        bytes = Array(text.utf8)
        self.status = status
    }

    init(_ name: String, bytes: [UInt8], _ status: Int) {
        self.name = name
        self.bytes = bytes
        self.status = status
    }

    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Each is followed by a request that must never be seen, because the connection is over.
    static let refused: [RequestVector] =
        [
            // RFC 9112, §3: the request line.
            RequestVector("a line feed alone ends a line", "GET / HTTP/1.1\nHost: a\n\n" + smuggled, 400),
            RequestVector(
                "two spaces in the request line", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector("a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector("HTTP/0.9", "GET /\r\n\r\n" + smuggled, 400),
            RequestVector("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n" + smuggled, 505),
            RequestVector("http in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector(
                "a control character in the path", "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector("a method that is no token", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 501),
            RequestVector("a target without a slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector(
                "a path above the root", "GET /a/../../b HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector("an encoded NUL", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector(
                "a target beyond the limit",
                "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            RequestVector("a TLS hello", bytes: [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, 0x2A, 0x2A], 400),

            // RFC 9112, §5, and §3.2: fields and Host.
            RequestVector("a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + smuggled, 400),
            RequestVector("a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n" + smuggled, 400),
            RequestVector(
                "a carriage return in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n" + smuggled, 400
            ),
            RequestVector("a NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n" + smuggled, 400),
            RequestVector("a line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n" + smuggled, 400),
            RequestVector("no Host", "GET / HTTP/1.1\r\n\r\n" + smuggled, 400),
            RequestVector("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" + smuggled, 400),
            RequestVector(
                "two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n" + smuggled, 400),
            RequestVector("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" + smuggled, 400),
            RequestVector(
                "too many fields",
                "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 101))\r\n" + smuggled,
                431),
            RequestVector(
                "a field beyond the limit",
                "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 9000))\r\n\r\n" + smuggled,
                431),

            // RFC 9112, §6: where the body ends.
            RequestVector(
                "Content-Length and Transfer-Encoding",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                    + smuggled, 400),
            RequestVector(
                "two Content-Lengths",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 37\r\n\r\n" + smuggled,
                400),
            RequestVector(
                "a list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx" + smuggled,
                400),
            RequestVector(
                "a signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx" + smuggled, 400
            ),
            RequestVector(
                "a length in words", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: one\r\n\r\nx" + smuggled,
                400),
            RequestVector(
                "a length beyond every integer",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nx" + smuggled,
                413),
            RequestVector(
                "chunked twice",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"
                    + smuggled,
                400),
            RequestVector(
                "chunked under another name",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, 400),
            RequestVector(
                "another coding before chunked",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled,
                501),
            RequestVector(
                "chunked in HTTP/1.0",
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 400),
            RequestVector(
                "an unknown expectation",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: x\r\n\r\nx" + smuggled,
                417),
        ]
        + chunks.map { name, body in
            RequestVector(
                name, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)" + smuggled,
                400)
        }

    // RFC 9112, §7.1: chunks.
    private static let chunks = [
        ("a chunk size that is none", "x\r\n\r\n0\r\n\r\n"),
        ("a chunk size with a sign", "+1\r\nx\r\n0\r\n\r\n"),
        ("a chunk size in C", "0x1\r\nx\r\n0\r\n\r\n"),
        ("a chunk size beyond every integer", "fffffffffffffffff\r\nx\r\n0\r\n\r\n"),
        ("a chunk size with a line feed alone", "1\nx\r\n0\r\n\r\n"),
        ("a chunk that is longer than its size", "1\r\nxy\r\n0\r\n\r\n"),
        ("no chunk size", "\r\nx\r\n0\r\n\r\n"),
        ("a trailer without a colon", "0\r\nx\r\n\r\n"),
    ]
}
