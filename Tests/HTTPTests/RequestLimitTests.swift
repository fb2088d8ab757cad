import HTTP
import Octets
import Testing

@Suite("Limits of a request head")
struct RequestLimitTests {
    private static let limits = {
        var limits = RequestLimits()
        limits.requestLine = 64
        limits.fieldLine = 32
        limits.fieldCount = 4
        limits.head = 160
        return limits
    }()

    private func outcome(_ text: String) -> RequestOutcome { .of(text, limits: Self.limits) }

    /// A request line of `count` octets.
    private func line(_ count: Int) -> String {
        "GET /" + String(repeating: "a", count: count - 14) + " HTTP/1.1"
    }

    /// A field line of `count` octets.
    private func field(_ count: Int) -> String { "X: " + String(repeating: "a", count: count - 3) }

    @Test("A request line may have as many octets as the limit says, and not one more")
    func requestLine() {
        #expect(outcome("\(line(64))\r\nHost: a\r\n\r\n").request != nil)
        #expect(outcome("\(line(65))\r\nHost: a\r\n\r\n") == .refused(.requestLineTooLong))
        #expect(outcome("\r\n\(line(64))\r\nHost: a\r\n\r\n").request != nil)
        #expect(outcome("\r\n\(line(65))\r\nHost: a\r\n\r\n") == .refused(.requestLineTooLong))
    }

    @Test("A request line that never ends is refused as soon as it is too long")
    func endlessLine() {
        #expect(outcome(String(repeating: "A", count: 65)) == .incomplete)
        #expect(outcome(String(repeating: "A", count: 66)) == .refused(.requestLineTooLong))
        #expect(outcome("GET /" + String(repeating: "\u{0}", count: 100)) == .refused(.requestLineTooLong))
    }

    @Test("A field line may have as many octets as the limit says, and not one more")
    func fieldLine() {
        #expect(outcome("\(line(14))\r\nHost: a\r\n\(field(32))\r\n\r\n").request != nil)
        #expect(outcome("\(line(14))\r\nHost: a\r\n\(field(33))\r\n\r\n") == .refused(.fieldsTooLarge))
        #expect(outcome("\(line(14))\r\n\(field(34))") == .refused(.fieldsTooLarge))
        #expect(outcome("\(line(14))\r\n\(field(33))") == .incomplete)
    }

    @Test(
        "An over-long line is too long however it ends",
        arguments: ["\n", "\r\n", "\u{0}\n"])
    func overlongLineEnds(_ end: String) {
        #expect(outcome(line(70) + end) == .refused(.requestLineTooLong))
        #expect(outcome("\(line(14))\r\n\(field(40))\(end)") == .refused(.fieldsTooLarge))
    }

    @Test("There may be as many fields as the limit says, and not one more")
    func fieldCount() {
        #expect(outcome("\(line(14))\r\nHost: a\r\nA: b\r\nA: b\r\nA: b\r\n\r\n").request != nil)
        #expect(
            outcome("\(line(14))\r\nHost: a\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n")
                == .refused(.fieldsTooLarge))
        #expect(
            outcome("\(line(14))\r\nHost: a\r\nA: b\r\nA: b\r\nA: b\r\n x\r\n\r\n")
                == .refused(.obsoleteFolding))
    }

    @Test("Connection fields may have as many names in all as there may be fields, and not one more")
    func connectionElements() {
        let start = "\(line(14))\r\nHost: a\r\nConnection: a, ,b"
        #expect(outcome("\(start)\r\n\r\n").request != nil)
        #expect(outcome("\(start),,c,\r\nConnection: d\r\n\r\n").request != nil)
        #expect(outcome("\(start),c,d,e\r\n\r\n") == .refused(.fieldsTooLarge))
        #expect(outcome("\(start),c\r\nConnection: d,e\r\n\r\n") == .refused(.fieldsTooLarge))
    }

    @Test("A head may have as many octets as the limit says, and not one more")
    func head() {
        // 66 + 9 + 34 + 34 octets of lines, and 2 of the empty one.
        let start = "\(line(64))\r\nHost: a\r\n\(field(32))\r\n\(field(32))\r\n"
        #expect(outcome("\(start)\(field(13))\r\n\r\n").request?.byteCount == 160)
        #expect(outcome("\(start)\(field(14))\r\n\r\n") == .refused(.fieldsTooLarge))
    }

    @Test("The defaults are at least what RFC 9112, §3, asks for, and one head fits into the limit of all")
    func defaults() {
        let limits = RequestLimits()
        #expect(limits.requestLine >= 8000)
        #expect(limits.head > limits.requestLine + limits.fieldLine)
        #expect(limits.fieldCount == 100)
    }

    @Test("With the defaults, one octet more than each limit is refused")
    func defaultLimits() {
        #expect(RequestOutcome.of("\(line(8191))\r\n", .whole) == .refused(.requestLineTooLong))
        #expect(RequestOutcome.of("\(line(14))\r\n\(field(8191))\r\n", .whole) == .refused(.fieldsTooLarge))
        let fields = String(repeating: "A: b\r\n", count: 100)
        #expect(
            RequestOutcome.of("\(line(14))\r\nHost: a\r\n\(fields)\r\n", .whole) == .refused(.fieldsTooLarge))
        let large = String(repeating: "\(field(8000))\r\n", count: 8)
        #expect(
            RequestOutcome.of("\(line(2000))\r\nHost: a\r\n\(large)\r\n", .whole) == .refused(.fieldsTooLarge)
        )
    }
}

extension RequestOutcome {
    fileprivate static func of(_ text: String, _ cut: Cut) -> RequestOutcome { of(Latin1.bytes(text), cut) }
}
