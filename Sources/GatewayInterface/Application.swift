// Its names are part of the contract: `.post`, `.notFound`, `.contentType`.
@_exported import HTTPTypes

/// A Swift application: what is called with a request and answers with a response.
public struct Application: Sendable {
    /// How it is called.
    public enum Handler: Sendable {
        /// Called on the worker's event loop. The quickest way to answer, and every other connection of the worker
        /// waits for it: it must not sleep, wait for a network or compute for long. In the worker class `thread`
        /// (`--threads`) it is called on one of several threads instead, and may wait: but not longer than `--timeout`,
        /// after which the client gets 504.
        case inline(@Sendable (Request) throws -> Response)
        /// Runs as a task on the worker's event loop: it may `await` whatever it likes, and its continuations come
        /// back to the loop's thread. Work that blocks goes to a thread, with ``Environ/offload(_:)``. The task is cancelled
        /// when the client leaves, and after `--timeout` without an answer, when the client gets 504.
        case asynchronous(@Sendable (Request) async throws -> Response)
    }

    /// What is called.
    public var handler: Handler
    /// Whether an asynchronous handler is called as soon as the head of a request is there, and gets the body as it
    /// reads it. An inline one is always called with the whole body.
    public var streamsBody: Bool

    /// An application made of its parts.
    public init(_ handler: Handler, streamsBody: Bool = false) {
        self.handler = handler
        self.streamsBody = streamsBody
    }

    /// An application that answers at once; see ``Handler/inline(_:)``.
    public static func inline(_ handler: @escaping @Sendable (Request) throws -> Response) -> Application {
        Application(.inline(handler))
    }

    /// An application that may wait; see ``Handler/asynchronous(_:)``.
    ///
    /// - Parameters:
    ///   - streamsBody: Whether the handler is called as soon as the head of a request is there.
    ///   - handler: Called for each request.
    public static func asynchronous(
        streamsBody: Bool = false, _ handler: @escaping @Sendable (Request) async throws -> Response
    ) -> Application {
        Application(.asynchronous(handler), streamsBody: streamsBody)
    }

    /// The application with middleware around it. The first one given is the outermost: it sees a request first, and its
    /// answer last.
    public func with(_ middleware: Middleware...) -> Application {
        middleware.reversed().reduce(self) { application, wrap in wrap(application) }
    }
}

/// What makes another application of an application: a plain function.
public typealias Middleware = @Sendable (Application) -> Application

/// One request as an application sees it.
///
/// What its environ says can be asked of the request itself: `request.path` is `request.environ.path`.
@dynamicMemberLookup
public struct Request: Sendable {
    /// The CGI meta-variables.
    public var environ: Environ
    /// The body.
    public let body: RequestBody

    /// A request made of its parts, as the gateway and tests make it.
    public init(environ: Environ, body: RequestBody = .empty) {
        self.environ = environ
        self.body = body
    }

    /// What the environ says.
    @inlinable
    public subscript<Value>(dynamicMember path: KeyPath<Environ, Value>) -> Value { environ[keyPath: path] }
}
