// RFC 9112, §6: where a body ends. Whoever sees another end than the server in front takes a body for a request.

extension RequestVector {
    /// A POST with these field lines, and what follows them.
    private static func post(_ lines: String, _ body: String = "", version: String = "1.1") -> String {
        "POST / HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n\r\n\(body)"
    }

    static let framing: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            "+1", "-1", "-0", "1 1", "1,1", "1, 1", "1;1", "1.0", "1e0", "0x1", "0b1", "1_0", "one", "\"1\"",
            "'1'", "",
            ",", ",1", "1,", "\u{B2}", "\u{661}", "1a", "a1", "=1", "1=", "\\1",
        ].filter { $0.unicodeScalars.allSatisfy { $0.value < 256 } }.map {
            refused("Content-Length \($0)", post("Content-Length: \($0)", "x"))
        }
        all += [
            "9223372036854775808", "18446744073709551616", "18446744073709551617", "99999999999999999999999",
        ]
        .map {
            refused("Content-Length \($0)", post("Content-Length: \($0)", "x"), 413)
        }
        all += [
            "xchunked", "chunked x", "chunked;a=b", "chunked;", "chunked,", ",chunked", ", chunked ,",
            "\"chunked\"",
            "'chunked'", "chunked, chunked", "chunked, gzip", "gzip", "identity", "", ",", "chunk",
            "chunkedx", "cunked",
            "chunked, identity", "gzip, chunked, chunked", "chunked\u{A0}", "x chunked", "\u{E9}chunked",
            "chunked=",
            "*", "0",
        ].map { refused("Transfer-Encoding \($0)", post("Transfer-Encoding: \($0)", "0\r\n\r\n")) }
        all += ["\u{B}chunked", "chunked\u{C}", "\0chunked", "chun\rked", "\u{1}chunked", "chunked\u{7F}"].map
        {
            refused(
                "Transfer-Encoding with octet \($0.unicodeScalars.first!.value)",
                post("Transfer-Encoding: \($0)", "0\r\n\r\n"))
        }
        all += ["gzip, chunked", "gzip,chunked", "identity, chunked", "br, gzip, chunked", "x, chunked"].map {
            refused("Transfer-Encoding \($0)", post("Transfer-Encoding: \($0)", "0\r\n\r\n"), 501)
        }
        all += [
            "Content-Length: 0\r\nContent-Length: 0", "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: 1\r\nX: y\r\ncontent-length: 1",
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Transfer-Encoding: chunked\r\nContent-Length: 0",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\ntransfer-encoding: identity",
            "Transfer-Encoding:\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding:\r\n chunked", "X: y\r\n Transfer-Encoding: chunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked", " Transfer-Encoding: chunked", "Transfer-Encoding\0: chunked",
            "Content-Length : 1", "Content-Length:\r\n 1", "Content-Length: 1\r\n ",
            "Content-Length\u{A0}: 1",
            "X: y\nContent-Length: 1", "X: y\rContent-Length: 1", "Content-Length: 1\0",
        ].map { refused("framed by \($0)", post($0, "0\r\n\r\n")) }
        all += ["chunked", "gzip, chunked", "identity"].map {
            refused("\($0) in HTTP/1.0", post("Transfer-Encoding: \($0)", "0\r\n\r\n", version: "1.0"))
        }
        let pairs: [(String, Int)] = [
            ("1", 1), ("01", 1), ("00000000000000000000000000000001", 1), (" 1 ", 1), ("\t1\t", 1), ("0", 0),
            ("000", 0),
        ]
        all += pairs.map { text, count in
            let body = String(repeating: "x", count: count)
            return served(
                "Content-Length \(text)", post("Content-Length: \(text)", body),
                SeenRequest("POST", body: body, length: count))
        }
        all += [
            served(
                "a POST without a body needs no length", post("X: y"),
                SeenRequest("POST", fields: ["HTTP_X": "y"])),
            served(
                "a body of all octets", post("Content-Length: 6", "\0\r\n\u{FF}%\\"),
                SeenRequest("POST", body: "\\x00\\x0D\\x0A\\xFF%\\x5C", length: 6)),
            served(
                "a body that looks like a request", post("Content-Length: 18", "GET / HTTP/1.1\r\n\r\n"),
                SeenRequest("POST", body: "GET / HTTP/1.1\\x0D\\x0A\\x0D\\x0A", length: 18)),
            served(
                "a GET with a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy",
                SeenRequest(body: "xy")),
            served(
                "a body in HTTP/1.0", post("Content-Length: 2", "xy", version: "1.0"),
                SeenRequest("POST", version: "1.0", body: "xy")),
            served(
                "its type", post("Content-Type: a/b\r\nContent-Length: 1", "x"),
                SeenRequest("POST", type: "a/b", body: "x")),
            served(
                "chunked in capitals", post("TRANSFER-ENCODING: CHUNKED", "1\r\nx\r\n0\r\n\r\n"),
                SeenRequest("POST", body: "x")),
            served(
                "chunked with blanks around it", post("Transfer-Encoding:\t chunked \t", "0\r\n\r\n"),
                SeenRequest("POST", length: 0)),
            RequestVector(
                "a body that the client asks before", post("Content-Length: 1\r\nExpect: 100-Continue", "x"),
                [.interim(100), .served(SeenRequest("POST", body: "x"))]),
            served(
                "an expectation of HTTP/1.0",
                post("Content-Length: 1\r\nExpect: 100-continue", "x", version: "1.0"),
                SeenRequest("POST", version: "1.0", body: "x")),
            RequestVector("a body that never ends", post("Content-Length: 10", "123456789"), []),
            RequestVector("a body that never begins", post("Content-Length: 10"), []),
        ]
        return all
    }()
}
