// RFC 9112, §7.1: chunks, their extensions, and the fields behind them.

extension RequestVector {
    private static func post(_ body: String, _ lines: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\(lines)\r\n\(body)"
    }

    static let chunks: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            "", " ", "x", "g", "-1", "+1", "-0", "0x1", "0X1", "x1", "1h", "1 ", " 1", "\t1", "1\t", "1 1",
            "1,1", "1_0",
            "1.0", "\"1\"", "1:", "=1", "\0", "1\0", "\u{B2}", "\u{FF}", "1\u{B}", "FFFFFFFFFFFFFFFF",
            "10000000000000000",
            "10000000000000001", "8000000000000000", "7FFFFFFFFFFFFFFF", "1000000000000000",
            "00000000000000000001",
            "fffffffffffffffff", "-FFFFFFFFFFFFFFFF", "1\r", "1\n",
        ].map { refused("chunk size \($0)", post("\($0)\r\nx\r\n0\r\n\r\n")) }
        all += [
            "1\nx\r\n0\r\n\r\n", "1\rx\r\n0\r\n\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx\r0\r\n\r\n",
            "1\r\nx0\r\n\r\n",
            "1\r\nxy\r\n0\r\n\r\n", "2\r\nx\r\n0\r\n\r\n", "1\r\nx\r\n\r\n0\r\n\r\n", "1\r\nx \r\n0\r\n\r\n",
            "1\r\nx\r\n0\n\r\n", "0\r\n\n", "0\r\n\rx", "0\n\r\n", "0\r\r\n\r\n", "1\r\r\nx\r\n0\r\n\r\n",
        ].map { refused("chunks \($0)", post($0)) }
        all += [
            ";", "; ", ";;a", ";a;", ";a ", ";=b", ";a=", ";a=;b", ";a=b ", ";a b", ";a=b c", ";a=b=c",
            ";a==b", ";a=\"b",
            ";a=\"b\"c", ";a=\"b\\", ";a=\"\u{1}\"", ";a\0", ";a\u{7F}", ";\u{E9}", ";a=\u{E9}", ";a\rb",
            ";a\nb", ";a=\"\rb\"",
            ";a=\"\nb\"", ";a\r", ";(", ";a=(", ";a,b", " ;", "\u{B};a", " a;b", ";a\u{C}=b",
        ].map { refused("chunk extension \($0)", post("1\($0)\r\nx\r\n0\r\n\r\n")) }
        let pairs: [(String, String)] = [
            ("0\r\n\r\n", ""), ("1\r\nx\r\n0\r\n\r\n", "x"), ("00\r\n\r\n", ""),
            ("1\r\nx\r\n2\r\nyz\r\n000\r\n\r\n", "xyz"),
            ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            ("000000000000001\r\nx\r\n0\r\n\r\n", "x"), ("2\r\n\r\n\r\n0\r\n\r\n", "\\x0D\\x0A"),
            ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\\x0D\\x0A\\x0D\\x0A"),
            ("1;a\r\nx\r\n0;b\r\n\r\n", "x"), ("1;a=b;c=d\r\nx\r\n0\r\n\r\n", "x"),
            ("1 ; a = b ;c\r\nx\r\n0\t;d\r\n\r\n", "x"),
            ("1;a=\"\"\r\nx\r\n0\r\n\r\n", "x"), ("1;a=\"b;c\\\"\\\\\t\u{E9}\"\r\nx\r\n0\r\n\r\n", "x"),
            ("1;\(String(repeating: "a", count: 1023))\r\nx\r\n0\r\n\r\n", "x"),
        ]
        all += pairs.map { body, data in
            return served(
                "chunks \(body.prefix(30))", post(body),
                SeenRequest("POST", body: data, length: data.isEmpty ? 0 : nil))
        }
        all += [
            refused(
                "an extension beyond the limit of a chunk",
                post("1;\(String(repeating: "a", count: 1024))\r\nx\r\n0\r\n\r\n"), 413),
            refused(
                "blanks beyond the limit of a chunk", post("1\(String(repeating: " ", count: 1025));a\r\n"),
                413),
            refused(
                "extensions beyond the limit of a body",
                post(
                    String(repeating: "1;\(String(repeating: "a", count: 1000))\r\nx\r\n", count: 17)
                        + "0\r\n\r\n"), 413),
            RequestVector("a chunk that never ends", post("5\r\n1234"), []),
            RequestVector("chunks that never end", post("5\r\n12345\r\n"), []),
            RequestVector("chunks without the last line", post("1\r\nx\r\n0\r\n"), []),
            RequestVector("trailers without the last line", post("1\r\nx\r\n0\r\nA: b\r\n"), []),
        ]
        return all
    }()

    static let trailers: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            "A", "A b: c", ": b", "A : b", "A\t: b", " A: b", "\tA: b", "A: b\0", "A: \u{1B}", "A\0: b",
            "\u{E9}: b", "A: b\rc",
            "A: b\u{7F}", "A: b\nC: d", "A: b\r\n c", "A(: b", "A: b\r", "A: b\n",
        ].map { refused("trailer \($0)", post("1\r\nx\r\n0\r\n\($0)\r\n\r\n")) }
        all += [
            refused("101 trailers", post("0\r\n\(String(repeating: "A: b\r\n", count: 101))\r\n"), 431),
            refused(
                "a trailer beyond the limit", post("0\r\nA: \(String(repeating: "b", count: 8190))\r\n\r\n"),
                431),
            refused(
                "trailers beyond the limit",
                post(
                    "0\r\n\(String(repeating: "A: \(String(repeating: "b", count: 8000))\r\n", count: 9))\r\n"
                ), 431),
        ]
        all += [
            "A: b", "A: b\r\nC:\r\nA: d", "A:b\tc \u{E9}", "Content-Length: 5", "Transfer-Encoding: chunked",
            "Host: evil",
            "Trailer: x", "Content-Type: evil/x", "Cookie: evil=1", "Authorization: evil",
            "Connection: close", "A_B: c",
            "Expect: 100-continue", "Proxy: x", "X-Forwarded-Proto: https", "TE: x",
        ].map { lines in
            // None of them is a variable, and the connection goes on behind them.
            RequestVector(
                "trailer \(lines)",
                post("1\r\nx\r\n0\r\n\(lines)\r\n\r\n", "Trailer: A\r\n")
                    + "GET /next HTTP/1.1\r\nHost: b\r\n\r\n",
                [.served(SeenRequest("POST", body: "x")), .served(SeenRequest("GET", "/next", host: "b"))])
        }
        return all
    }()
}
