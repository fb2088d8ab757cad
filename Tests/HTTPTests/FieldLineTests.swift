import HTTP
import Testing

@Suite("Field lines")
struct FieldLineTests {
    @Test(
        "White space around a value is not part of it; spaces, tabs and obs-text within are",
        arguments: [
            ("X:a", "X: a"), ("X: a", "X: a"), ("X:   a  ", "X: a"), ("X:\ta\t", "X: a"), ("X:", "X: "),
            ("X: \t ", "X: "),
            ("X: a b", "X: a b"), ("X: a\tb", "X: a\tb"), ("X: \u{E9}\u{80}\u{FF}", "X: \u{E9}\u{80}\u{FF}"),
            ("x-Y_z.1: a: b", "x-Y_z.1: a: b"), ("!#$%&'*+-.^_`|~: v", "!#$%&'*+-.^_`|~: v"),
        ])
    func valid(_ line: String, _ field: String) throws {
        let request = try #require(RequestOutcome.of("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n").request)
        #expect(request.fields == ["Host: a", field])
    }

    @Test("Fields keep their order, and doubles stay apart")
    func order() throws {
        let request = try #require(
            RequestOutcome.of("GET / HTTP/1.1\r\nb: 1\r\nHost: a\r\nA: 2\r\nB: 3\r\n\r\n").request)
        #expect(request.fields == ["b: 1", "Host: a", "A: 2", "B: 3"])
    }

    @Test(
        "A line that is not `name:value CRLF` is refused (RFC 9112, §5)",
        arguments: [
            "A", "A b", ": v", ":", "A : b", "A\t: b", "A b: c", "A(b): c", "A,b: c",
            "A/b: c", "A\"b: c",
            "A[b]: c", "A{b}: c", "A\\b: c", "A=b", "A;b: c", "<a>: c", "@a: c", "\u{0}A: b", "A\u{0}: b",
            "A: b\u{0}", "A: \u{1}",
            "A: b\u{8}", "A: b\u{B}c", "A: b\u{C}c", "A: b\u{1B}[0m", "A: \u{1F}", "A: b\u{7F}", "A: b\rc",
            "A: b\r", "A\r: b", "\rA: b",
            "\u{E9}: b", "A\u{E9}: b", "\u{A0}A: b", "A\u{A0}: b", "\u{85}A: b",
        ])
    func malformed(_ line: String) {
        #expect(
            RequestOutcome.of("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n") == .refused(.malformedField))
        #expect(
            RequestOutcome.of("GET / HTTP/1.1\r\n\(line)\r\nHost: a\r\n\r\n") == .refused(.malformedField))
    }

    @Test(
        "A folded line is refused (RFC 9112, §5.2)",
        arguments: [
            "Host: a\r\nX: b\r\n c\r\n\r\n", "Host: a\r\nX: b\r\n\tc\r\n\r\n", "Host: a\r\n \r\n\r\n",
            "Host:\r\n a\r\n\r\n", "Host: a\r\n A: b\r\n\r\n",
        ])
    func folded(_ fields: String) {
        #expect(RequestOutcome.of("GET / HTTP/1.1\r\n" + fields) == .refused(.obsoleteFolding))
    }

    @Test(
        "White space before the first field or a line end that is no CRLF is refused",
        arguments: [
            " Host: a\r\n\r\n", "\tHost: a\r\n\r\n", "Host: a\nX: b\r\n\r\n", "Host: a\n\r\n",
            "Host: a\r\n\n",
            "Host: a\r\n\r\r\n", "Host: a\r\nX: b\n\n",
            "Host: a\r\n\r\rX: b\r\n\r\n", "\nHost: a\r\n\r\n", "Host: a\r\nX: b\r\n\rY: c\r\n\r\n",
        ])
    func lineEnds(_ fields: String) {
        #expect(RequestOutcome.of("GET / HTTP/1.1\r\n" + fields) == .refused(.malformedField))
    }

    @Test("No octet that cannot stand in a name does, and no control character stands in a value")
    func everyOctet() {
        let token = Set(
            Latin1.bytes("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        for byte in UInt8.min...UInt8.max {
            let octet = String(Character(Unicode.Scalar(byte)))
            // A line feed would end the line, and a colon the name.
            if octet != "\n", octet != ":" {
                let outcome = RequestOutcome.of("GET / HTTP/1.1\r\nHost: a\r\nX\(octet)Y: z\r\n\r\n")
                #expect((outcome.request != nil) == token.contains(byte), "\(byte) in a name")
            }
            if octet != "\n" {
                let outcome = RequestOutcome.of("GET / HTTP/1.1\r\nHost: a\r\nX: y\(octet)z\r\n\r\n")
                #expect(
                    (outcome.request != nil) == (byte == 9 || byte >= 32 && byte != 127), "\(byte) in a value"
                )
            }
        }
    }
}
