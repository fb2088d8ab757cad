@testable import GatewayInterface
import Testing

@Suite("The fields of an answer")
struct ResponseFieldsTests {
    private func text(_ fields: ResponseFields) -> [String] { fields.map { "\($0.name): \($0.value)" } }

    @Test("They keep their order, and a name may stand there twice")
    func order() {
        var fields: ResponseFields = [.contentType: "a/b", .setCookie: "a=1"]
        fields.append(.setCookie, "b=2")
        fields.append("X-Odd", "1")
        #expect(text(fields) == ["Content-Type: a/b", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Odd: 1"])
        #expect(text([("X-A", "1"), ("X-B", "2")]) == ["X-A: 1", "X-B: 2"])
        #expect(ResponseFields([]).isEmpty && ResponseFields().isEmpty)
    }

    @Test("A name is found in any case; setting it leaves one, and nil none")
    func subscripts() {
        var fields: ResponseFields = [("content-TYPE", "a/b"), ("X", "1"), ("Content-Type", "c/d")]
        #expect(fields[.contentType] == "a/b" && fields["x"] == "1" && fields["XX"] == nil)
        fields[.contentType] = "e/f"
        #expect(text(fields) == ["content-TYPE: e/f", "X: 1"])
        fields["x"] = nil
        fields[.server] = "me"
        #expect(text(fields) == ["content-TYPE: e/f", "Server: me"])
    }

    @Test("Those of swift-http-types are taken as they are")
    func httpFields() {
        var other = HTTPFields()
        other[.accept] = "*/*"
        #expect(text(ResponseFields(other)) == ["Accept: */*"])
    }
}

@Suite("Server-sent events")
struct ServerSentEventsTests {
    @Test(
        "An event has a line for each line of its text, however the lines end",
        arguments: [
            ("a", nil, nil, "data: a\n\n"), ("", nil, nil, "data: \n\n"),
            ("a\nb\r\nc\rd", nil, nil, "data: a\ndata: b\ndata: c\ndata: d\n\n"),
            ("a", "news", "7", "event: news\nid: 7\ndata: a\n\n"),
            ("a\n", "x\ndata: forged", "7\r\nevent: forged", "event: x\nid: 7\ndata: a\ndata: \n\n"),
            ("a", nil, "7\0", "data: a\n\n"),
        ] as [(String, String?, String?, String)])
    func encoding(_ data: String, _ event: String?, _ id: String?, _ expected: String) {
        #expect(EventWriter.encoded(data, event: event, id: id) == expected)
    }
}
