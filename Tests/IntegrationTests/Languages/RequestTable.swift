// The requests that an application in any language has to answer, whatever stands in front of it. All of them are asked
// on one kept connection, so that what one of them leaves behind would show in the next.

import Syscalls
import Testing

/// One request, and what its answer has to be.
struct RequestRow {
    let name: String
    var method = "GET"
    let target: String
    var body: [UInt8]?
    var isChunked = false
    var status = 200
    /// The body of the answer; `nil` where it is the application's to choose.
    var answer: [UInt8]?
    /// Fields of the answer, and what they end with.
    var fields: [String: String] = [:]

    /// The octets of the request.
    var octets: [UInt8] {
        var head =
            "\(method) \(target) HTTP/1.1\r\nHost: example.org\r\nCookie: c=d; e=f\r\nX-Test: one, two\r\n"
        guard let body else { return Array((head + "\r\n").utf8) }
        guard isChunked else {
            head += "Content-Type: application/octet-stream\r\nContent-Length: \(body.count)\r\n\r\n"
            return Array(head.utf8) + body
        }
        head += "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        var octets = Array(head.utf8)
        // Parts whose borders fall on no border of anybody's buffers.
        for start in stride(from: 0, to: body.count, by: 9973) {
            let part = body[start..<min(start + 9973, body.count)]
            octets += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10]
        }
        return octets + Array("0\r\n\r\n".utf8)
    }
}

/// The requests.
enum RequestTable {
    private static let mebibyte = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }

    static let rows: [RequestRow] = [
        RequestRow(
            name: "a path with blanks, UTF-8 and a query",
            target: "/lines/a%20b/%C3%A4/%e4%bd%a0+~?x=%41&y=%20&z",
            answer: lines("GET", path: "/lines/a b/ä/你+~", query: "x=%41&y=%20&z"),
            fields: ["X-Answer": "42", "Content-Type": "text/plain; charset=utf-8"]),
        RequestRow(
            name: "no query", target: "/lines", answer: lines("GET", path: "/lines", query: "")),
        RequestRow(name: "HEAD", method: "HEAD", target: "/lines/head", fields: ["X-Answer": "42"]),
        count("an empty body", []),
        count("a short body", Array("abc".utf8)),
        count("a short body in chunks", Array("abc".utf8), isChunked: true),
        count("a mebibyte", mebibyte),
        count("a mebibyte in chunks", mebibyte, isChunked: true),
        RequestRow(
            name: "a mebibyte there and back", method: "POST", target: "/copy", body: mebibyte,
            answer: mebibyte),
        RequestRow(
            name: "a body that nobody reads", method: "POST", target: "/unread", body: mebibyte,
            answer: Array("unread".utf8)),
        RequestRow(
            name: "a short body that nobody reads", method: "POST", target: "/unread",
            body: Array("abc".utf8),
            answer: Array("unread".utf8)),
        RequestRow(
            name: "a redirect", target: "/redirect", status: 302, fields: ["Location": "/lines?from=redirect"]
        ),
        RequestRow(name: "a failure", target: "/failure", status: 500),
        RequestRow(
            name: "the request after a failure", target: "/lines?after",
            answer: lines("GET", path: "/lines", query: "after")),
    ]

    /// Asks everything, as often as `rounds` says.
    static func ask(port: UInt16, rounds: Int = 2, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var client = try HTTPClient(port: port)
        for _ in 0..<rounds {
            for row in rows {
                if client.isEnded { client = try HTTPClient(port: port) }
                client.send(row.octets)
                let answer = try client.receive(toHead: row.method == "HEAD", sourceLocation: sourceLocation)
                try judge(answer, row, sourceLocation)
                if answer["Connection"] == "close" { client = try HTTPClient(port: port) }
            }
        }
    }

    /// Asks for an answer whose second part waits until a file is there.
    static func askForStream(
        port: UInt16, gate: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let client = try HTTPClient(port: port)
        client.send("GET /stream?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually("the first part arrives", sourceLocation: sourceLocation) {
            try #require(try client.poll() == nil, sourceLocation: sourceLocation)
            return client.partialBody == "first,"
        }
        try TextFile.write("", to: gate)
        #expect(try client.receive().text == "first,second", sourceLocation: sourceLocation)
    }

    private static func judge(
        _ answer: HTTPResponse, _ row: RequestRow, _ sourceLocation: SourceLocation
    ) throws {
        // A whole mebibyte that is no text would take seconds: each byte that is no UTF-8 is an error to the standard
        // library, and the tests' library notes a backtrace for each error.
        let text = String(decoding: answer.body.prefix(2000), as: UTF8.self)
        // The first one that fails is the one to look at: what follows it may fail for its sake.
        try #require(answer.status == row.status, "\(row.name): \(text)", sourceLocation: sourceLocation)
        if let expected = row.answer {
            // A mebibyte of numbers would tell nobody anything.
            let isExpected = answer.body == expected
            try #require(isExpected, "\(row.name): \(text)", sourceLocation: sourceLocation)
        }
        for (name, ending) in row.fields {
            let value = answer[name] ?? "nothing"
            #expect(
                value.hasSuffix(ending), "\(row.name): \(name) is \(value)", sourceLocation: sourceLocation)
        }
        guard row.target.hasPrefix("/lines") else { return }
        // Two cookies are two fields, whatever else is joined.
        let cookies = answer.fields.filter { $0.name.lowercased() == "set-cookie" }.map {
            String($0.value.prefix(3))
        }
        #expect(cookies == ["a=1", "b=2"], "\(row.name)", sourceLocation: sourceLocation)
    }

    private static func lines(_ method: String, path: String, query: String) -> [UInt8] {
        Array("method=\(method)\npath=\(path)\nquery=\(query)\ncookie=c=d; e=f\ntest=one, two\n".utf8)
    }

    private static func count(_ name: String, _ body: [UInt8], isChunked: Bool = false) -> RequestRow {
        let digits = String(CRC32.of(body), radix: 16)
        let sum = String(repeating: "0", count: 8 - digits.count) + digits
        return RequestRow(
            name: name, method: "POST", target: "/count", body: body, isChunked: isChunked,
            answer: Array("\(body.count) octets, crc \(sum)".utf8))
    }
}

/// The checksum that every language has (ISO 3309).
enum CRC32 {
    private static let table = (0..<256).map { (index: UInt32) in
        (0..<8).reduce(index) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    static func of(_ octets: [UInt8]) -> UInt32 {
        ~octets.reduce(~0) { sum, octet in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ octet)] }
    }
}
