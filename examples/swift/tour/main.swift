// The pieces that docs/swift.md shows, as one program.

import Gateway

let application = Application.asynchronous(streamsBody: true) { request in
    switch request.path {
    case "/describe": describe(request)
    case "/reversed": try await reversed(request)
    case "/count": try await count(request)
    case "/teapot": teapot()
    case "/manual": manual()
    case "/letters": letters()
    case "/echo": echo()
    case "/digits": try await digits(request.environ)
    case "/patient": try await patient(request.environ)
    case "/sold-out": throw OutOfStock(item: "tea")
    default: throw HTTPError(.notFound, "There is nothing at \(request.path).")
    }
}

var hooks = Hooks()
hooks.postWorkerInit = { worker in print("worker \(worker.slot) can serve") }
Gateway.main(application.with(named("tour")), hooks: hooks)
