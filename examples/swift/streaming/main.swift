// Bodies that are made while they are sent, bodies that are read while they come, and answers that come when there is
// something to say.

import Gateway

/// A number every 100 ms. Where the client reads slowly `write` waits; when it leaves, `write` throws and the task is cancelled.
func numbers(_ request: Request) -> Response {
    let count = min(1000, request.queryItems["count"].flatMap { Int($0) } ?? 10)
    return Response(fields: [.contentType: "text/plain; charset=utf-8"]) { writer in
        for number in 0..<max(0, count) {
            if number > 0 { try await Task.sleep(for: .milliseconds(100)) }
            try await writer.write("\(number + 1)\n")
        }
    }
}

/// The checksum of zlib (RFC 1950, §8.2), made while the body comes.
func checksum(_ request: Request) async throws -> Response {
    var (low, high, count) = (UInt32(1), UInt32(0), 0)
    for try await part in request.body {
        for octet in part {
            low = (low + UInt32(octet)) % 65_521
            high = (high + low) % 65_521
        }
        count += part.count
    }
    return Response("\(count) octets, adler32 \(high << 16 | low)\n")
}

/// Waits until there is news after the number that the client knows: long polling.
func poll(_ request: Request) async throws -> Response {
    let number = request.queryItems["after"].flatMap { Int($0) } ?? 0
    let items = try await board.items(after: number, within: .seconds(20))
    guard !items.isEmpty else { return Response(status: .noContent) }
    return Response(items.map { "\($0.number) \($0.text)\n" }.joined())
}

let board = NewsBoard()

Gateway.main(
    .asynchronous(streamsBody: true) { request in
        switch (request.method, request.path) {
        case (.get, "/"), (.get, "/numbers"): return numbers(request)
        case (.post, "/checksum"), (.put, "/checksum"): return try await checksum(request)
        case (.get, "/news"): return try await poll(request)
        case (.post, "/news"):
            let text = String(decoding: try await request.body.readAll(limit: 1000), as: UTF8.self)
            return Response(status: .created, "\(board.publish(text))\n")
        default: throw HTTPError(.notFound)
        }
    })
