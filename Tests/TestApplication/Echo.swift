// Says what it was asked, in the words of the tests' echo.c.

import Gateway
import Syscalls

@Sendable func answerEcho(_ request: Request) throws -> Response {
    let environ = request.environ
    note("\(environ.method) \(environ["REQUEST_URI"] ?? "")", in: "CALL_LOG")
    var lines = ""
    for name in environ.variables.map(\.name) {
        lines += "\(name)=\(environ.withBytes(of: name) { written($0.map(Array.init) ?? []) })\n"
    }
    let isAsked = environ.path == "/trailers"
    let early = isAsked ? request.body.trailers : []
    lines += "BODY=\(written(try request.body.readAll()))"
    for field in early { lines += "\nEARLY \(field.name)=\(field.value)" }
    for field in isAsked ? request.body.trailers : [] { lines += "\nTRAILER \(field.name)=\(field.value)" }
    return Response(lines)
}

/// Printable ASCII as it is, other octets and backslashes as `\xHH`.
private func written(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") {
            return String(Character(Unicode.Scalar(byte)))
        }
        return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
}
