// Handlers that take their request as it comes, and answer while they do.

import Gateway
import Syscalls

/// Says how a stream that never ends came to its end.
private func noteEnd(_ name: String, _ work: () async throws -> Void) async throws {
    do { try await work() } catch {
        note("\(name) ended by \(error)", in: "CALL_LOG")
        throw error
    }
}

/// Waits until a file is there.
private func untilThere(_ path: String) async throws {
    while Files.status(path) == nil { try await Task.sleep(for: .milliseconds(2)) }
}

@Sendable func answerStream(_ request: Request) async throws -> Response {
    note("call \(request.target)", in: "CALL_LOG")
    let query = request.query
    switch request.path {
    case "/echo":
        return Response { writer in
            for try await piece in request.body { try await writer.write(piece) }
        }
    case "/count":
        var count = 0
        for try await piece in request.body { count += piece.count }
        let trailers = request.body.trailers.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        return Response("\(request.body.count.map(String.init) ?? "unknown"): \(count) \(trailers)")
    case "/all": return Response("\(try await request.body.readAll(limit: 1000).count)")
    case "/blocking": return Response("\(try countBlocking(request.body))")
    case "/unread": return Response("unread")
    case "/wait":
        try await noteEnd("wait") { try await untilThere(query) }
        return Response("there")
    case "/offload":
        let result = try await request.environ.offload { () -> String in
            while Files.status(query) == nil { doze() }
            return "off-loaded"
        }
        return Response(result)
    case "/block":
        try await Task.sleep(for: .milliseconds(1))
        block(untilThere: query)
        return Response("there")
    case "/trap":
        try await Task.sleep(for: .milliseconds(1))
        fatalError("the request says so")
    case "/throw": throw Refusal()
    case "/not-found": throw HTTPError(.notFound, "no <such> thing", fields: [.allow: "GET"])
    default: return try stream(request)
    }
}

/// What an asynchronous handler must not do: it holds its worker's loop.
private func block(untilThere path: String) { while Files.status(path) == nil { doze() } }

private func countBlocking(_ body: RequestBody) throws -> Int { try body.readAll().count }

private func stream(_ request: Request) throws -> Response {
    let query = request.query
    switch request.path {
    case "/parts":
        return Response(fields: [.contentType: "text/plain"]) { writer in
            for part in ["one ", "two ", "three"] { try await writer.write(part) }
        }
    case "/late":
        return Response { writer in
            try await untilThere(query)
            try await writer.write("late")
        }
    case "/empty": return Response { _ in }
    case "/length": return Response(length: 10) { try await $0.write(query) }
    case "/breaks":
        return Response { writer in
            try await writer.write("begun")
            try await untilThere(query)
            throw Refusal()
        }
    case "/fails": return Response { _ in throw Refusal() }
    case "/flood":
        return Response { writer in
            try await noteEnd("flood") {
                let part = [UInt8](repeating: 65, count: 1 << 16)
                var count = 0
                while true {
                    try await writer.write(part)
                    count += 1
                    note("flood \(count)", in: "CALL_LOG")
                }
            }
        }
    case "/elsewhere":
        // From a task of its own, on another thread than the loop's.
        return Response { writer in
            try await Task.detached {
                for number in 0..<100 { try await writer.write("\(number) ") }
            }.value
        }
    case "/sequence":
        let (numbers, feed) = AsyncStream.makeStream(of: String.self)
        for number in 0..<5 { feed.yield("\(number)\n") }
        feed.finish()
        return Response(sequence: numbers)
    case "/events":
        return .events { events in
            try await noteEnd("events") {
                try await events.send("hello", event: "greeting", id: "1")
                try await untilThere(query)
                try await events.send("bye")
            }
        }
    case "/file": return Response(fields: [.cacheControl: "no-store"], file: query)
    default: throw HTTPError(.notFound)
    }
}
