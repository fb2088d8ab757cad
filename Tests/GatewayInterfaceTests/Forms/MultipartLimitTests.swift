import GatewayInterface
import Testing

@Suite("The limits of a multipart form")
struct MultipartLimitTests {
    private func error(_ body: String, _ limits: MultipartLimits = MultipartLimits()) -> FormError? {
        let octets = Array(body.utf8)
        let whole = MultipartOutcome(body, limits: limits)
        #expect(MultipartOutcome(octets.indices.map { octets[$0...$0] }, limits: limits) == whole)
        return whole.error
    }

    private func body(parts: Int) -> String {
        String(repeating: "--b\r\n\(MultipartParserTests.field)\r\n", count: parts) + "--b--"
    }

    @Test("As many parts as the limit are read, and one more is refused")
    func parts() {
        #expect(error(body(parts: 3), MultipartLimits(parts: 3)) == nil)
        #expect(error(body(parts: 4), MultipartLimits(parts: 3)) == .tooManyParts(limit: 3))
        #expect(error(body(parts: 1), MultipartLimits(parts: 0)) == .tooManyParts(limit: 0))
        #expect(MultipartOutcome(body(parts: 1000)).error == nil)
        #expect(MultipartOutcome(body(parts: 1001)).error == .tooManyParts(limit: 1000))
    }

    @Test("So it is with the fields of a part")
    func fields() {
        for count in [0, 1, 15, 16] {
            let more = String(repeating: "A: b\r\n", count: count)
            let expected: FormError? = count == 16 ? .tooManyPartFields(limit: 16) : nil
            #expect(error("--b\r\n\(more)\(MultipartParserTests.field)\r\n--b--") == expected)
        }
    }

    @Test("And with the octets of its head, line ends counted")
    func head() {
        let rest = MultipartParserTests.field
        for (count, isRefused) in [(8192, false), (8193, true)] {
            let long = "A: " + String(repeating: "x", count: count - rest.utf8.count - 5) + "\r\n"
            let expected: FormError? = isRefused ? .partHeadTooLarge(limit: 8192) : nil
            #expect(error("--b\r\n\(long)\(rest)\r\n--b--") == expected)
            // Each part has the limit for itself.
            #expect(error("--b\r\n\(rest)\r\n--b\r\n\(long)\(rest)\r\n--b--") == expected)
        }
        // A line that never ends is refused when it is too long, not when it ends.
        #expect(error("--b\r\n" + String(repeating: "x", count: 8193)) == .partHeadTooLarge(limit: 8192))
        #expect(error("--b\r\n" + String(repeating: "x", count: 8192)) == .incomplete)
    }

    @Test("What is too much is 413")
    func status() {
        for error in [
            .tooManyParts(limit: 1), .tooManyPartFields(limit: 1), .partHeadTooLarge(limit: 1),
            .tooLarge(limit: 1),
            .tooManyItems(limit: 1),
        ] as [FormError] {
            #expect(error.status == 413)
            #expect(error.description.contains("more than 1 "))
        }
    }
}
