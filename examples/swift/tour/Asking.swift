import Gateway

/// What a request says.
func describe(_ request: Request) -> Response {
    let name = request.queryItems["name"] ?? "whoever you are"
    let language = request.environ[.acceptLanguage] ?? "any language"
    let session = request.cookies["session"] ?? "none"
    let port = request.environ["SERVER_PORT"] ?? "?"
    return Response(
        "\(request.method) \(request.path): \(name), \(language), session \(session), port \(port)\n")
}

/// A body as a whole, up to a limit: past it the client gets 413.
func reversed(_ request: Request) async throws -> Response {
    let octets = try await request.body.readAll(limit: 65_536)
    return Response(fields: [.contentType: "application/octet-stream"], body: octets.reversed())
}

/// A form with fields of the same name, and a file.
func choices(_ request: Request) async throws -> Response {
    let form = try await request.form()
    let names = form.all("name").joined(separator: ", ")
    let upload = form.file("upload")
    return Response("\(names); \(upload?.bytes.count ?? 0) octets as \(upload?.filename ?? "nothing")\n")
}

/// A body as it comes, and what stands behind it.
func count(_ request: Request) async throws -> Response {
    var count = 0
    for try await part in request.body { count += part.count }
    let digest = request.body.trailers.first { $0.name.lowercased() == "digest" }?.value
    return Response("\(count) octets, digest \(digest ?? "none")\n")
}
