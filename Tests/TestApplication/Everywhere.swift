// The program that has to answer alike wherever it runs: in a worker of the gateway, behind other web servers, and as a CGI script.
// It says what its environ says by type, and answers in every way that there is.

import Gateway
import Syscalls

/// Why it fails where it is asked to.
private struct Failure: Error {}

/// The handler that blocks.
@Sendable func answerEverywhere(_ request: Request) throws -> Response {
    switch request.path {
    case "/copy": return copy(try request.body.readAll(limit: 4 << 20))
    case "/limit": return copy(try request.body.readAll(limit: 10))
    case "/count":
        var count = Count()
        while case let part = try request.body.read(upTo: 1000), !part.isEmpty { count.add(part) }
        return Response(count.text)
    default: return try respond(to: request)
    }
}

/// The same, and awaits: threads of Swift's pool and of its own lie between.
@Sendable func answerEverywhereLater(_ request: Request) async throws -> Response {
    await Task.yield()
    switch request.path {
    case "/copy": return copy(try await request.body.readAll(limit: 4 << 20))
    case "/limit": return copy(try await request.body.readAll(limit: 10))
    case "/count":
        var count = Count()
        for try await part in request.body { count.add(part) }
        return Response(count.text)
    case "/failure":
        try await Task.sleep(for: .milliseconds(1))
        throw Failure()
    default: return try await request.environ.offload { try respond(to: request) }
    }
}

private struct Count {
    var octets = 0
    var sum: UInt32 = 0

    mutating func add(_ part: [UInt8]) {
        octets += part.count
        for octet in part { sum = sum &* 31 &+ UInt32(octet) }
    }

    var text: String { "\(octets) octets, sum \(sum)\n" }
}

private func copy(_ bytes: [UInt8]) -> Response {
    Response(fields: [.contentType: "application/octet-stream"], body: bytes)
}

private func respond(to request: Request) throws -> Response {
    let query = request.query
    switch request.path {
    case "/unread": return Response("unread")
    case "/status": return Response(status: .init(code: Int(query) ?? 200), "status \(query)\n")
    case "/empty": return Response(status: .noContent, fields: [("X-Empty", "yes")])
    case "/empty-but": return Response(status: .noContent, "a body that may not be")
    case "/not-modified": return Response(status: .notModified, fields: [.eTag: "\"a\""])
    case "/redirect": return .redirect(to: "/asked?from=redirect")
    case "/redirect-away": return .redirect(to: "https://example.org/?a=b#c", status: .permanentRedirect)
    case "/redirect-found": return .redirect(to: "/asked/%C3%A4%20", status: .found)
    case "/created": return Response(status: .created, fields: [.location: "/articles/1"], body: [])
    case "/cookies":
        var response = Response("cookies \(request["HTTP_COOKIE"] ?? "none")\n")
        for cookie in [
            "a=1; Path=/", "b=2; Secure; HttpOnly", "c=\"3, 4\"; Expires=Wed, 09 Jun 2027 10:18:14 GMT",
        ] {
            response.fields.append(.setCookie, cookie)
        }
        return response
    case "/fields":
        return Response(
            fields: [
                ("Content-Type", "text/x-odd; charset=\"utf-8\""), ("X-Empty", ""), ("X-Colon", "a: b: c"),
                ("x-lower-case", "lower"), ("X-Twice", "1"), ("X-Twice", "2"),
                ("X-Quoted", "\"a, b\\\"\"; c=d"),
                ("X-Tab", "a\tb"), ("X-Letters", "ä 你"), ("Cache-Control", "no-store, max-age=0"),
                ("Vary", "Accept, Cookie"), ("Content-Language", "de, en"), ("Allow", "GET, POST"),
                ("Connection", "X-Twice"), ("Content-Length", "7"),
            ], body: Array("fields\n".utf8))
    case "/typeless": return Response(body: Array("<b>typeless</b>\n".utf8))
    case "/json":
        return Response(
            "{\"name\":\"Zoë\",\"list\":[1,2.5,null,true],\"text\":\"\\u0000\\n\"}",
            contentType: "application/json")
    case "/letters": return Response("ä 你好 🦢 \u{202E}\n", contentType: "text/html; charset=utf-8")
    case "/octets": return copy((0...255).map { UInt8($0) })
    case "/large": return copy((0..<1 << 18).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })
    case "/file":
        return Response(file: (SystemProcess.environmentValue("TEST_FILES") ?? "") + "/" + query)
    case "/file-as":
        return Response(
            status: .accepted, fields: [.contentType: "text/x-mine", .eTag: "\"mine\""],
            file: (SystemProcess.environmentValue("TEST_FILES") ?? "") + "/" + query)
    case "/failure": throw Failure()
    case "/error": throw HTTPError(.notFound, "There is no such article.", fields: [("X-Article", "none")])
    case "/busy": throw HTTPError(.serviceUnavailable, fields: [("Retry-After", "7")])
    case "/malformed": return Response(fields: [("X-Split", "a\r\nX-Forged: b")])
    case "/log":
        request.logger.warning("the handler has \(query) to say")
        return Response("logged\n")
    default: return try stream(request)
    }
}

