// A chat over several workers: what is said on a WebSocket of one worker is heard on those of all, through Redis.

import Foundation
import Gateway

let server = RedisAddress(ProcessInfo.processInfo.environment["REDIS"] ?? "127.0.0.1:6379")
let hub = Hub(server, channel: "chat")

/// Serves one client: what it says goes to Redis, and what Redis says goes to it.
func talk(_ socket: WebSocket, _ environ: Environ) async throws {
    let name = "guest \(environ.remotePort ?? 0)"
    let seat = hub.join()
    defer { hub.leave(seat) }
    try await socket.send("You are \(name), on worker \(ProcessInfo.processInfo.processIdentifier).")
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            for await line in seat.lines { try await socket.send(line) }
            // Its queue was full: it reads too slowly, and is told to come back.
            await socket.close(code: 1013, reason: "too slow")
        }
        group.addTask {
            for try await message in socket {
                guard case .text(let text) = message, !text.isEmpty else { continue }
                try await environ.offload { try hub.publish("\(name): \(text.prefix(500))") }
            }
        }
        // Whichever ends first: the client has closed, or is closed.
        defer { group.cancelAll() }
        try await group.next()
    }
}

// A worker listens as soon as it is there; the master has no connection and no thread.
var hooks = Hooks()
hooks.postFork = { _ in hub.listen() }

Gateway.main(hooks: hooks) { request in
    switch request.path {
    case "/": return Response(page, contentType: "text/html; charset=utf-8")
    case "/chat":
        guard hub.isListening else {
            throw HTTPError(.serviceUnavailable, "\(server.hint)", fields: [.retryAfter: "1"])
        }
        let environ = request.environ
        return .webSocket { socket in try await talk(socket, environ) }
    default: throw HTTPError(.notFound)
    }
}
