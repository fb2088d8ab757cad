import Gateway

/// A WebSocket that says what it hears.
func echo() -> Response {
    var options = WebSocketOptions()
    options.messageLimit = 65_536
    return .webSocket(options: options) { socket in
        for try await message in socket { try await socket.send(message) }
    }
}

/// Work that takes a processor or a disk for a while, on a thread that may wait.
func digits(_ environ: Environ) async throws -> Response {
    let text = try await environ.offload { String((1...20_000).reduce(0) { ($0 &* 31 &+ $1) % 1_000_003 }) }
    return Response("\(text)\n")
}

/// What is to be done when the client has left, or the time is over.
func patient(_ environ: Environ) async throws -> Response {
    do {
        try await Task.sleep(for: .seconds(20))
        return Response("at last\n")
    } catch is CancellationError {
        environ.logger.notice("nobody waits any more")
        throw CancellationError()
    }
}
