// The pieces that docs/swift.md shows, as one program.

import Gateway

func makeApplication() -> Application {
    let application = Application.asynchronous(streamsBody: true) { request in
        switch request.path {
        case "/describe": describe(request)
        case "/reversed": try await reversed(request)
        case "/count": try await count(request)
        case "/choices": try await choices(request)
        case "/teapot": teapot()
        case "/manual": manual()
        case "/letters": letters()
        case "/ticker": ticker()
        case "/echo": echo()
        case "/digits": try await digits(request.environ)
        case "/patient": try await patient(request.environ)
        case "/visit": visit()
        case "/sold-out": throw OutOfStock(item: "tea")
        default: throw HTTPError(.notFound, "There is nothing at \(request.path).")
        }
    }
    return application.with(named("tour"))
}

var hooks = Hooks()
hooks.postRequest = { worker, environ, status in
    if status >= 500 { environ.logger.warning("worker \(worker.slot) has answered \(status)") }
}
Gateway.main(building: makeApplication, hooks: hooks)
