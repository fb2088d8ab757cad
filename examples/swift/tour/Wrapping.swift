import Gateway

/// Middleware: a function from an application to another one.
func named(_ name: String) -> Middleware {
    { application in
        Application(
            .asynchronous { request in
                var response: Response
                switch application.handler {
                case .inline(let handler): response = try handler(request)
                case .asynchronous(let handler): response = try await handler(request)
                }
                response.fields.append("X-Served-By", name)
                return response
            }, streamsBody: application.streamsBody)
    }
}
