import GatewayInterface
import Octets
import Testing

@Suite("A Swift application's answer, as a web server reads it")
struct CGIResponseEncoderTests {
    private func head(_ response: Response) -> String {
        var output = ByteBuffer()
        CGIResponseEncoder.append(response, length: response.body.bytes?.count, to: &output)
        return String(decoding: output.bytes, as: UTF8.self)
    }

    @Test("Status, fields in their order, the length, and a blank line")
    func fields() {
        let response = Response(
            status: 201,
            fields: [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")],
            body: [1, 2, 3])
        #expect(
            head(response)
                == "Status: 201\r\nContent-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                + "Content-Length: 3\r\n\r\n")
    }

    @Test("What is not the application's to say is left out")
    func foreignFields() {
        let names = ["Status", "content-length", "Connection", "Transfer-Encoding", "Upgrade", "TE"]
        #expect(
            head(Response(fields: ResponseFields(names.map { ($0, "7") })))
                == "Status: 200 OK\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("Nor is what its Connection field names")
    func nominated() {
        let fields: ResponseFields = [
            ("X-Secret", "1"), ("connection", "close, x-secret,\tX-Other"), ("X-OTHER", "2"), ("X-Kept", "3"),
        ]
        #expect(
            head(Response(fields: fields)) == "Status: 200 OK\r\nX-Kept: 3\r\nContent-Length: 0\r\n\r\n")
        #expect(fields.endToEnd.map(\.name) == ["connection", "X-Kept"])
        #expect(ResponseFields([("Connectivity", "X"), ("X", "1")]).endToEnd.count == 2)
    }

    @Test("An answer that has no body has no length", arguments: [204, 304])
    func noBody(_ code: Int) {
        let status = HTTPResponse.Status(code: code)
        #expect(head(Response(status: status, "ignored")).contains("Content-Length") == false)
        #expect(!Response(status: status).mayHaveBody)
    }

    @Test("The gateway's own parser reads what is written")
    func roundTrip() {
        let response = Response(status: 404, "nothing", contentType: "text/plain")
        let answer = CGIOutcome.of(head(response)).answer
        #expect(answer?.status == 404)
        #expect(answer?.fields == ["Content-Type: text/plain"])
        #expect(answer?.contentLength == 7)
    }

    @Test(
        "What could split the answer is not valid",
        arguments: [
            ("X-A", "b", true), ("X-A", "", true), ("X-A", "b\tc ü", true), ("", "b", false),
            ("X A", "b", false),
            ("X:A", "b", false), ("X\r\nY", "b", false), ("X-A", "b\r\nY: c", false), ("X-A", "b\nc", false),
            ("X-A", "b\0c", false), ("X-A", "b\u{1B}c", false), ("X-A", "b\u{7F}", false), ("Ü", "b", false),
        ])
    func validity(_ name: String, _ value: String, _ isValid: Bool) {
        #expect(Response(fields: [("X-First", "a"), (name, value)]).isValid == isValid)
    }

    @Test(
        "A status has three digits, and is final",
        arguments: [(101, false), (199, false), (200, true), (999, true)])
    func status(_ status: Int, _ isValid: Bool) {
        #expect(Response(status: .init(code: status)).isValid == isValid)
    }
}
