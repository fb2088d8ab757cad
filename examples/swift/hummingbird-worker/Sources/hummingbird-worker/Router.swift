import Hummingbird

/// The application: nothing in it knows of the gateway.
@Sendable func makeRouter() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/") { _, _ in "Hello from Hummingbird\n" }
    router.get("hello/{name}") { _, context in
        "Hello, \(try context.parameters.require("name"))\n"
    }
    router.post("echo") { request, _ in
        Response(status: .ok, body: ResponseBody(asyncSequence: request.body))
    }
    router.get("slow") { _, _ in
        try await Task.sleep(for: .seconds(1))
        return "done\n"
    }
    return router
}
