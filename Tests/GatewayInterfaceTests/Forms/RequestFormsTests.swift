import GatewayInterface
import Testing

@Suite("Forms, queries and cookies of a request")
struct RequestFormsTests {
    private func request(_ contentType: String, _ body: String) -> Request {
        Request(
            environ: Environ([
                "CONTENT_TYPE": contentType, "QUERY_STRING": "a=1+2&b=%C3%A9",
                "HTTP_COOKIE": "id=7; theme=dark",
            ]), body: RequestBody(Array(body.utf8)))
    }

    @Test("Query items and cookies are asked of the request itself")
    func environ() {
        let request = request("text/plain", "")
        #expect(request.queryItems["a"] == "1 2" && request.queryItems["b"] == "é")
        #expect(request.cookies["theme"] == "dark" && request.cookies["none"] == nil)
        #expect(Environ([:]).queryItems.isEmpty && Environ([:]).cookies.isEmpty)
    }

    @Test("A form is read whole, blocking or not")
    func form() async throws {
        let type = "application/x-www-form-urlencoded"
        #expect(try request(type, "name=Ada&name=Grace").blockingForm().all("name") == ["Ada", "Grace"])
        #expect(try await request(type, "name=Ada").form()["name"] == "Ada")
        let error = await #expect(throws: FormError.self) { try await request("text/plain", "x").form() }
        #expect(error?.answer.status == .unsupportedMediaType)
        await #expect(throws: RequestBodyError.tooLarge(limit: 3)) {
            try await request(type, "name=Ada").form(limit: 3)
        }
    }

    @Test("Parts come one after another, blocking or not")
    func parts() async throws {
        let type = "multipart/form-data; boundary=b"
        let head = "Content-Disposition: form-data; name="
        let body =
            "--b\r\n\(head)\"a\"\r\n\r\n1\r\n--b\r\n\(head)\"f\"; filename=\"x\"\r\n\r\n22\r\n--b--\r\n"
        let reader = try request(type, body).parts()
        var found: [String] = []
        while let part = try await reader.nextPart() {
            found.append("\(part.head.name) \(try await part.readAll().count)")
        }
        #expect(found == ["a 1", "f 2"])
        let blocking = try request(type, body).blockingParts()
        #expect(try blocking.nextPart()?.head.name == "a")
        #expect(try blocking.nextPart()?.head.filename == "x")
        #expect(try blocking.nextPart() == nil)
    }

    @Test("A cookie that is set becomes a field")
    func cookie() throws {
        var response = Response("x")
        try response.set(SetCookie("id", "7"))
        #expect(response.fields[.setCookie]?.hasPrefix("id=7") == true)
        #expect(throws: SetCookieError.self) { try response.set(SetCookie("id", "a\r\nb")) }
    }
}

extension Request {
    /// In an asynchronous function the other one would be called.
    fileprivate func blockingForm() throws -> Form { try form() }
}
