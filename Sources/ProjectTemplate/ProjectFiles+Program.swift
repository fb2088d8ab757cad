extension ProjectFiles {
    /// The program.
    static let program = #"""
        import Gateway

        /// What a client orders, and what it is told: any type that is Codable is read from JSON and written as JSON.
        struct Order: Decodable {
            var item: String
            var count: Int
        }

        struct Receipt: Encodable {
            var item: String
            var cents: Int
        }

        /// A form: its fields by their names, decoded.
        func greet(_ request: Request) async throws -> Response {
            let form = try await request.form()
            guard let name = form["name"], !name.isEmpty else {
                throw HTTPError(.unprocessableContent, "The field 'name' is empty.")
            }
            return Response("Hello, \(name)!\n")
        }

        /// JSON in, and JSON out. What is no order is answered with 400.
        func order(_ request: Request) async throws -> Response {
            let order: Order = try await request.json()
            guard (1...100).contains(order.count) else { throw HTTPError(.unprocessableContent, "1 to 100 of them.") }
            return try Response(json: Receipt(item: order.item, cents: order.count * 250))
        }

        /// An answer that is made while it is sent. When the client leaves, `write` throws and the task is cancelled.
        func numbers() -> Response {
            Response { writer in
                for number in 1...5 {
                    try await writer.write("\(number)\n")
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }

        func page() -> Response {
            let text = """
                <!DOCTYPE html><title>Hello</title>
                <form method="post" action="/greet"><input name="name"> <button>Greet</button></form>
                """
            return Response(text, contentType: "text/html; charset=utf-8")
        }

        func makeApplication() -> Application {
            .asynchronous { request in
                switch (request.method, request.path) {
                case (.get, "/"): page()
                case (.post, "/greet"): try await greet(request)
                case (.post, "/orders"): try await order(request)
                case (.get, "/numbers"): numbers()
                default: throw HTTPError(.notFound)
                }
            }
        }

        // Each worker builds the application for itself, and a reload builds it anew.
        Gateway.main(building: makeApplication)

        """#
}
