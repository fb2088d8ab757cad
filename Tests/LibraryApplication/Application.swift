// A dynamic library with an application, as a user of the gateway would write it. It answers at once, later,
// in pieces or not at all, by the path that is asked for.

import ApplicationLibrary
import Syscalls

/// What a gateway looks for. TEST_LIBRARY asks for another application: `inline`, or `failing` for none.
@_cdecl("gateway_application")
public func gatewayApplication() -> UnsafeRawPointer {
    switch SystemProcess.environmentValue("TEST_LIBRARY") {
    case "inline": export(.inline { try answerAtOnce($0) })
    case "failing": export { throw Refusal() }
    default: export(.asynchronous(streamsBody: true) { try await answer($0) })
    }
}

/// Why a handler throws here.
private struct Refusal: Error {}

private func answerAtOnce(_ request: Request) throws -> Response {
    switch request.path {
    case "/echo": Response(body: try request.body.readAll())
    case "/throw": throw Refusal()
    default: Response("Hello from \(request.path)\n")
    }
}

private func answer(_ request: Request) async throws -> Response {
    switch request.path {
    case "/echo":
        var all: [UInt8] = []
        for try await part in request.body { all += part }
        return Response(fields: [("X-Echo", request[.userAgent] ?? "nobody")], body: all)
    case "/stream":
        return Response(fields: [.contentType: "text/plain"]) { writer in
            for number in 1...3 {
                await Task.yield()
                try await writer.write("part \(number)\n")
            }
        }
    case "/endless":
        return .events { events in
            while true {
                try await events.send("tick")
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    case "/offload":
        let sum = try await request.environ.offload { (1...100).reduce(0, +) }
        request.logger.notice("the sum is \(sum)")
        return Response("\(sum)\n")
    case "/file": return Response(file: request.query)
    case "/socket":
        return .webSocket { socket in
            for try await message in socket { try await socket.send(message) }
        }
    case "/wait":
        try await Task.sleep(for: .seconds(3600))
        return Response("late\n")
    case "/refuse": throw HTTPError(.forbidden, "Not you.")
    case "/throw": throw Refusal()
    case "/trap": fatalError("the path says so")
    default: return Response("Hello from \(request.path)\n")
    }
}
