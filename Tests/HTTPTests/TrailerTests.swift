import HTTP
import Octets
import Testing

@Suite("Trailer sections (RFC 9110, §6.5)")
struct TrailerTests {
    /// What a body that ends with these lines leaves, however it is cut.
    private func fields(
        _ lines: String, limits: RequestLimits = RequestLimits(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws(RequestError) -> [String] {
        let bytes = Latin1.bytes("1\r\nx\r\n0\r\n\(lines)\r\nGET /")
        var outcomes: [Result<[String], RequestError>] = []
        for piece in [1, 2, 7, bytes.count] {
            outcomes.append(Result { () throws(RequestError) in try decode(bytes, piece, limits) })
        }
        for outcome in outcomes { #expect(outcome == outcomes[0], sourceLocation: sourceLocation) }
        return try outcomes[0].get()
    }

    private func decode(
        _ bytes: [UInt8], _ piece: Int, _ limits: RequestLimits
    ) throws(RequestError) -> [String] {
        var decoder = BodyDecoder(.chunked, limits: limits)
        var (used, arrived) = (0, 0)
        while !decoder.isDone {
            switch try decoder.next(bytes.span.extracting(used..<arrived)) {
            case .more(let consumed), .data(_, let consumed), .end(let consumed): used += consumed
            }
            arrived = min(arrived + piece, bytes.count)
            arrived = max(arrived, used)
        }
        let section = decoder.trailers
        return section.fields.map { field in
            Latin1.text(section.bytes[field.name.start..<field.name.end]) + "="
                + Latin1.text(section.bytes[field.value.start..<field.value.end])
        }
    }

    @Test("Fields are kept in their order, with blanks trimmed")
    func kept() throws {
        #expect(try fields("") == [])
        #expect(try fields("A: b\r\n") == ["A=b"])
        #expect(
            try fields("Digest:\t x \r\nX_Y:\r\nA: \u{E9}\r\na: 2\r\n") == [
                "Digest=x", "X_Y=", "A=\u{E9}", "a=2",
            ])
    }

    @Test(
        "What frames, routes, authenticates or describes the request is left out (RFC 9110, §6.5.1)",
        arguments: [
            "Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "Trailer: x", "TE: trailers",
            "Connection: close", "Upgrade: x", "Expect: 100-continue", "Authorization: Basic x",
            "Proxy-Authorization: x", "Cookie: a=b", "Set-Cookie: a=b", "Content-Type: text/html",
            "Content-Encoding: gzip", "content-range: bytes 1-2/3", "If-Match: x", "Range: bytes=1-",
            "Cache-Control: x", "Max-Forwards: 1", "Pragma: x", "Forwarded: for=1",
            "X-Forwarded-For: 1.1.1.1",
            "X-Forwarded-Proto: https", "Proxy: x", "Keep-Alive: 1",
        ])
    func forbidden(_ line: String) throws {
        #expect(try fields("A: 1\r\n\(line)\r\nB: 2\r\n") == ["A=1", "B=2"])
        #expect(try fields("\(line.uppercased())\r\n") == [])
    }

    @Test("Their number, the length of a line, and all of them have the limits of header fields")
    func limits() {
        var limits = RequestLimits()
        (limits.fieldCount, limits.fieldLine, limits.head) = (3, 20, 49)
        func outcome(_ lines: String) -> Result<[String], RequestError> {
            Result { () throws(RequestError) in try fields(lines, limits: limits) }
        }
        let line = String(repeating: "b", count: 17)
        #expect(outcome("A: \(line)\r\n") == .success(["A=\(line)"]))
        #expect(outcome("A: b\(line)\r\n") == .failure(.fieldsTooLarge))
        #expect(outcome("A: b\(line)") == .failure(.fieldsTooLarge))
        #expect(outcome("A: 1\r\nB: 2\r\nC: 3\r\n") == .success(["A=1", "B=2", "C=3"]))
        #expect(outcome("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n") == .failure(.fieldsTooLarge))
        // Those that are left out count.
        #expect(outcome("Host: a\r\nHost: a\r\nC: 3\r\nD: 4\r\n") == .failure(.fieldsTooLarge))
        #expect(outcome("A: \(line)\r\nB: \(line)\r\nC: 3\r\n") == .failure(.fieldsTooLarge))
    }
}
