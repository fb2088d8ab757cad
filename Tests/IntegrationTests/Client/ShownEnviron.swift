import Testing

/// The variables that an application was called with, as it shows them: a line each.
struct ShownEnviron {
    private var values: [String: String] = [:]

    init(_ response: HTTPResponse, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try #require(response.status == 200, "\(response.text)", sourceLocation: sourceLocation)
        for line in response.text.lines {
            let (name, value) = (line.prefix { $0 != "=" }, line.drop { $0 != "=" }.dropFirst())
            #expect(values[String(name)] == nil, "\(name) twice", sourceLocation: sourceLocation)
            values[String(name)] = String(value)
        }
    }

    subscript(_ name: String) -> String? { values[name] }

    /// `client port scheme host:port`, with `-` for what is not there.
    var summary: String {
        ["REMOTE_ADDR", "REMOTE_PORT", "REQUEST_SCHEME", "SERVER_NAME", "SERVER_PORT"]
            .map { values[$0].map { $0.isEmpty ? "''" : $0 } ?? "-" }.joined(separator: " ")
    }
}

extension HTTPClient {
    /// What an application is called with for a request with these fields.
    func environ(
        _ fields: String..., at target: String = "/environ", sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ShownEnviron {
        let lines = fields.map { $0 + "\r\n" }.joined()
        send("GET \(target) HTTP/1.1\r\nHost: own\r\n\(lines)\r\n")
        return try ShownEnviron(receive(sourceLocation: sourceLocation), sourceLocation: sourceLocation)
    }
}
