import GatewayInterface
import Testing

@Suite("The parts of a multipart form")
struct MultipartParserTests {
    static let field = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"

    @Test(
        "Parts stand between boundaries (RFC 2046, §5.1.1)",
        arguments: [
            ("--b\r\n\(field)x\r\n--b--\r\n", ["a=x"]),
            ("--b\r\n\(field)x\r\n--b--", ["a=x"]),
            ("\r\n--b\r\n\(field)x\r\n--b--\r\n", ["a=x"]),
            ("--b\r\n\(field)x\r\n--b\r\n\(field)y\r\n--b--\r\n", ["a=x", "a=y"]),
            ("--b--", []), ("--b--\r\n", []), ("\r\n--b--", []),
            // What stands before the first and behind the last is ignored.
            (
                "This is\r\n--a preamble--b\r\n--b\r\n\(field)x\r\n--b--this --b\r\n--b\r\n is an epilogue",
                ["a=x"]
            ),
            ("-\r\n--\r\n--b\r\n\(field)x\r\n--b--\r\n--b--", ["a=x"]),
            // Blanks behind a boundary are padding.
            ("--b \t\r\n\(field)x\r\n--b-- \r\n", ["a=x"]),
            ("--b\(String(repeating: " ", count: 300))\r\n\(field)x\r\n--b--", ["a=x"]),
            // A part without data, with and without a line end of its own for the boundary.
            ("--b\r\n\(field)\r\n--b--", ["a="]), ("--b\r\n\(field)--b--", ["a="]),
            // Line ends are data, but for the last.
            ("--b\r\n\(field)\r\n\r\n--b--", ["a=\r\n"]), ("--b\r\n\(field)\n\r\r\n--b--", ["a=\n\r"]),
            ("--b\r\n\(field)x\n--b--\r--b--\r\n--b--", ["a=x\n--b--\r--b--"]),
            ("--b\r\n\(field)\r\r\n--b--", ["a=\r"]), ("--b\r\n\(field)\r\n-\r\n--b--", ["a=\r\n-"]),
            ("--b\r\n\(field)x--b\r\n--B\r\n--c\r\n--\r\n--b--", ["a=x--b\r\n--B\r\n--c\r\n--"]),
            ("--b\r\n\(field)-\r\n--b--", ["a=-"]), ("--b\r\n\(field)--a\r\n--b--", ["a=--a"]),
        ] as [(String, [String])])
    func parts(_ body: String, _ expected: [String]) {
        let outcome = MultipartOutcome(body)
        #expect(outcome.parts == expected)
        #expect(outcome.error == nil)
        #expect(outcome.events.last == .end)
    }

    @Test(
        "What is wrong has its error",
        arguments: [
            ("", .incomplete), ("x", .incomplete), ("--b", .incomplete), ("--b-", .incomplete),
            ("--b\r", .incomplete), ("--b\r\n", .incomplete), ("--b\r\n\(field)", .incomplete),
            ("--b\r\n\(field)x\r\n--b", .incomplete), ("--b\r\n\(field)x\r\n--b\r\n", .incomplete),
            ("--b\r\n\(field)x\r\n--", .incomplete), ("--b\n\(field)x\n--b--", .malformedDelimiter),
            ("--bx\r\n", .malformedDelimiter), ("--b\rx", .malformedDelimiter),
            ("--b-x", .malformedDelimiter),
            ("--b --", .malformedDelimiter), ("--b x\r\n", .malformedDelimiter),
            ("--b:\r\n", .malformedDelimiter),
            ("--b\r\n\(field)x\r\n--bb\r\n", .malformedDelimiter),
            ("--b\r\n\r\nx\r\n--b--", .noFormData), ("--b\r\nA: b\r\n\r\n", .noFormData),
            ("--b\r\n\r\n--b--", .noFormData),
            ("--b\r\nA: b\n", .malformedPartField), ("--b\r\nA: b\r\n c\r\n", .malformedPartField),
            ("--b\r\nA\r\n", .malformedPartField), ("--b\r\n: b\r\n", .malformedPartField),
            ("--b\r\nA : b\r\n", .malformedPartField), ("--b\r\nA: b\u{0}\r\n", .malformedPartField),
            ("--b\r\nA: b\rc\r\n", .malformedPartField), ("--b\r\n--b--\r\n", .malformedPartField),
            ("--b\r\n\n", .malformedPartField),
        ] as [(String, FormError)])
    func malformed(_ body: String, _ expected: FormError) {
        #expect(MultipartOutcome(body).error == expected)
        #expect(expected.status == 400)
    }

    private static let long = """
        preamble\r\n--b\r
        Content-Disposition: form-data; name="text"\r
        \r
        two\r\nlines\r
        --b \r
        content-disposition: form-data; filename="a;\\"b%22.txt"; name=upload\r
        Content-Type: text/plain; charset=utf-8\r
        X-More:\r
        \r
        \r\n--a\r\n--\r\r\n--b\r
        Content-Disposition: form-data; name=""\r
        \r
        \r\n--b--\r\nepilogue\r\n--b
        """

    @Test("Wherever a body is cut, it has the same events")
    func cut() {
        let body = Array(Self.long.utf8)
        let whole = MultipartOutcome(Self.long)
        #expect(whole.parts == ["text=two\r\nlines", "upload(a;\"b\".txt)=\r\n--a\r\n--\r", "="])
        #expect(whole.error == nil)
        for place in 0...body.count {
            let outcome = MultipartOutcome([body[..<place], body[place...]])
            #expect(outcome == whole, "cut at \(place)")
        }
        for size in 1...40 {
            let pieces = stride(from: 0, to: body.count, by: size).map {
                body[$0..<min($0 + size, body.count)]
            }
            #expect(MultipartOutcome(pieces) == whole, "\(size) at a time")
        }
    }

    @Test("Wherever a body ends too early, it is incomplete, and has the events up to there")
    func early() {
        let body = Array(Self.long.utf8)
        let whole = MultipartOutcome(Self.long)
        let end = Self.long.utf8.count - "\r\nepilogue\r\n--b".utf8.count
        for count in 0..<end {
            let outcome = MultipartOutcome([body[..<count]])
            #expect(outcome.error == .incomplete)
            #expect(whole.parts.starts(with: outcome.parts))
        }
        #expect(MultipartOutcome([body[..<end]]) == whole)
    }

    @Test("Data that is no delimiter is handed on at once, but for what may begin one")
    func atOnce() throws {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=bound")
        let head = Array("--bound\r\n\(Self.field)".utf8)
        guard case .part(_, let consumed) = try parser.next(head.span) else {
            Issue.record("there is no part")
            return
        }
        #expect(consumed == head.count)
        for (octets, count) in [
            ("abc", 3), ("\rabc", 4), ("abc\r", 3), ("abc\r\n", 3), ("abc\n", 4), ("a\r\n--boun", 1),
            ("a\r\n--bounx", 10), ("a\r\n\r\n-", 3),
        ] {
            let octets = Array(octets.utf8)
            #expect(try parser.next(octets.span) == .data(0..<count, consumed: count))
        }
        let waiting = Array("\r\n--boun".utf8)
        #expect(try parser.next(waiting.span) == .more(consumed: 0))
    }

    @Test("An error stays")
    func stays() throws {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=b")
        let wrong = Array("--bx".utf8)
        let right = Array("--b--".utf8)
        #expect(throws: FormError.malformedDelimiter) { _ = try parser.next(wrong.span) }
        #expect(throws: FormError.malformedDelimiter) { _ = try parser.next(right.span) }
        #expect(throws: FormError.malformedDelimiter) { try parser.finish() }
    }
}
