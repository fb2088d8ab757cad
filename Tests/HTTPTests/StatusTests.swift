import HTTP
import Testing

@Suite("Statuses")
struct StatusTests {
    @Test(
        "A phrase for a status",
        arguments: [
            (100, "Continue"), (200, "OK"), (206, "Partial Content"), (302, "Found"), (400, "Bad Request"),
            (408, "Request Timeout"),
            (413, "Content Too Large"), (414, "URI Too Long"), (417, "Expectation Failed"),
            (431, "Request Header Fields Too Large"),
            (501, "Not Implemented"), (502, "Bad Gateway"), (503, "Service Unavailable"),
            (504, "Gateway Timeout"),
            (505, "HTTP Version Not Supported"), (0, ""), (418, ""), (999, ""), (-1, ""),
        ])
    func reason(_ status: Int, _ phrase: String) {
        #expect("\(Status.reason(status))" == phrase)
    }

    @Test("Only 1xx, 204 and 304 never have a body (RFC 9110, §6.4.1)")
    func bodies() {
        #expect((100...599).filter(Status.forbidsBody) == Array(100...199) + [204, 304])
    }

    @Test(
        "Each refusal has the status that the RFC wants",
        arguments: [
            (.malformedRequestLine, 400), (.unsupportedMethod, 501), (.malformedTarget, 400),
            (.requestLineTooLong, 414),
            (.unsupportedVersion, 505), (.malformedField, 400), (.obsoleteFolding, 400),
            (.ambiguousFieldName, 400),
            (.unconventionalMethod, 501), (.chunkExtensionsTooLarge, 413), (.malformedTrailer, 400),
            (.fieldsTooLarge, 431), (.malformedHost, 400),
            (.ambiguousFraming, 400), (.unsupportedTransferCoding, 501), (.unsupportedExpectation, 417),
            (.bodyTooLarge, 413),
            (.malformedBody, 400), (.malformedPath, 400), (.timeout, 408),
        ] as [(RequestError, Int)])
    func refusals(_ error: RequestError, _ status: Int) {
        #expect(error.status == status)
        #expect(!"\(Status.reason(status))".isEmpty)
        #expect(error.explanation.hasSuffix("."))
    }
}
