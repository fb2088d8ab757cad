import GatewayInterface
import Testing

@Suite("A form in memory")
struct FormTests {
    private let body = Array(
        """
        --b\r
        Content-Disposition: form-data; name="title"\r
        \r
        One\r
        --b\r
        Content-Disposition: form-data; name="upload"; filename="a b.png"\r
        Content-Type: image/png\r
        \r
        \u{1}\r\n\u{2}\r
        --b\r
        Content-Disposition: form-data; name="title"\r
        \r
        Two\r
        --b\r
        Content-Disposition: form-data; name="upload"; filename=""\r
        \r
        \r
        --b--\r

        """.utf8)

    @Test("A multipart form has fields and files")
    func multipart() throws {
        let form = try Form(contentType: "multipart/form-data; boundary=b", body: body)
        #expect(form["title"] == "One")
        #expect(form.all("title") == ["One", "Two"])
        #expect(form["upload"] == nil)
        let file = try #require(form.file("upload"))
        #expect(file.filename == "a b.png")
        #expect(file.contentType == "image/png")
        #expect(file.bytes == [1, 13, 10, 2])
        #expect(form.file("title") == nil)
        #expect(form.files.map(\.filename) == ["a b.png", ""])
        #expect(form.files[1].bytes.isEmpty && form.files[1].contentType == nil)
        #expect(form.items.count == 2)
    }

    @Test(
        "A form of the other kind has fields",
        arguments: [
            "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8",
            "Application/X-WWW-Form-URLEncoded ;",
        ])
    func encoded(_ contentType: String) throws {
        let form = try Form(contentType: contentType, body: Array("a=1&b=%2B+&a=2".utf8))
        #expect(form["a"] == "1")
        #expect(form.all("a") == ["1", "2"])
        #expect(form["b"] == "+ ")
        #expect(form["c"] == nil)
        #expect(form.files.isEmpty && form.file("a") == nil)
        #expect(try Form(contentType: contentType, body: []).items.isEmpty)
    }

    private func error(
        _ contentType: String?, _ body: [UInt8], limit: Int = 1 << 20, itemLimit: Int = 1000
    ) -> FormError? {
        do throws(FormError) {
            _ = try Form(contentType: contentType, body: body, limit: limit, itemLimit: itemLimit)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Another media type is 415",
        arguments: [nil, "", "text/plain", "application/json", "multipart/mixed; boundary=b"])
    func mediaType(_ contentType: String?) {
        #expect(error(contentType, body) == .unsupportedMediaType(contentType))
        #expect(error(contentType, body)?.status == 415)
    }

    @Test("Too much is 413")
    func tooMuch() {
        let multipart = "multipart/form-data; boundary=b"
        let encoded = "application/x-www-form-urlencoded"
        #expect(error(multipart, body, limit: body.count) == nil)
        #expect(error(multipart, body, limit: body.count - 1) == .tooLarge(limit: body.count - 1))
        #expect(error(encoded, Array("a=b".utf8), limit: 2) == .tooLarge(limit: 2))
        #expect(error(multipart, body, itemLimit: 4) == nil)
        #expect(error(multipart, body, itemLimit: 3) == .tooManyParts(limit: 3))
        #expect(error(encoded, Array("a&b".utf8), itemLimit: 1) == .tooManyItems(limit: 1))
    }

    @Test("A multipart body that cannot be read is 400")
    func malformed() {
        let multipart = "multipart/form-data; boundary=b"
        #expect(error(multipart, []) == .incomplete)
        #expect(error(multipart, Array(body.dropLast(4))) == .incomplete)
        #expect(error("multipart/form-data", body) == .noBoundary)
        #expect(error("multipart/form-data; boundary=c", body) == .incomplete)
        #expect(error(multipart, Array("--b\r\n\r\n".utf8)) == .noFormData)
    }

    @Test("An error is one line, whatever the client has sent")
    func errors() {
        for error in [
            .unsupportedMediaType("a\r\nb\u{1B}"), .unsupportedMediaType(nil), .noBoundary,
            .malformedDelimiter,
            .malformedPartField, .noFormData, .malformedDisposition, .unnamedPart, .incomplete, .partIsOver,
        ] as [FormError] {
            #expect(!error.description.isEmpty)
            #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
        }
    }
}
