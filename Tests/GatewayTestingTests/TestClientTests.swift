import GatewayTesting
import Testing

@Suite("A test client")
struct TestClientTests {
    private static let echo: @Sendable (Request) throws -> Response = { request in
        Response("\(request.method) \(request.path) \(request.query) \(request.environ[.accept] ?? "-")")
    }

    @Test("An application gets the environ of a request, inline or not", arguments: [false, true])
    func environ(_ isInline: Bool) async throws {
        let application = isInline ? Application.inline(Self.echo) : .asynchronous { try Self.echo($0) }
        let client = TestClient(application)
        let response = try await client.get("/a%20b?c=%20", fields: [.accept: "text/html"])
        #expect(response.status == .ok)
        #expect(response.text == "GET /a b c=%20 text/html")
        #expect(response[.contentType] == "text/plain; charset=utf-8")
        #expect(response[.contentLength] == "24")
        #expect(try await client.delete("/x").text == "DELETE /x  -")
    }

    @Test("What no target may hold is encoded, and a path that is none gets 400")
    func targets() async throws {
        let client = TestClient(.inline { Response($0.target + " " + $0.path) })
        #expect(try await client.get("/ä b").text == "/%C3%A4%20b /ä b")
        #expect(try await client.get("/../x").status == .badRequest)
        #expect(try await client.get("/%zz").status == .badRequest)
    }

    @Test("Fields of one name are joined, and those that are the server's are not there")
    func fields() async throws {
        let client = TestClient(
            .inline { request in
                let names = request.environ.variables.map(\.name).filter { $0.hasPrefix("HTTP_") }.sorted()
                return Response(names.joined(separator: " ") + ": " + (request.environ[.accept] ?? ""))
            })
        var fields: HTTPFields = [.accept: "a", .connection: "close"]
        fields.append(HTTPField(name: .accept, value: "b"))
        fields.append(HTTPField(name: HTTPField.Name("Proxy")!, value: "c"))
        #expect(try await client.get("/", fields: fields).text == "HTTP_ACCEPT HTTP_HOST: a, b")
    }

    @Test("Variables of the client and of one request take the place of others")
    func overrides() async throws {
        var options = TestOptions()
        options.environ = ["REMOTE_USER": "ada", "REMOTE_ADDR": "10.0.0.1"]
        let client = TestClient(
            .inline { Response("\($0.environ["REMOTE_USER"] ?? "") \($0.remoteAddress)") }, options: options)
        #expect(try await client.get("/").text == "ada 10.0.0.1")
        #expect(try await client.get("/", environ: ["REMOTE_USER": "bob"]).text == "bob 10.0.0.1")
    }

    @Test("HEAD has the fields of GET and no body, and so has what must not have one")
    func head() async throws {
        let client = TestClient(.inline { Response(status: $0.path == "/none" ? 304 : 200, "hello") })
        let head = try await client.head("/")
        #expect(head.body == [] && head[.contentLength] == "5")
        let none = try await client.get("/none")
        #expect(none.body == [] && none[.contentLength] == nil)
    }

    @Test("What an application throws is its own answer or 500, and stands in the log where it is a failure")
    func errors() async throws {
        struct Failed: Error {}
        let client = TestClient(
            .inline { request in
                if request.path == "/gone" { throw HTTPError(.gone, "It is gone.") }
                if request.path == "/later" { throw HTTPError(.serviceUnavailable, "Later.") }
                throw Failed()
            })
        let gone = try await client.get("/gone")
        #expect(gone.status == .gone && gone.text == "It is gone.\n")
        #expect(client.log.isEmpty)
        #expect(try await client.get("/later").status == .serviceUnavailable)
        let failed = try await client.get("/")
        #expect(failed.status == .internalServerError && failed.text == "The application failed.\n")
        #expect(client.log.map(\.description).last == "error: the application failed: Failed()")
        #expect(client.log.count == 2)
    }

    @Test("Whoever develops sees what went wrong")
    func development() async throws {
        struct Failed: Error {}
        var options = TestOptions()
        options.showsErrors = true
        let client = TestClient(.inline { _ in throw Failed() }, options: options)
        #expect(try await client.get("/").text.contains("Failed()"))
    }

    @Test(
        "A malformed answer is 502",
        arguments: [("X", "a\r\nb"), ("a b", "1"), ("", "1")])
    func malformed(_ name: String, _ value: String) async throws {
        let client = TestClient(.inline { _ in Response(fields: ResponseFields(name, value)) })
        #expect(try await client.get("/").status == .badGateway)
        #expect(client.log.count == 1)
    }

    @Test("What is the server's to say is not sent")
    func hopByHop() async throws {
        let fields: ResponseFields = [
            ("Connection", "close"), ("Content-Length", "7"), ("X-Accel-Expires", "1"),
        ]
        let client = TestClient(.inline { _ in Response(fields: fields, body: [1]) })
        let response = try await client.get("/")
        #expect(response.fields.map(\.name) == ["Content-Length"])
        #expect(response[.contentLength] == "1")
    }

    @Test("A file is the body, and one that is not there is 404")
    func files() async throws {
        let client = TestClient(.inline { Response(file: $0.query) })
        let own = try await client.get("/?" + #filePath)
        #expect(own.status == .ok)
        #expect(own.text.hasPrefix("import GatewayTesting\n"))
        #expect(try await client.get("/?/nowhere/at/all").status == .notFound)
    }

    @Test("What a handler logs is kept, with the id of its request")
    func log() async throws {
        let client = TestClient(
            .inline { request in
                request.logger.notice("hello", metadata: ["user": "ada"])
                return Response(request.requestID ?? "")
            })
        let id = try await client.get("/").text
        let line = try #require(client.log.first)
        #expect(line.level == .notice && line.message == "hello")
        #expect(line.metadata == ["user": "ada", "request": id])
    }

    @Test("A handler that does not answer in time is cancelled, and the client gets 504")
    func timeout() async throws {
        var options = TestOptions()
        options.timeout = .milliseconds(20)
        let client = TestClient(
            .asynchronous { _ in
                try await Task.sleep(for: .seconds(3600))
                return Response("")
            }, options: options)
        let stream = try await client.stream("/")
        #expect(stream.status == .gatewayTimeout)
        try await stream.untilProducerEnds()
    }

    @Test("Off-loaded work runs while the loop goes on")
    func offload() async throws {
        let client = TestClient(
            .asynchronous { request in
                async let one = request.environ.offload { 1 }
                async let two = request.environ.offload { 2 }
                return Response("\(try await one + two)")
            })
        #expect(try await client.get("/").text == "3")
    }
}
