import GatewayInterface
import Testing

@Suite("The head of a part")
struct MultipartHeadTests {
    private func outcome(_ disposition: String) -> MultipartOutcome {
        MultipartOutcome("--b\r\nContent-Disposition: \(disposition)\r\n\r\n\r\n--b--")
    }

    @Test(
        "Names are read as browsers and others write them",
        arguments: [
            ("form-data; name=\"a\"", "a", nil), ("form-data; name=a", "a", nil),
            ("FORM-DATA;NAME=a;", "a", nil), ("form-data ; ; name=a ;", "a", nil),
            ("form-data; name=\"\"", "", nil), ("form-data; name=\"a b;c=d\"", "a b;c=d", nil),
            ("form-data; name=\"a\"; filename=\"\"", "a", ""),
            ("form-data; filename=\"b.txt\"; name=\"a\"", "a", "b.txt"),
            ("form-data; name=\"a%22b%0D%0Ac%0d%0a\"", "a\"b\r\nc\r\n", nil),
            ("form-data; name=a; filename=\"100%.txt%41%2\"", "a", "100%.txt%41%2"),
            ("form-data; name=a; filename=\"a\\\"b\\\\c\"", "a", "a\"b\\c"),
            ("form-data; name=a; filename=\"C:\\new\\table.txt\"", "a", "C:\\new\\table.txt"),
            ("form-data; name=a; filename=\"../../etc/passwd\"", "a", "../../etc/passwd"),
            ("form-data; name=\u{E9}; filename=\"\u{1F600}.png\"", "\u{E9}", "\u{1F600}.png"),
            ("form-data; name=a; filename*=UTF-8''%e2%82%ac%20rates", "a", "\u{20AC} rates"),
            ("form-data; name=a; filename*=utf-8'en'b; filename=\"c\"", "a", "b"),
            ("form-data; name=a; filename=\"c\"; filename*=UTF-8''", "a", ""),
            ("form-data; name=a; filename*=UTF-8''a+b%FF", "a", "a+b\u{FFFD}"),
            ("form-data; name=a; creation-date=\"Wed\"; x=y", "a", nil),
        ] as [(String, String, String?)])
    func names(_ disposition: String, _ name: String, _ filename: String?) throws {
        let head = try #require(outcome(disposition).heads.first)
        #expect(head.name == name)
        #expect(head.filename == filename)
    }

    @Test(
        "What can be read in two ways, or not at all, is refused",
        arguments: [
            ("form-data", .unnamedPart), ("form-data; filename=\"a\"", .unnamedPart),
            ("form-data; name*=UTF-8''a", .unnamedPart), ("attachment; name=\"a\"", .noFormData),
            ("", .noFormData), ("; name=a", .noFormData), ("form-data name=a", .noFormData),
            ("form-data; name=\"a", .malformedDisposition),
            ("form-data; name=\"a\\\"", .malformedDisposition),
            ("form-data; name=", .malformedDisposition), ("form-data; name", .malformedDisposition),
            ("form-data; =a", .malformedDisposition), ("form-data; name=\"a\"b", .malformedDisposition),
            ("form-data; name=a b", .malformedDisposition), ("form-data; name = a", .malformedDisposition),
            ("form-data; name=a; name=b", .malformedDisposition),
            ("form-data; name=a; NAME=\"a\"", .malformedDisposition),
            ("form-data; name=a; filename=b; filename=c", .malformedDisposition),
            ("form-data; name=a; filename*=b", .malformedDisposition),
            ("form-data; name=a; filename*=ISO-8859-1''b", .malformedDisposition),
            ("form-data; name=a; filename*=UTF-8''b'c", .malformedDisposition),
        ] as [(String, FormError)])
    func refused(_ disposition: String, _ error: FormError) {
        #expect(outcome(disposition).error == error)
        #expect(outcome(disposition).heads.isEmpty)
    }

    @Test("Two Content-Dispositions are refused")
    func twice() {
        let line = "Content-Disposition: form-data; name=a\r\n"
        #expect(MultipartOutcome("--b\r\n\(line)\(line)\r\n\r\n--b--").error == .noFormData)
    }

    @Test("Fields are kept as they were sent")
    func fields() throws {
        let outcome = MultipartOutcome(
            "--b\r\nX-A:\t 1 \r\ncontent-TYPE: image/png\r\nContent-Disposition: form-data; name=a\r\nx-a:\r\n\r\n\r\n--b--"
        )
        let head = try #require(outcome.heads.first)
        #expect(head.contentType == "image/png")
        #expect(head.fields.map(\.name) == ["X-A", "content-TYPE", "Content-Disposition", "x-a"])
        #expect(head.fields.map(\.value) == ["1", "image/png", "form-data; name=a", ""])
    }

    @Test(
        "The boundary comes out of the Content-Type",
        arguments: [
            ("multipart/form-data; boundary=b", "b"), ("Multipart/Form-Data;BOUNDARY=\"b\"", "b"),
            ("multipart/form-data; charset=utf-8; boundary=\"a b\"; x=y", "a b"),
            ("multipart/form-data; boundary=----=_Part/1:(2)?", "----=_Part/1:(2)?"),
            (
                "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
                "----WebKitFormBoundary7MA4YWxkTrZu0gW"
            ),
            (
                "multipart/form-data; boundary=\(String(repeating: "x", count: 70))",
                String(repeating: "x", count: 70)
            ),
        ])
    func boundary(_ contentType: String, _ boundary: String) {
        let body = "--\(boundary)\r\n\(MultipartParserTests.field)x\r\n--\(boundary)--"
        #expect(MultipartOutcome(body, contentType: contentType).parts == ["a=x"])
    }

    @Test(
        "A Content-Type without a boundary is malformed",
        arguments: [
            "", "; boundary=", "; boundary=\"\"", "; boundary=\"b", "; boundary=b; boundary=c",
            "; boundary=\"b \"",
            "; boundary=\(String(repeating: "x", count: 71))", "; boundary=\u{E9}", "; boundary",
            "; boundary=b c",
        ])
    func noBoundary(_ parameters: String) {
        #expect(MultipartOutcome("", contentType: "multipart/form-data" + parameters).error == .noBoundary)
    }

    @Test("Another media type is none of a multipart form")
    func mediaType() {
        for type in ["multipart/mixed; boundary=b", "text/plain", ""] {
            let error = MultipartOutcome("", contentType: type).error
            #expect(error == .unsupportedMediaType(type))
            #expect(error?.status == 415)
        }
        #expect(throws: FormError.unsupportedMediaType(nil)) { try MultipartParser(contentType: nil) }
    }
}