private func stream(_ request: Request) throws -> Response {
    switch request.path {
    case "/stream":
        return Response(fields: [.contentType: "text/plain"]) { writer in
            for number in 1...50 {
                try await writer.write("part \(number)\n")
                await Task.yield()
            }
        }
    case "/stream-known":
        return Response(length: 3000) { writer in
            for _ in 0..<3 { try await writer.write([UInt8](repeating: 0x2E, count: 1000)) }
        }
    case "/stream-long":
        return Response(length: 5) { writer in try await writer.write("more than five") }
    case "/stream-nothing": return Response { _ in try await Task.sleep(for: .milliseconds(1)) }
    case "/stream-empty": return Response(status: .noContent, stream: { try await $0.write("never") })
    case "/stream-failure": return Response { _ in throw Failure() }
    case "/stream-broken":
        return Response(fields: [.contentType: "text/plain"]) { writer in
            try await writer.write("the beginning\n")
            throw Failure()
        }
    case "/stream-short": return Response(length: 100) { try await $0.write("the beginning\n") }
    case "/stream-copy":
        return Response(fields: [.contentType: "application/octet-stream"]) { writer in
            for try await part in request.body { try await writer.write(part) }
        }
    case "/sequence":
        return Response(
            fields: [.contentType: "text/plain"],
            sequence: AsyncStream { continuation in
                for word in ["one ", "two ", "three\n"] { continuation.yield(word) }
                continuation.finish()
            })
    case "/events":
        return .events { events in
            try await events.send("first\nline", id: "1")
            try await Task.sleep(for: .milliseconds(1))
            try await events.send("ä", event: "second", id: "2")
        }
    case "/until":
        // Says a word, waits for a file, and notes how it ended.
        return Response(fields: [.contentType: "text/plain"]) { writer in
            do {
                try await writer.write("begun\n")
                while Files.status(request.query) == nil {
                    try await Task.sleep(for: .milliseconds(5))
                    try await writer.write(".")
                }
                try await writer.write("\ndone\n")
            } catch {
                note("ended \(type(of: error)) \(Task.isCancelled)", in: "CALL_LOG")
                throw error
            }
        }
    case "/socket": return .webSocket { _ in }
    default: return asked(request)
    }
}

/// What the environ says, by type.
private func asked(_ request: Request) -> Response {
    var lines = [
        "method=\(request.method)", "path=\(request.path)", "script=\(request.scriptName)",
        "target=\(request.target)", "query=\(request.query)", "type=\(request.contentType ?? "none")",
        "length=\(request.contentLength.map { "\($0)" } ?? "none")", "body=\(request.body.count ?? -1)",
        "host=\(request.host)", "scheme=\(request.scheme)", "secure=\(request.isSecure)",
        "client=\(request.remoteAddress)", "port=\(request.remotePort != nil)",
        "accept=\(request.environ[.accept] ?? "none")", "agent=\(request.environ[.userAgent] ?? "none")",
        "cookie=\(request.environ[.cookie] ?? "none")",
    ]
    let fields = request.fields.map { "\($0.name.rawName): \($0.value)" }.sorted()
    lines += fields.filter { !$0.hasPrefix("Content-Length:") && !$0.hasPrefix("X-Request-Id:") }
    return Response(lines.map { $0 + "\n" }.joined())
}

extension Request {
    fileprivate subscript(name: String) -> String? { environ[name] }
}
