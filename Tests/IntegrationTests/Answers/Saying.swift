// Applications that say exactly what a test wants them to say, and the ways by which an answer can come.

import Syscalls
import Testing

/// How an application answers.
enum AnswerPath: CaseIterable, CustomTestStringConvertible {
    case fastCGI, cgi, handler

    var testDescription: String {
        switch self {
        case .fastCGI: "FastCGI"
        case .cgi: "CGI"
        case .handler: "a Swift handler"
        }
    }

    /// Runs `body` with a gateway in front of an application that answers so.
    func withApplication(
        _ options: [String] = [], folder: TemporaryFolder? = nil,
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (GatewayProcess) throws -> Void
    ) throws {
        let script = Build.application("says.py")
        let isHandler = self == .handler
        let application: String? = isHandler ? nil : self == .cgi ? "cgi:\(script)" : "exec:python3 \(script)"
        try GatewayProcess(
            application, options, environment: isHandler ? ["TEST_APPLICATION=says"] : [], folder: folder,
            program: isHandler ? Build.testApplication : Build.gateway
        ).use(sourceLocation: sourceLocation, body)
    }
}

/// What an application is to say.
struct Saying {
    /// With its reason; empty for no Status field.
    var status = "200 OK"
    var lines: [String] = []
    /// See Applications/says.py.
    var body = ""

    var target: String {
        let body = body.split(separator: "~", omittingEmptySubsequences: false).map { piece in
            piece.split(separator: "*", omittingEmptySubsequences: false).map { Self.encoded($0) }.joined(
                separator: "*")
        }.joined(separator: "~")
        return "/say?" + ([status] + lines).map { Self.encoded($0[...]) + "|" }.joined() + body
    }

    private static func encoded(_ text: Substring) -> String {
        text.utf8.map { octet in
            let character = Character(Unicode.Scalar(octet))
            guard octet < 128, character.isLetter || character.isNumber || "@!/.-_".contains(character) else {
                return (octet < 16 ? "%0" : "%") + String(octet, radix: 16)
            }
            return String(character)
        }.joined()
    }
}

extension GatewayProcess {
    /// Has the application say something, on a connection of its own.
    ///
    /// - Parameters:
    ///   - fields: Of the request.
    ///   - version: Of HTTP.
    func ask(
        _ saying: Saying, _ fields: String..., method: String = "GET", version: String = "1.1",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPResponse {
        let client = try connect()
        let lines = fields.map { $0 + "\r\n" }.joined()
        client.send(
            "\(method) \(saying.target) HTTP/\(version)\r\nHost: a\r\nConnection: close\r\n\(lines)\r\n")
        return try client.receive(toHead: method == "HEAD", sourceLocation: sourceLocation)
    }
}

/// What a coding's own tool makes of a body.
func decoded(
    _ body: [UInt8], _ coding: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
    let folder = try TemporaryFolder()
    let path = folder / "body.gz"
    let file = try Files.openLog(path)
    try #require(
        body.withUnsafeBufferPointer { Descriptor.writeAll(file.number, $0) }, sourceLocation: sourceLocation)
    return coding == "br"
        ? try run("brotli", "-dc", path, sourceLocation: sourceLocation)
        : try run("gzip", "-dc", path, sourceLocation: sourceLocation)
}
