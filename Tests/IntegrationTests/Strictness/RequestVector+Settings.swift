// What settings permit beyond RFC 9112, and what they never permit.

extension RequestVector {
    private static func head(_ lines: String) -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n" }

    /// With everything permitted, and `header-map: dangerous`.
    static let permitted: [RequestVector] = {
        var all: [RequestVector] = []
        let pairs: [(String, [String: String]?)] = [
            ("X: a\r\n b", ["X": "a b"]), ("X: a \r\n\t  b\r\n c", ["X": "a b c"]), ("X:\r\n a", ["X": "a"]),
            ("X: a\r\n \r\nY: b", ["X": "a", "Y": "b"]), ("X : a", ["X": "a"]),
            ("X \t: a\r\n b", ["X": "a b"]),
            ("X: a\r\n Content-Length: 5", ["X": "a Content-Length: 5"]),
            ("Cookie: a=1;\r\n b=2", ["COOKIE": "a=1; b=2"]),
            ("X: a\r\n b\r\nX: c\r\n d", ["X": "a b, c d"]),
            ("X_Y: 1\r\nX-Y: 2\r\nX.Y: 3", ["X_Y": "1, 2, 3"]), ("X_Y: 1", ["X_Y": "1"]),
            ("Content_Length: 5\r\nTransfer_Encoding: chunked\r\nContent_Type: x/y\r\nProxy: x", [:]),
            ("Proxy : evil", nil), ("Transfer-Encoding:\r\n chunked", nil),
            ("Transfer-Encoding : chunked", nil),
            ("Content-Length : 5", nil), ("Content-Length:\r\n 5", nil), ("Content-Length: 5\r\n ", nil),
            ("Connection:\r\n close", nil), ("Expect :x", nil), ("Host : b", nil), ("X Y: a", nil),
            (" X: a", nil),
            ("X: a\n b", nil), ("X: a\r\n b\0", nil), ("X: a\r\n\u{B}b", nil),
        ]
        all += pairs.map { lines, variables in
            // A line that begins with a blank goes on the Host before it.
            guard let variables else { return refused("never \(lines)", head(lines)) }
            let fields = Dictionary(uniqueKeysWithValues: variables.map { ("HTTP_" + $0, $1) })
            return served("permitted \(lines)", head(lines), SeenRequest(fields: fields))
        }
        all += [
            served("get", "get / HTTP/1.1\r\nHost: a\r\n\r\n", SeenRequest()),
            served("a method of one letter", "x / HTTP/1.1\r\nHost: a\r\n\r\n", SeenRequest("X")),
            served("HTTP/1.9", "GET / HTTP/1.9\r\nHost: a\r\n\r\n", SeenRequest()),
            refused("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            refused("HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
            refused("connect", "connect a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
            refused("white space before the first field", "GET / HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n"),
            refused(
                "folded trailers",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n"),
            refused("chunked in HTTP/1.0", "get / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ]
        return all
    }()

    /// With `header-map: refuse` and a trusted proxy that may send REMOTE_USER and SCRIPT_NAME.
    static let forwarded: [RequestVector] = {
        var all: [RequestVector] = []
        let pairs: [(String, [String: String]?)] = [
            ("X-Y: 1", ["X_Y": "1"]), ("Remote_User: ann", ["REMOTE_USER": "ann"]),
            ("Remote-User: forged\r\nREMOTE_USER: ann\r\nremote.user: forged", ["REMOTE_USER": "ann"]),
            ("Script-Name: forged", [:]), ("script_name: /x", ["SCRIPT_NAME": "/x"]),
            ("X_Y: 1", nil), ("X.Y: 1", nil), ("Path_Info: /", nil), ("Content_Length: 5", nil),
        ]
        all += pairs.map { lines, variables in
            guard let variables else { return refused("refused \(lines)", head(lines)) }
            let fields = Dictionary(uniqueKeysWithValues: variables.map { ("HTTP_" + $0, $1) })
            return served("forwarded \(lines)", head(lines), SeenRequest(fields: fields))
        }
        return all
    }()
}
