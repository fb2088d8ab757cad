/// A Swift application: what is called with a request and answers with a response.
public enum Application: Sendable {
    /// Called on the worker's event loop. The quickest way to answer, and every other connection of the worker
    /// waits for it: it must not sleep, wait for a network or compute for long. In the worker class `thread`
    /// (`--threads`) it is called on one of several threads instead, and may wait: but not longer than `--timeout`,
    /// after which the client gets 504.
    case inline(@Sendable (Request) throws -> Response)
    /// Runs as a task on the worker's event loop: it may `await` whatever it likes, and its continuations come
    /// back to the loop's thread. After `--timeout` the client gets 504, and a later answer is dropped.
    case asynchronous(@Sendable (Request) async throws -> Response)
}

/// One request as an application sees it.
public struct Request: Sendable {
    /// The CGI meta-variables.
    public let environ: Environ
    /// The body, whole: the gateway has received all of it before the application is called.
    public let body: RequestBody

    /// A request made of its parts, as the gateway and tests make it.
    public init(environ: Environ, body: RequestBody = .empty) {
        self.environ = environ
        self.body = body
    }
}

/// The answer to a request.
public struct Response: Sendable {
    /// 200…999.
    public var status: Int
    /// Header fields, in the order in which they are sent. Content-Length, Connection and Transfer-Encoding are the
    /// gateway's to choose: an application's own are not sent.
    public var fields: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// A response made of its parts.
    public init(status: Int = 200, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A response of text in UTF-8.
    ///
    /// - Parameter contentType: The media type.
    public init(
        status: Int = 200, _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) {
        self.init(status: status, fields: [("Content-Type", contentType)], body: Array(text.utf8))
    }
}
