// Calls an application as a gateway's worker would, without a socket, a process or a port.

// Its names are those of requests and answers: `.accept`, `.notFound`.
@_exported import GatewayInterface
import Synchronization

/// A client of an application that is in the same process: for tests.
///
///     let client = TestClient(application)
///     let response = try await client.get("/hello?name=Ada", fields: [.accept: "text/html"])
///     #expect(response.status == .ok)
///     #expect(response.text == "Hello, Ada!\n")
///
/// Handlers run as in a gateway's worker: one at a time on one thread, with their continuations; blocking work goes to others. What they throw
/// is 500 or their own answer, a status or a field that is malformed is 502, HEAD has no body, and all of it stands in
/// ``log``. Limits are those of ``TestOptions``.
///
/// What HTTP itself does is not tested here: conditions and ranges of files, compression by the gateway, routes.
public final class TestClient: Sendable {
    private let application: Application
    /// How it behaves.
    public let options: TestOptions
    private let loop = TestLoop()
    private let lines = TestLog()
    private let services: TestServices
    private let jar = Mutex(TestCookies())
    private let lastID = Atomic(0)

    /// A client of an application.
    public init(_ application: Application, options: TestOptions = TestOptions()) {
        self.application = application
        self.options = options
        services = TestServices(lines.logger, loop, showsErrors: options.showsErrors)
    }

    /// What was written into the log so far, by the application (``GatewayInterface/Environ/logger``) and about it.
    public var log: [TestLogLine] { lines.lines }

    /// The cookies that are kept, by name. Setting one sends it with every request.
    public subscript(cookie name: String) -> String? {
        get { jar.withLock { $0.values[name] } }
        set { jar.withLock { $0.set(name, newValue) } }
    }

    // MARK: Answers as a whole

    /// Makes a request, and reads all of its answer.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: A path, with a query where there is one. What a target may not hold is percent-encoded.
    ///   - fields: Header fields.
    ///   - body: The body.
    ///   - environ: Variables in the place of those that the request makes, such as `HTTP_HOST`.
    /// - Throws: ``TestClientError/broken(_:)`` where the answer breaks off, and `CancellationError`; the client has left
    ///   then. What a stream of the request's body throws, where it is collected before the application is called.
    public func request(
        method: HTTPRequest.Method, path: String, fields: HTTPFields = [:], body: TestBody = .none,
        environ: [String: String] = [:]
    ) async throws -> TestResponse {
        let stream = try await stream(method: method, path, fields: fields, body: body, environ: environ)
        let bytes = try await stream.readAll()
        return TestResponse(status: stream.status, fields: stream.fields, body: bytes)
    }

    // MARK: Answers piece by piece

    /// Makes a request, and returns when the head of its answer is there.
    ///
    ///     let stream = try await client.stream("/rows", buffer: 0)
    ///     #expect(try await stream.next() == Array("1\n".utf8))
    ///     stream.leave()
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: A path, with a query where there is one.
    ///   - fields: Header fields.
    ///   - body: The body.
    ///   - environ: Variables in the place of those that the request makes.
    ///   - buffer: Octets of the answer that may wait before whoever writes them does; ``TestOptions/buffer`` where it is left
    ///     out. With 0 each part has to be read before the next one is made.
    public func stream(
        method: HTTPRequest.Method = .get, _ path: String, fields: HTTPFields = [:], body: TestBody = .none,
        environ: [String: String] = [:], buffer: Int? = nil
    ) async throws -> TestStream {
        let request = TestRequest(
            method: method, target: path, fields: fields, body: body, environ: environ)
        let (head, call) = try await start(request, buffer: buffer)
        return TestStream(head, call)
    }

    /// Makes a request that is answered with server-sent events.
    ///
    ///     let events = try await client.events("/news")
    ///     #expect(try await events.next() == TestEvent("it rains"))
    ///
    /// - Parameters:
    ///   - path: A path, with a query where there is one.
    ///   - fields: Header fields.
    ///   - lastEventID: Of an event that the client has seen, when it comes back.
    ///   - environ: Variables in the place of those that the request makes.
    public func events(
        _ path: String, fields: HTTPFields = [:], lastEventID: String? = nil, environ: [String: String] = [:]
    ) async throws -> TestEvents {
        var fields = fields
        fields[.accept] = fields[.accept] ?? "text/event-stream"
        if let lastEventID { fields[HTTPField.Name("Last-Event-ID")!] = lastEventID }
        return TestEvents(try await stream(path, fields: fields, environ: environ))
    }

    /// Opens a WebSocket.
    ///
    ///     let socket = try await client.webSocket("/chat")
    ///     try await socket.send("hello")
    ///     #expect(try await socket.receive() == .text("hello"))
    ///     socket.close()
    ///
    /// - Parameters:
    ///   - path: A path, with a query where there is one.
    ///   - fields: Header fields, such as Origin.
    ///   - subprotocols: What the client offers.
    ///   - environ: Variables in the place of those that the request makes.
    /// - Throws: ``TestClientError/noWebSocket(_:)`` for any other answer.
    public func webSocket(
        _ path: String, fields: HTTPFields = [:], subprotocols: [String] = [], environ: [String: String] = [:]
    ) async throws -> TestWebSocket {
        let socket = TestSocket(offering: subprotocols, buffer: options.buffer)
        var request = TestRequest(method: .get, target: path, fields: fields, body: .none, environ: environ)
        request.fields[.secWebSocketVersion] = "13"
        request.fields[.secWebSocketKey] = "dGhlIHNhbXBsZSBub25jZQ=="
        if !subprotocols.isEmpty {
            request.fields[.secWebSocketProtocol] = subprotocols.joined(separator: ", ")
        }
        let (head, call) = try await start(request, socket: socket)
        guard head.status == .switchingProtocols else {
            let stream = TestStream(head, call)
            let response = TestResponse(
                status: head.status, fields: head.fields, body: try await stream.readAll())
            throw TestClientError.noWebSocket(response)
        }
        return TestWebSocket(head, socket, call)
    }

    // MARK: The call

    /// Calls the application, and waits for the head of its answer.
    private func start(
        _ request: TestRequest, buffer: Int? = nil, socket: TestSocket? = nil
    ) async throws -> (TestHead, TestCall) {
        let delivery = try await TestDelivery(
            request.body, to: application, limit: max(0, options.bodyLimit))
        let cookies = options.keepsCookies ? jar.withLock { $0.field(for: request.path) } : nil
        let id = lastID.add(1, ordering: .relaxed).newValue
        let environ = request.makeEnviron(
            id: id, length: delivery.length, cookies: cookies, options: options, services: services)
        let call = TestCall(
            environ ?? Environ(constant: [], request: [], services: services), loop,
            buffer: max(0, buffer ?? options.buffer), socket: socket)
        if environ == nil {
            call.answerWithoutApplication(400, "The request's path is malformed.")
        } else if delivery.isTooLarge {
            call.answerWithoutApplication(413, "The request body is too large.")
        } else {
            call.start(application, delivery, timeout: options.timeout)
            delivery.send { call.refuse(413, "The request body is too large.") }
        }
        do {
            let head = try await call.state.wait { $0.head }
            if options.keepsCookies { keepCookies(head, path: request.path) }
            return (head, call)
        } catch {
            call.leave()
            throw error
        }
    }

    private func keepCookies(_ head: TestHead, path: String) {
        jar.withLock { jar in
            for (name, value) in head.fields where name.lowercased() == "set-cookie" {
                jar.take(value, path: path)
            }
        }
    }
}
