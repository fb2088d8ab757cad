import GatewayTesting
import Testing

@Suite("The cookies of a test client")
struct TestCookieTests {
    /// Sets what the query says, and answers with what it got.
    private static let application = Application.inline { request in
        var response = Response(request.environ[.cookie] ?? "-")
        let set = request.query.split(separator: "&").map { $0.split(separator: "+").joined(separator: "; ") }
        for cookie in set { response.fields.append(.setCookie, cookie) }
        return response
    }

    @Test("A cookie that is set is sent with the requests after that")
    func kept() async throws {
        let client = TestClient(Self.application)
        #expect(try await client.get("/?a=1&b=2").text == "-")
        #expect(client[cookie: "a"] == "1")
        #expect(try await client.get("/").text == "a=1; b=2")
        #expect(try await client.get("/", fields: [.cookie: "c=3"]).text == "a=1; b=2; c=3")
        #expect(try await client.get("/?a=4").text == "a=1; b=2")
        #expect(client[cookie: "a"] == "4")
    }

    @Test(
        "A cookie that has run out is dropped",
        arguments: ["Max-Age=0", "max-age=-1", "Expires=Thu,%2001%20Jan%201970%2000:00:00%20GMT"])
    func dropped(_ attribute: String) async throws {
        let client = TestClient(
            .inline { request in
                var response = Response("")
                response.fields[.setCookie] =
                    "a=; " + attribute.split(separator: "%20").joined(separator: " ")
                return response
            })
        client[cookie: "a"] = "1"
        _ = try await client.get("/")
        #expect(client[cookie: "a"] == nil)
    }

    @Test("A cookie is sent to its own paths alone")
    func paths() async throws {
        let client = TestClient(Self.application)
        _ = try await client.get("/shop/cart?a=1&b=2+Path=/&c=3+Path=/shop/till")
        #expect(try await client.get("/shop").text == "a=1; b=2")
        #expect(try await client.get("/shop/till/1").text == "c=3; a=1; b=2")
        #expect(try await client.get("/shopping").text == "b=2")
    }

    @Test("A client that keeps none sends none")
    func none() async throws {
        var options = TestOptions()
        options.keepsCookies = false
        let client = TestClient(Self.application, options: options)
        _ = try await client.get("/?a=1")
        #expect(try await client.get("/").text == "-")
    }
}
