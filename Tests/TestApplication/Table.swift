// What every language answers in the tests, in Swift. The same program serves it in its own workers, and as a FastCGI
// responder where it is started as one.

import Gateway
import Syscalls

/// Why the application fails where it is asked to.
private struct Failure: Error, CustomStringConvertible {
    let description = "the application has failed"
}

@Sendable func answerTable(_ request: Request) throws -> Response {
    let environ = request.environ
    switch environ.path {
    case "/count":
        let body = try request.body.readAll()
        let digits = String(checksum(body), radix: 16)
        let zeros = String(repeating: "0", count: 8 - digits.count)
        return Response("\(body.count) octets, crc \(zeros)\(digits)")
    case "/copy":
        return Response(
            fields: [("Content-Type", "application/octet-stream")], body: try request.body.readAll())
    case "/unread": return Response("unread")
    case "/redirect":
        return Response(
            status: 302, fields: [("Location", (environ["SCRIPT_NAME"] ?? "") + "/lines?from=redirect")])
    case "/failure": throw Failure()
    case "/malformed": return Response(fields: [("X-Split", "a\r\nX-Forged: b")])
    case "/empty": return Response(status: 204)
    case "/log":
        var line = "a line for the log\n"
        line.withUTF8 { _ = Descriptor.writeAll(2, $0) }
        return Response("logged")
    case "/until":
        note("call \(environ["REQUEST_URI"] ?? "")", in: "CALL_LOG")
        while Files.status(environ.query) == nil { doze() }
        return Response("\(SystemProcess.id)")
    default: return lines(environ)
    }
}

private func lines(_ environ: Environ) -> Response {
    let names = [
        ("method", "REQUEST_METHOD"), ("path", "PATH_INFO"), ("query", "QUERY_STRING"),
        ("cookie", "HTTP_COOKIE"), ("test", "HTTP_X_TEST"),
    ]
    var response = Response(names.map { "\($0)=\(environ[$1] ?? "")\n" }.joined())
    response.fields += [("X-Answer", "42"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    return response
}

private let table = (0..<256).map { (index: UInt32) in
    (0..<8).reduce(index) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
}

private func checksum(_ octets: [UInt8]) -> UInt32 {
    ~octets.reduce(~0) { sum, octet in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ octet)] }
}
