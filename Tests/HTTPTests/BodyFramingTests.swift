// Where two parsers may disagree about the end of a body, a request can be hidden in it (RFC 9112, §11.2).

import HTTP
import Testing

@Suite("The framing of a body")
struct BodyFramingTests {
    private func outcome(_ fields: String, version: String = "1.1", method: String = "POST") -> RequestOutcome
    {
        .of("\(method) / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n\r\n")
    }

    @Test(
        "A body is framed by its length, by chunks, or is not there",
        arguments: [
            ("X: y", .none), ("Content-Length: 0", .length(0)), ("Content-Length: 5", .length(5)),
            ("content-LENGTH:5", .length(5)), ("Content-Length:  5 \t", .length(5)),
            ("Content-Length: 0005", .length(5)),
            ("Content-Length: 9223372036854775807", .length(9_223_372_036_854_775_807)),
            ("Transfer-Encoding: chunked", .chunked), ("transfer-encoding: CHUNKED", .chunked),
            ("Transfer-Encoding:\t chunked \t", .chunked),
        ] as [(String, BodyFraming)])
    func valid(_ field: String, _ framing: BodyFraming) throws {
        #expect(try #require(outcome(field).request).body == framing)
        #expect(try #require(outcome(field, method: "GET").request).body == framing)
    }

    @Test(
        "A length that is not digits alone is refused",
        arguments: [
            "", " ", "+5", "-5", "-0", "5 5", "5,5", "5, 5", "5,", ",5", "5;", "0x5", "5h", "a", "5.0", "1e3",
            "\"5\"", "'5'", "5\t5", "\u{B2}",
            "\u{B5}", "5\u{A0}", "1_000",
        ])
    func malformedLength(_ value: String) {
        #expect(outcome("Content-Length: \(value)") == .refused(.ambiguousFraming))
        #expect(outcome("Content-Length: \(value)", version: "1.0") == .refused(.ambiguousFraming))
    }

    @Test(
        "A length that no machine has room for is too large, and never wraps around",
        arguments: [
            "9223372036854775808", "18446744073709551616", "18446744073709551621",
            "99999999999999999999999999",
        ])
    func hugeLength(_ value: String) {
        #expect(outcome("Content-Length: \(value)") == .refused(.bodyTooLarge))
    }

    @Test(
        "Two lengths are refused, also where they agree",
        arguments: [
            "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 5\r\nX: y\r\ncontent-length: 5", "Content-Length: 0\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length:",
        ])
    func repeatedLength(_ fields: String) {
        #expect(outcome(fields) == .refused(.ambiguousFraming))
    }

    @Test(
        "A length together with a transfer coding is refused, in any order and version",
        arguments: ["1.0", "1.1"],
        [
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Content-Length: 0\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: identity\r\nContent-Length: 5",
            "Content-Length: 5\r\nTransfer-Encoding:", "Content-Length: x\r\nTransfer-Encoding: chunked",
        ])
    func both(_ version: String, _ fields: String) {
        #expect(outcome(fields, version: version) == .refused(.ambiguousFraming))
    }

    @Test(
        "A transfer coding that is not chunked, once and last, is refused",
        arguments: [
            ("", .ambiguousFraming), ("identity", .ambiguousFraming), ("gzip", .ambiguousFraming),
            ("chunked, gzip", .ambiguousFraming), ("chunked, identity", .ambiguousFraming),
            ("chunked, chunked", .ambiguousFraming), ("gzip, chunked, chunked", .ambiguousFraming),
            ("xchunked", .ambiguousFraming), ("chunkedx", .ambiguousFraming), ("chunke", .ambiguousFraming),
            ("chunked;", .ambiguousFraming), ("chunked;q=1", .ambiguousFraming),
            ("\"chunked\"", .ambiguousFraming),
            ("'chunked'", .ambiguousFraming), ("chunked\u{A0}", .ambiguousFraming),
            ("\u{FF}chunked", .ambiguousFraming),
            ("chunked chunked", .ambiguousFraming), ("x chunked", .ambiguousFraming),
            ("c\u{17}hunked", .malformedField),
            ("chunked\u{B}", .malformedField), ("\u{0}chunked", .malformedField),
            ("chun\rked", .malformedField),
            ("", .ambiguousFraming), (",", .ambiguousFraming), ("chunked,", .ambiguousFraming),
            (", chunked", .ambiguousFraming), ("\"chunked\"", .ambiguousFraming),
            ("chunked;a=b", .ambiguousFraming), ("chunked;", .ambiguousFraming),
            ("gzip, chunked;a=b", .ambiguousFraming), ("gzip", .ambiguousFraming),
            ("chunked, gzip", .ambiguousFraming),
            ("gzip, chunked", .unsupportedTransferCoding), ("gzip,chunked", .unsupportedTransferCoding),
            ("identity, chunked", .unsupportedTransferCoding),
            ("br, gzip, CHUNKED", .unsupportedTransferCoding),
        ] as [(String, RequestError)])
    func coding(_ value: String, _ error: RequestError) {
        #expect(outcome("Transfer-Encoding: \(value)") == .refused(error))
    }

    @Test(
        "A transfer coding that another parser might overlook is refused",
        arguments: [
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .ambiguousFraming),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", .ambiguousFraming),
            ("Transfer-Encoding: identity\r\ntransfer-encoding: chunked", .ambiguousFraming),
            ("Transfer-Encoding:\r\nTransfer-Encoding: chunked", .ambiguousFraming),
            ("Transfer-Encoding : chunked", .malformedField),
            ("Transfer-Encoding\t: chunked", .malformedField),
            (" Transfer-Encoding: chunked", .obsoleteFolding),
            ("X: y\r\n Transfer-Encoding: chunked", .obsoleteFolding),
            ("Transfer-Encoding:\r\n chunked", .obsoleteFolding),
            ("Transfer-Encoding\u{0}: chunked", .malformedField),
            ("X: y\nTransfer-Encoding: chunked", .malformedField),
            ("Transfer-Encoding: chunked\nX: y", .malformedField),
            ("X: y\rTransfer-Encoding: chunked", .malformedField), ("Content-Length : 5", .malformedField),
            ("Content-Length: 5\u{0}", .malformedField), ("Content-Length: 5\rX: y", .malformedField),
        ] as [(String, RequestError)])
    func hidden(_ fields: String, _ error: RequestError) {
        #expect(outcome(fields) == .refused(error))
    }

    @Test("HTTP/1.0 has no transfer codings", arguments: ["chunked", "gzip, chunked", "identity"])
    func version10(_ value: String) {
        #expect(outcome("Transfer-Encoding: \(value)", version: "1.0") == .refused(.ambiguousFraming))
    }

    @Test(
        "A field that only looks like a framing field frames nothing",
        arguments: ["Content_Length", "Content-Lengt", "Transfer_Encoding", "TE"])
    func lookalike(_ name: String) throws {
        #expect(try #require(outcome("\(name): 5").request).body == .none)
    }
}
