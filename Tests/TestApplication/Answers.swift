import Gateway
import Synchronization
import Syscalls

/// What a handler never gives back.
private let kept = Mutex<[[UInt8]]>([])

/// Why a handler or a builder throws here.
struct Refusal: Error {}

/// Makes what TEST_APPLICATION names.
@Sendable func buildApplication() throws -> Application {
    note("build")
    if let sign = SystemProcess.environmentValue("TRAP_WHILE"), Files.status(sign) != nil {
        note("\(Clock.monotonicMilliseconds())", in: "TRAP_LOG")
        fatalError("the sign says so")
    }
    if let gate = SystemProcess.environmentValue("BUILD_UNTIL") {
        while Files.status(gate) == nil { doze() }
    }
    switch SystemProcess.environmentValue("TEST_APPLICATION") {
    case "echo": return .inline { try answerEcho($0) }
    case "says": return .inline { say($0) }
    case "table": return .inline { try answerTable($0) }
    case "asynchronous-table": return .asynchronous { try answerTable($0) }
    case "everywhere": return .inline { try answerEverywhere($0) }
    case "everywhere-later": return .asynchronous { try await answerEverywhereLater($0) }
    case "asynchronous": return .asynchronous { try await answerLater($0) }
    case "streaming": return .asynchronous { try await answerStream($0) }
    case "streaming-body": return .asynchronous(streamsBody: true) { try await answerStream($0) }
    case "inline-stream":
        return .inline { request in
            Response { writer in
                if request.path == "/fails" { throw Refusal() }
                for number in 0..<5 { try await writer.write("\(number) ") }
            }
        }
    case "websocket": return .asynchronous { answerSocket($0) }
    case "inline-websocket": return .inline { answerSocket($0) }
    case "failing": throw Refusal()
    case "missing": throw ApplicationNotFound("nobody has written it")
    default: return .inline { answer($0) }
    }
}

/// A handler that keeps its thread until it is done.
@Sendable func answer(_ request: Request) -> Response {
    begin(request)
    if request.environ.path == "/until" {
        while Files.status(request.environ.query) == nil { doze() }
    }
    return finish(request)
}

/// A handler that awaits.
@Sendable func answerLater(_ request: Request) async throws -> Response {
    begin(request)
    switch request.environ.path {
    case "/until":
        while Files.status(request.environ.query) == nil { try await Task.sleep(for: .milliseconds(2)) }
    case "/yield":
        while Files.status(request.environ.query) == nil { await Task.yield() }
    default: break
    }
    return finish(request)
}

private func begin(_ request: Request) {
    note("call \(request.environ["REQUEST_URI"] ?? "")", in: "CALL_LOG")
}

/// As an authorizer: whoever has the word gets in, under a name.
private func decide(_ environ: Environ) -> Response {
    guard environ["HTTP_X_WORD"] == "sesame" else {
        return Response(
            status: .forbidden, fields: [("X-Door", "shut"), ("Variable-REMOTE_USER", "nobody")],
            body: Array("closed".utf8))
    }
    return Response(
        fields: [("Variable-REMOTE_USER", "ali"), ("X-Door", "open")], body: Array("come in".utf8))
}

private func finish(_ request: Request) -> Response {
    let environ = request.environ
    if environ["FCGI_ROLE"] == "AUTHORIZER" { return decide(environ) }
    switch environ.path {
    case "/scheme":
        let names = ["REQUEST_SCHEME", "HTTPS", "HTTP_X_FORWARDED_PROTO"]
        return Response(names.map { "\($0)=\(environ[$0] ?? "-")" }.joined(separator: " "))
    case "/variable": return Response(SystemProcess.environmentValue(environ.query) ?? "(none)")
    case "/folder": return Response(Files.absolutePath(".") ?? "(none)")
    case "/environ":
        return Response(environ.variables.map { "\($0.name)=\($0.value)\n" }.joined())
    case "/variables": return Response(SystemProcess.environment.joined(separator: "\n"))
    case "/orders":
        let orders = [
            "X-Sendfile", "X-Accel-Redirect", "x-accel-buffering", "Connection", "Content-Length", "Status",
        ]
        return Response(
            fields: ResponseFields(orders.map { ($0, "7") } + [("X-Request", environ["REQUEST_ID"] ?? "")]),
            body: Array("own".utf8))
    case "/trap": fatalError("the request says so")
    case "/keep":
        kept.withLock { $0.append([UInt8](repeating: 1, count: 64 << 20)) }
        return Response("kept")
    case "/echo":
        return Response((try? request.body.readAll()).map { String(decoding: $0, as: UTF8.self) } ?? "")
    default: return Response("\(SystemProcess.id)")
    }
}

/// Appends a line to the file that a variable names.
func note(_ line: String, in variable: String = "HOOK_LOG") {
    guard let path = SystemProcess.environmentValue(variable), let file = try? Files.openLog(path) else {
        return
    }
    var text = line + "\n"
    text.withUTF8 { _ = Descriptor.writeAll(file.number, $0) }
}

/// Leaves the processor to others for a moment.
func doze() {
    guard let epoll = try? Epoll() else { return }
    _ = try? epoll.wait(milliseconds: 2)
}
