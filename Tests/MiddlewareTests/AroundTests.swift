import GatewayTesting
import Middleware
import Testing

@Suite("Middleware around an application")
struct AroundTests {
    /// The same handler of both kinds.
    private static func application(
        _ isInline: Bool, streams: Bool = false, _ handler: @escaping @Sendable (Request) throws -> Response
    ) -> Application {
        isInline ? .inline(handler) : .asynchronous(streamsBody: streams) { try handler($0) }
    }

    private static func marked(_ letter: String) -> Middleware {
        { application in
            application.around(
                before: { request in
                    request.environ["test.trace"] = (request.environ["test.trace"] ?? "") + letter
                    return nil
                },
                after: { _, response in response.fields.append("X-Trace", letter) })
        }
    }

    @Test("The first middleware sees a request first and its answer last", arguments: [false, true])
    func order(_ isInline: Bool) async throws {
        let application = Self.application(isInline) { Response($0.environ["test.trace"] ?? "") }
        let client = TestClient(application.with(Self.marked("a"), Self.marked("b")))
        let response = try await client.get("/")
        #expect(response.text == "ab")
        #expect(response.fields.filter { $0.name == "X-Trace" }.map(\.value) == ["b", "a"])
    }

    @Test("An application stays what it was", arguments: [false, true])
    func kind(_ isInline: Bool) {
        let application = Self.application(isInline, streams: true) { _ in Response("") }
        for wrapped in [
            application.around(), application.recovering { throw $1 }, application.with(requestID()),
        ] {
            #expect(wrapped.streamsBody == !isInline)
            if case .inline = wrapped.handler { #expect(isInline) } else { #expect(!isInline) }
        }
    }

    @Test("What comes before may answer, and then nothing else is called", arguments: [false, true])
    func before(_ isInline: Bool) async throws {
        let application = Self.application(isInline) { _ in
            Issue.record("the application was called")
            return Response("")
        }
        let client = TestClient(
            application.around(
                before: { _ in Response(status: .found) },
                after: { _, _ in Issue.record("what comes after was called") }))
        #expect(try await client.get("/").status == .found)
    }

    @Test("A thrown answer is an answer, and a failure is none", arguments: [false, true])
    func thrown(_ isInline: Bool) async throws {
        let application = Self.application(isInline) { request in
            throw HTTPError(request.path == "/gone" ? .gone : .badGateway)
        }
        let client = TestClient(application.with(Self.marked("a")))
        #expect(try await client.get("/gone").fields["X-Trace"] == "a")
        let failed = try await client.get("/")
        #expect(failed.status == .badGateway && failed.fields["X-Trace"] == nil)
        #expect(client.log.count == 1)
    }

    @Test("An error can get another answer, or be thrown again", arguments: [false, true])
    func recovering(_ isInline: Bool) async throws {
        struct Down: Error {}
        struct Other: Error {}
        let application = Self.application(isInline) { request in
            if request.path == "/down" { throw Down() }
            throw Other()
        }
        let client = TestClient(
            application.recovering { _, error in
                guard error is Down else { throw error }
                return Response(status: .serviceUnavailable, "Later.")
            })
        #expect(try await client.get("/down").text == "Later.")
        #expect(try await client.get("/").status == .internalServerError)
    }

    @Test("A request gets the name that its server gave it, or a new one", arguments: [false, true])
    func names(_ isInline: Bool) async throws {
        let application = Self.application(isInline) { Response($0.requestID ?? "") }
        let client = TestClient(application.with(requestID()))
        let own = try await client.get("/", environ: ["REQUEST_ID": "abc"])
        #expect(own.text == "abc" && own.fields["X-Request-ID"] == "abc")
        var seen: Set<String> = []
        for bad in ["", "a b", "a\u{7}", "ä", String(repeating: "x", count: 129)] {
            let response = try await client.get("/", environ: ["REQUEST_ID": bad])
            #expect(response.text.utf8.count == 16)
            #expect(response.fields["X-Request-ID"] == response.text)
            seen.insert(response.text)
        }
        #expect(seen.count == 5)
        let named = TestClient(
            Self.application(isInline) { _ in Response("") }.with(requestID(field: "X-Trace")))
        #expect(try await named.get("/", environ: ["REQUEST_ID": "abc"]).fields["X-Trace"] == "abc")
    }
}
