import Gateway

Gateway.main { request in
    guard request.environ.path == "/environ" else { return Response("Hello, world\n") }
    let lines = request.environ.variables.map { "\($0.name) = \($0.value)\n" }
    return Response(lines.joined())
}
