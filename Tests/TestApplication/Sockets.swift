// WebSockets, each path a way to use one or to misuse it.

import Gateway
import Syscalls

/// The answer of a path, which makes the connection a WebSocket.
@Sendable func answerSocket(_ request: Request) -> Response {
    var options = WebSocketOptions()
    let query = request.query
    switch request.path {
    case "/plain": return Response("plain")
    case "/pid": return Response("\(SystemProcess.id)")
    case "/listeners": return Response("\(hub.count)")
    case "/events":
        return .events { events in for await text in hub.listen() { try await events.send(text) } }
    case "/tell":
        hub.tell(query)
        return Response("told")
    case "/echo-context": options.compression = .withContext(atLeast: 1)
    case "/compressed": options.compression = .perMessage(atLeast: 1)
    case "/no-compression": options.compression = .off
    case "/sub": options.subprotocols = ["v2", "v1"]
    case "/any": options.origins = .any
    case "/list": options.origins = .list(["https://example.org"])
    case "/small": options.messageLimit = 100
    case "/large": options.messageLimit = 20 << 20
    case "/ping": options.pingInterval = 1
    default: break
    }
    let path = request.path
    return .webSocket(fields: [("X-Answer", "42")], options: options) { socket in
        do {
            try await serve(socket, path, query)
            note("\(path) returned \(socket.closeCode.map(String.init) ?? "none")", in: "CALL_LOG")
        } catch {
            note("\(path) ended by \(error)", in: "CALL_LOG")
            throw error
        }
    }
}

private func serve(_ socket: WebSocket, _ path: String, _ query: String) async throws {
    note("open \(path)", in: "CALL_LOG")
    switch path {
    case "/close": await socket.close(code: UInt16(query) ?? 1000, reason: "so it is said")
    case "/returns": break
    case "/throws": throw Refusal()
    case "/fails-late":
        for try await _ in socket {}
        throw Refusal()
    case "/flood": try await flood(socket)
    case "/silent":
        while Files.status(query) == nil { try await Task.sleep(for: .milliseconds(2)) }
        try await echo(socket)
    case "/deaf": while true { try await Task.sleep(for: .seconds(60)) }
    case "/broadcast": try await broadcast(socket)
    case "/sub": try await socket.send(socket.subprotocol ?? "none")
    case "/elsewhere":
        // From another thread than the loop's.
        try await Task.detached { try await echo(socket) }.value
    default: try await echo(socket)
    }
}

@Sendable private func echo(_ socket: WebSocket) async throws {
    for try await message in socket { try await socket.send(message) }
}

private func flood(_ socket: WebSocket) async throws {
    let part = [UInt8](repeating: 65, count: 1 << 16)
    var count = 0
    while true {
        try await socket.send(part)
        count += 1
        note("flood \(count)", in: "CALL_LOG")
    }
}
