// RFC 9112, §5, and RFC 9110, §5: field lines. And RFC 3875, §4.1: what of them becomes variables.

extension RequestVector {
    /// A head whose second field line is `line`.
    private static func head(_ line: String) -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n" }

    static let fields: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            "X", "X y", ": y", ":", " : y", "X : y", "X\t: y", "X y: z", " X: y", "\tX: y", "X\u{B}: y",
            "X\u{A0}: y",
        ].map { refused("line \($0)", head($0)) }
        all += "\"(),/;<=>?@[\\]{} \t".map { refused("\($0) in a name", head("X\($0)Y: z")) }
        all += (1...31).filter { $0 != 9 && $0 != 10 }.map { (byte: UInt8) in
            refused("octet \(byte) in a value", head("X: y\(Character(Unicode.Scalar(byte)))z"))
        }
        all += ["\0", "\u{7F}"].map { refused("octet \($0.utf8.first!) in a value", head("X: y\($0)z")) }
        all += ["\0", "\u{1}", "\u{D}", "\u{1F}", "\u{7F}", "\u{80}", "\u{E9}", "\u{FF}"].map {
            refused("octet \($0.unicodeScalars.first!.value) in a name", head("X\($0)Y: z"))
        }
        all += [
            refused("a folded line", head("X: a\r\n b")),
            refused("a line folded with a tab", head("X: a\r\n\tb")),
            refused("an empty folded line", head("X: a\r\n ")),
            refused("white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
            refused("a field behind white space", "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n"),
            refused("a line feed alone", head("X: y\nZ: z")),
            refused("a line feed alone before the end", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
            refused("a line feed alone as the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
            refused("a carriage return more", head("X: y\r")),
            refused("a carriage return as the end", "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n"),
            refused("a carriage return in a name", head("X\rY: z")),
            refused(
                "101 fields", "GET / HTTP/1.1\r\n\(String(repeating: "X: y\r\n", count: 100))Host: a\r\n\r\n",
                431),
            refused("a line beyond the limit", head("X: \(String(repeating: "y", count: 8190))"), 431),
            refused("a name beyond the limit", head("\(String(repeating: "X", count: 8191)): y"), 431),
            refused(
                "a head beyond the limit",
                head(
                    (0..<9).map { "X\($0): \(String(repeating: "y", count: 8000))" }.joined(separator: "\r\n")
                ),
                431),
            refused("two Content-Types", head("Content-Type: a/b\r\ncontent-type: a/c")),
            refused("an expectation", head("Expect: x"), 417),
            refused("an expectation more", head("Content-Length: 1\r\nExpect: 100-continue, x") + "x", 417),
        ]
        return all
    }()

    static let variables: [RequestVector] = {
        var all: [RequestVector] = []
        let pairs: [(String, [String: String])] = [
            ("X: y", ["X": "y"]), ("X:y", ["X": "y"]), ("X:", ["X": ""]), ("X: \t ", ["X": ""]),
            ("X:  a \t b  ", ["X": "a \\x09 b"]), ("X: \u{E4}\u{80}\u{FF}", ["X": "\\xE4\\x80\\xFF"]),
            ("X: a\\b", ["X": "a\\x5Cb"]), ("X: ::", ["X": "::"]), ("x-lOwEr-Case: y", ["X_LOWER_CASE": "y"]),
            ("!#$%&'*+^`|~09Az: y", ["!#$%&'*+^`|~09AZ": "y"]), ("-: y", ["_": "y"]), ("X-: y", ["X_": "y"]),
            // Repeated ones are joined (RFC 9110, §5.3).
            ("X: 1\r\nY: 2\r\nx: 3\r\nX:\r\nX: 4", ["X": "1, 3, , 4", "Y": "2"]),
            ("Cookie: a=1\r\ncookie: b=2", ["COOKIE": "a=1; b=2"]),
            ("If-Match: \"a\"\r\nIf-Match: \"b\"", ["IF_MATCH": "\"a\", \"b\""]),
            ("Accept: */*\r\nAuthorization: Basic eDp5", ["ACCEPT": "*/*", "AUTHORIZATION": "Basic eDp5"]),
            // What a client could forge another's variable with.
            ("X_Y: forged\r\nX-Y: 1", ["X_Y": "1"]), ("X-Y: 1\r\nX_Y: forged", ["X_Y": "1"]),
            ("X.Y: forged", [:]), ("_: forged", [:]), ("Content_Length: 5", [:]), ("Content_Type: a/b", [:]),
            ("Transfer_Encoding: chunked", [:]), ("Remote_User: root", [:]), ("Proxy: http://evil", [:]),
            ("PROXY: http://evil\r\nproxy: x", [:]),
            ("Remote-User: root", ["REMOTE_USER": "root"]), ("Script-Name: /x", ["SCRIPT_NAME": "/x"]),
            ("Https: on", ["HTTPS": "on"]), ("Request-Method: PUT", ["REQUEST_METHOD": "PUT"]),
            ("Path-Info: /y\r\nGateway-Interface: 0", ["PATH_INFO": "/y", "GATEWAY_INTERFACE": "0"]),
            // What is the connection's, and not the application's (RFC 9110, §7.6.1).
            ("Keep-Alive: 5\r\nTE: trailers\r\nTrailer: X\r\nUpgrade: x\r\nProxy-Connection: x", [:]),
            ("Connection: X, Y\r\nX: 1\r\ny: 2\r\nZ: 3", ["Z": "3"]),
            ("X: 1\r\nConnection: keep-alive\r\nConnection: x", [:]),
            ("Connection: Host, Cookie, Content-Type\r\nCookie: a", ["COOKIE": "a"]),
            ("Expect: 100-continue", [:]),
        ]
        all += pairs.map { lines, variables in
            let fields = Dictionary(uniqueKeysWithValues: variables.map { ("HTTP_" + $0, $1) })
            return served("fields \(lines.prefix(40))", head(lines), SeenRequest(fields: fields))
        }
        all += [
            served(
                "100 fields",
                "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 99))\r\n",
                SeenRequest(fields: ["HTTP_X": Array(repeating: "y", count: 99).joined(separator: ", ")])),
            served(
                "a line of 8 190 octets", head("X: \(String(repeating: "y", count: 8187))"),
                SeenRequest(fields: ["HTTP_X": String(repeating: "y", count: 8187)])),
            served(
                "a type without a body", head("Content-Type: text/x; a=\"b\""),
                SeenRequest(type: "text/x; a=\"b\"")),
        ]
        return all
    }()
}
