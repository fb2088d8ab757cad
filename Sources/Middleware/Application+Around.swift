// How middleware is written: a function that takes an application and gives back another one around it. What is here keeps
// the application as it was, inline or asynchronous, so that a middleware is written once for both.

import GatewayInterface

extension Application {
    /// The application with something done before and after it. It stays inline or asynchronous, and streams bodies as it did.
    ///
    /// A middleware is a function that returns such an application:
    ///
    ///     func noFrames() -> Middleware {
    ///         { application in
    ///             application.around(after: { _, response in response.fields["X-Frame-Options"] = "DENY" })
    ///         }
    ///     }
    ///
    ///     Gateway.main(application.with(noFrames()))
    ///
    /// - Parameters:
    ///   - before: Sees each request first, and may change its environ. What it returns is the answer: neither the application nor
    ///     `after` is called then. `nil` goes on. What it throws is answered as if the application had thrown it.
    ///   - after: Sees each answer of the application, and may change it. An ``AnsweringError`` that the application
    ///     throws is an answer like any other where its status is below 500; what fails passes by: see
    ///     ``recovering(_:)``. The request is the one that `before` has left.
    public func around(
        before: @escaping @Sendable (inout Request) throws -> Response? = { _ in nil },
        after: @escaping @Sendable (Request, inout Response) throws -> Void = { _, _ in }
    ) -> Application {
        wrapped(before: before) { request, result in
            var response: Response
            do { response = try result.get() } catch let error as any AnsweringError {
                response = error.answer
                guard response.status.code < 500 else { throw error }
            }
            try after(request, &response)
            return response
        }
    }

    /// The application with another answer in the place of each error that it throws. It stays inline or asynchronous.
    ///
    ///     application.recovering { request, error in
    ///         guard error is DatabaseIsDown else { throw error }
    ///         return Response(status: .serviceUnavailable, "Please come back in a minute.\n")
    ///     }
    ///
    /// - Parameter answer: Makes the answer, or throws the error again. One that it does not throw again stands in no log, unless it
    ///   is written there: `request.logger.error("…")`.
    public func recovering(
        _ answer: @escaping @Sendable (Request, any Error) throws -> Response
    ) -> Application {
        wrapped { request, result in
            do { return try result.get() } catch { return try answer(request, error) }
        }
    }

    /// The handler as one that can be awaited: for a middleware that has to wait for something itself. An inline handler is called
    /// on a thread (``Environ/offload(_:)``), so that it may block.
    ///
    ///     let handler = application.awaited
    ///     return .asynchronous(streamsBody: application.streamsBody) { request in
    ///         guard await isOpen(request.path) else { throw HTTPError(.forbidden) }
    ///         return try await handler(request)
    ///     }
    public var awaited: @Sendable (Request) async throws -> Response {
        switch handler {
        case .asynchronous(let handler): handler
        case .inline(let handler): { request in try await request.environ.offload { try handler(request) } }
        }
    }

    private func wrapped(
        before: @escaping @Sendable (inout Request) throws -> Response? = { _ in nil },
        finish: @escaping @Sendable (Request, Result<Response, any Error>) throws -> Response
    ) -> Application {
        switch handler {
        case .inline(let handler):
            .inline { request in
                var request = request
                if let answer = try before(&request) { return answer }
                let result = Result { try handler(request) }
                return try finish(request, result)
            }
        case .asynchronous(let handler):
            .asynchronous(streamsBody: streamsBody) { request in
                var request = request
                if let answer = try before(&request) { return answer }
                let result: Result<Response, any Error>
                do { result = .success(try await handler(request)) } catch { result = .failure(error) }
                return try finish(request, result)
            }
        }
    }
}
