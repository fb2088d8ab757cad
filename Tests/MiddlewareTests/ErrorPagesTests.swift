import GatewayTesting
import Middleware
import Testing

@Suite("Pages for errors")
struct ErrorPagesTests {
    private struct Failed: Error, CustomStringConvertible { var description: String { "<Failed>" } }

    private static let application = Application.inline { request in
        switch request.path {
        case "/thrown": throw HTTPError(.notFound, "No <such> thing.", fields: [.allow: "GET"])
        case "/fails": throw Failed()
        case "/later": throw HTTPError(.serviceUnavailable, "Later.")
        case "/large": throw RequestBodyError.tooLarge(limit: 1)
        case "/moved": throw Moved()
        case "/empty":
            return Response(status: .forbidden, fields: [.eTag: "\"x\"", .wwwAuthenticate: "Basic"])
        case "/words": return Response(status: .forbidden, "in words")
        case "/stream": return Response(status: .forbidden) { try await $0.write("streamed") }
        default: return Response(status: .noContent)
        }
    }

    private struct Moved: AnsweringError { var answer: Response { .redirect(to: "/new") } }

    private static func client(showsErrors: Bool = false, _ middleware: @escaping Middleware) -> TestClient {
        var options = TestOptions()
        options.showsErrors = showsErrors
        return TestClient(application.with(middleware), options: options)
    }

    private static let plain = errorPages { report in
        var response = Response("\(report.status.code)|\(report.message)|\(report.details ?? "-")")
        response.status = .ok
        response.fields[.cacheControl] = "no-store"
        return response
    }

    @Test(
        "Each error gets its page and keeps its status",
        arguments: [
            ("/thrown", 404, "404|No <such> thing.|-"), ("/fails", 500, "500|The application failed.|-"),
            ("/later", 503, "503|Later.|-"), ("/large", 413, "413|The body is too large.\n|-"),
            ("/empty", 403, "403|Forbidden|-"), ("/words", 403, "in words"), ("/stream", 403, "streamed"),
            ("/", 204, ""),
        ])
    func pages(_ path: String, _ status: Int, _ text: String) async throws {
        let client = Self.client(Self.plain)
        let response = try await client.get(path)
        #expect(response.status.code == status && response.text == text)
        #expect(client.log.count == (status >= 500 ? 1 : 0))
    }

    @Test("A page has the error's own fields beside it, but for those about another body")
    func fields() async throws {
        let client = Self.client(Self.plain)
        let thrown = try await client.get("/thrown")
        #expect(thrown[.allow] == "GET" && thrown[.cacheControl] == "no-store")
        #expect(thrown.fields.filter { $0.name == "Content-Type" }.count == 1)
        let empty = try await client.get("/empty")
        #expect(empty[.wwwAuthenticate] == "Basic" && empty[.eTag] == nil)
        #expect(try await client.get("/moved")[.location] == "/new")
    }

    @Test("Only whoever develops sees what went wrong, and it stands in the log")
    func details() async throws {
        let open = Self.client(showsErrors: true, Self.plain)
        #expect(try await open.get("/fails").text == "500|The application failed.|<Failed>")
        #expect(open.log.map(\.message) == ["the application failed: <Failed>"])
        let page = try await Self.client(showsErrors: true, errorPages()).get("/fails")
        #expect(page[.contentType] == "text/html; charset=utf-8")
        #expect(page.text.contains("<h1>500 Internal Server Error</h1>"))
        #expect(page.text.contains("<pre>&lt;Failed&gt;</pre>"))
        let hidden = try await Self.client(errorPages()).get("/fails")
        #expect(!hidden.text.contains("Failed&gt;"))
        #expect(try await Self.client(errorPages()).get("/thrown").text.contains("No &lt;such&gt; thing."))
    }

    @Test("A page that fails itself gives way to the message")
    func failingPage() async throws {
        let client = Self.client(errorPages { _ in throw Failed() })
        let response = try await client.get("/thrown")
        #expect(response.status == .notFound && response.text == "No <such> thing.\n")
        #expect(client.log.count == 1)
    }

    @Test("A task that was cancelled gets no page")
    func cancelled() async throws {
        let application = Application.asynchronous { _ in throw CancellationError() }
        let wrapped = application.with(Self.plain)
        guard case .asynchronous(let handler) = wrapped.handler else {
            Issue.record("it is not asynchronous any more")
            return
        }
        await #expect(throws: CancellationError.self) {
            _ = try await handler(Request(environ: Environ([:])))
        }
    }
}
