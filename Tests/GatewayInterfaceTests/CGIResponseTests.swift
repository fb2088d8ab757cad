import GatewayInterface
import Testing

@Suite("The head of an application's answer")
struct CGIResponseTests {
    @Test("Fields are passed on in their order, without Status and Content-Length")
    func fields() throws {
        let answer = try #require(
            CGIOutcome.of(
                "Content-Type: text/html\r\nSTATUS: 201 Made it\r\nX-A:1\r\nx-a: 2 \r\ncontent-length: 5\r\n\r\n"
            ).answer)
        #expect(answer.fields == ["Content-Type: text/html", "X-A: 1", "x-a: 2"])
        #expect(answer.status == 201)
        #expect(answer.reason == "Made it")
        #expect(answer.contentLength == 5)
        #expect(answer.localRedirect == nil)
        #expect(answer.byteCount == 83)
    }

    @Test(
        "Lines end with CRLF, with LF, or with both in turn (RFC 3875, §6.3)",
        arguments: ["A: b\r\nC: d\r\n\r\n", "A: b\nC: d\n\n", "A: b\r\nC: d\n\r\n", "A: b\nC: d\r\n\n"])
    func lineEnds(_ head: String) throws {
        let answer = try #require(CGIOutcome.of(head + "\r\nbody: x\n\n").answer)
        #expect(answer.fields == ["A: b", "C: d"])
        #expect(answer.byteCount == head.utf8.count)
    }

    @Test(
        "What is no field is refused",
        arguments: [
            "text without fields\n\n", "<html>\n\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", ": a\n\n",
            " A: b\n\n", "\tA: b\n\n", "A : b\n\n",
            "A b: c\n\n", "A\u{0}: b\n\n", "A: b\u{0}\n\n", "A: \u{1B}[0m\n\n", "A: b\u{7F}\n\n",
            "A: b\rC: d\n\n", "A: b\r\r\n\r\n",
            "A: b\n c\n\n", "A: b\n\tc\n\n", "A: b\n\r\r\n", "\u{E9}: a\n\n", "A(: b\n\n", "A\n\n",
            "A: b\nC\n\n", "A: b\n{}: c\n\n",
            "A: b\u{B}\n\n", "Content-Type : text/html\n\n",
        ])
    func malformed(_ head: String) {
        #expect(CGIOutcome.of(head) == .refused(.malformedField))
    }

    @Test(
        "A blank line without a field before it is refused",
        arguments: ["\n", "\r\n", "\r\n\r\n", "\nbody", "\n\n"])
    func noFields(_ head: String) {
        #expect(CGIOutcome.of(head) == .refused(.noFields))
    }

    @Test("What a Connection field names is about the connection, wherever it stands; the framing is not")
    func nominated() throws {
        let answer = try #require(
            CGIOutcome.of(
                "x-secret: 1\nConnection: close,X-Secret ,, Content-Length\nX-Kept: 2\nContent-Length: 5\n"
                    + "connection:\tX-Later\nX-Later: 3\nX-Secrets: 4\n\n"
            ).answer)
        #expect(answer.kinds == [.hopByHop, .hopByHop, .other, .hopByHop, .hopByHop, .other])
        #expect(answer.contentLength == 5)
        // Options without end cost no more than some.
        let many = String(repeating: "a,", count: 200)
        let last = try #require(CGIOutcome.of("Connection: \(many)X-B\nX-B: 1\nA: 2\n\n").answer)
        #expect(last.kinds == [.hopByHop, .other, .hopByHop])
    }

    @Test(
        "A head without its blank line is not complete",
        arguments: ["", "A", "A: b", "A: b\n", "A: b\r\n\r", "no field yet"])
    func incomplete(_ head: String) {
        #expect(CGIOutcome.of(head) == .incomplete)
    }

    @Test(
        "A single Status or Content-Length is a head",
        arguments: ["Status: 204\n\n", "Content-Length: 0\n\n", "X: y\n\n"])
    func single(_ head: String) {
        #expect(CGIOutcome.of(head).answer != nil)
    }

    @Test(
        "A status is three digits from 200 on, and perhaps a phrase (RFC 3875, §6.3.3)",
        arguments: [
            ("200", 200, ""), ("200 OK", 200, "OK"), (" 404  Not here ", 404, "Not here"),
            ("500\tOops", 500, "Oops"), ("999", 999, ""),
            ("204 ", 204, ""), ("302 a:b", 302, "a:b"), ("299 200", 299, "200"),
        ])
    func status(_ value: String, _ status: Int, _ reason: String) throws {
        let answer = try #require(CGIOutcome.of("Status:\(value)\n\n").answer)
        #expect(answer.status == status)
        #expect(answer.reason == reason)
    }

    @Test(
        "Any other status is refused",
        arguments: [
            "", " ", "abc", "99", "1", "20", "100", "101", "199", "099", "000", "1000", "2000", "200OK",
            "200,OK", "+200", "-200", "+20", "2e2", "0x200",
            "20 0", "OK 200", "HTTP/1.1 200 OK", "2 00", "\u{B2}00",
        ])
    func malformedStatus(_ value: String) {
        #expect(CGIOutcome.of("Status: \(value)\nA: b\n\n") == .refused(.malformedStatus))
    }

    @Test("Two statuses are refused, also where they agree", arguments: ["200", "404"])
    func twoStatuses(_ second: String) {
        #expect(CGIOutcome.of("Status: 200\nA: b\nstatus: \(second)\n\n") == .refused(.malformedStatus))
    }

    @Test(
        "A length that is not digits alone is refused, or that differs from another",
        arguments: [
            "abc", "", "-1", "+1", "1 2", "1,1", "0x1", "1.0", "9223372036854775808", "18446744073709551617",
            "5\r\nContent-Length: 6",
            "5\nX: y\ncontent-length: abc", "5\nContent-Length:",
        ])
    func malformedLength(_ value: String) {
        #expect(CGIOutcome.of("Content-Length: \(value)\n\n") == .refused(.malformedContentLength))
    }

    @Test("The same length twice is that length")
    func equalLengths() throws {
        let answer = try #require(CGIOutcome.of("Content-Length: 5\nCONTENT-LENGTH: 05\n\n").answer)
        #expect(answer.contentLength == 5)
        #expect(answer.fields.isEmpty)
    }

    @Test(
        "A Location without a Status is a redirect (RFC 3875, §6.2)",
        arguments: [
            ("Location: /other?a=b\n\n", 200, "/other?a=b"), ("Location: //x/y\n\n", 200, "//x/y"),
            ("Location: http://a/\n\n", 302, nil), ("Location: other.html\n\n", 302, nil),
            ("Content-Type: a\nlocation: http://a/\n\n", 302, nil),
            ("Status: 201\nLocation: /a\n\n", 201, nil),
            ("Location: /a\nStatus: 303\n\n", 303, nil), ("Status: 200\nLocation: http://a/\n\n", 200, nil),
            ("X-Location: /a\n\n", 200, nil),
        ] as [(String, Int, String?)])
    func location(_ head: String, _ status: Int, _ localRedirect: String?) throws {
        let answer = try #require(CGIOutcome.of(head).answer)
        #expect(answer.status == status)
        #expect(answer.localRedirect == localRedirect)
        #expect(answer.fields.contains { $0.lowercased().contains("location: ") })
    }

    @Test(
        "What a field means is known in any case",
        arguments: [
            ("Transfer-Encoding", .hopByHop), ("CONNECTION", .hopByHop), ("keep-alive", .hopByHop),
            ("TE", .hopByHop),
            ("Trailer", .hopByHop), ("Upgrade", .hopByHop), ("Proxy-Connection", .hopByHop),
            ("Content-Type", .contentType),
            ("DATE", .date), ("Server", .server), ("Location", .location), ("Set-Cookie", .other),
            ("ETag", .etag), ("last-modified", .lastModified), ("Content-Range", .ranges),
            ("Accept-Ranges", .ranges), ("Content-Encoding", .content), ("Content-Disposition", .content),
            ("Link", .other), ("X-Accel", .other), ("X-Sendfiles", .other), ("X-Powered-By", .other),
            ("X-Status", .other),
            ("Content-Lengths", .other), ("Contentxtype", .other),
        ] as [(String, CGIFieldName)])
    func kinds(_ name: String, _ kind: CGIFieldName) throws {
        #expect(try #require(CGIOutcome.of("Status: 200\n\(name): x\n\n").answer).kinds == [kind])
    }

    @Test("Two places to go to, or an empty one, are no redirect")
    func malformedLocation() {
        for head in [
            "Location:\n\n", "Location: /a\nLocation: /a\n\n", "Status: 302\nLocation: a\nlocation: b\n\n",
        ] {
            #expect(CGIOutcome.of(head) == .refused(.malformedLocation), "\(head)")
        }
        #expect(CGIOutcome.of("Status: 302\nLocation:\n\n").answer?.status == 302)
    }

    @Test("Of 1xx only 103 is an application's to send, and another head follows it (RFC 8297)")
    func interim() throws {
        let bytes = Array("Status: 103 Early Hints\nLink: a\n\nStatus: 200\n\n".utf8)
        var parser = CGIResponseParser()
        var head = CGIResponseHead()
        let isComplete = try parser.parse(bytes.span, into: &head)
        #expect(isComplete && head.isInterim && head.byteCount == 33)
        #expect(head.fields.map(\.kind.isHint) == [true])
        #expect(CGIOutcome.of("Status: 1030\n\n") == .refused(.malformedStatus))
    }

    @Test("What is said to the server in front is not among the fields")
    func orders() throws {
        let text = "X-Sendfile: /a\nx-accel-redirect: /b\nX-Accel-Buffering: NO\nX-Accel-Expires: 1\nA: b\n\n"
        let bytes = Array(text.utf8)
        var parser = CGIResponseParser()
        var head = CGIResponseHead()
        let isComplete = try parser.parse(bytes.span, into: &head)
        #expect(isComplete && head.isUnbuffered && head.fields.count == 1)
        #expect(head.sendfile.map { Array(bytes[$0.start..<$0.end]) } == Array("/a".utf8))
        #expect(head.accelRedirect.map { Array(bytes[$0.start..<$0.end]) } == Array("/b".utf8))
        #expect(CGIOutcome.of("X-Accel-Buffering: yes\nA: b\n\n").answer?.fields == ["A: b"])
    }

    @Test(
        "Server-sent events wait nowhere",
        arguments: [
            ("text/event-stream", true), ("Text/Event-Stream; charset=utf-8", true),
            ("text/event-stream ;a", true),
            ("text/event-streams", false), ("text/event", false), ("text/html", false),
        ])
    func eventStream(type: String, isUnbuffered: Bool) throws {
        let bytes = Array("Content-Type: \(type)\n\n".utf8)
        var parser = CGIResponseParser()
        var head = CGIResponseHead()
        let isComplete = try parser.parse(bytes.span, into: &head)
        #expect(isComplete && head.isUnbuffered == isUnbuffered && head.fields.count == 1)
    }

    @Test("A parser that is reset reads the next answer as if it were the first")
    func reset() throws {
        var parser = CGIResponseParser()
        var head = CGIResponseHead()
        let first = Array("Status: 404 Gone\nContent-Length: 5\nLocation: /a\nA: b\n\n".utf8)
        let second = Array("Location: /c\n\n".utf8)
        _ = try parser.parse(first.span, into: &head)
        parser.reset()
        let isComplete = try parser.parse(second.span, into: &head)
        #expect(isComplete)
        #expect(CGIOutcome.accepted(ParsedAnswer(head, second)) == .of(second, piece: 100))
    }
}
