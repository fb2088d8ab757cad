// What a client sends over one connection, and what becomes of it: the one outcome for each request that RFC 9112 allows, and,
// where the application is asked, all that it has to see. The tables are the extensions of RequestVector beside this file.

/// Octets, and what they have to lead to.
struct RequestVector: Sendable {
    /// What becomes of a request.
    enum Outcome: Equatable, Sendable {
        /// The application is asked, and sees this.
        case served(SeenRequest)
        /// An answer that precedes another one.
        case interim(Int)
        /// The gateway refuses it, and closes.
        case refused(Int)
    }

    let name: String
    let bytes: [UInt8]
    /// In order; the connection ends after the last. None for a request that never becomes complete.
    let outcomes: [Outcome]

    /// - Parameter text: An octet a character.
    init(_ name: String, _ text: String, _ outcomes: [Outcome]) {
        self.name = name
        bytes = text.unicodeScalars.map { UInt8($0.value) }
        self.outcomes = outcomes
    }

    /// A request that is refused, and another behind it that nobody may ever see.
    static func refused(_ name: String, _ text: String, _ status: Int = 400) -> RequestVector {
        RequestVector(name, text + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", [.refused(status)])
    }

    /// A request that is served.
    static func served(_ name: String, _ text: String, _ seen: SeenRequest) -> RequestVector {
        RequestVector(name, text, [.served(seen)])
    }

    /// Every table of requests under the default settings.
    static var all: [RequestVector] {
        requestLines + targets + paths + hosts + fields + variables + framing + chunks + trailers
            + connections
    }
}

/// A request as an application sees it: every variable that is not the same for all requests, and the body, as echo.c
/// writes them.
struct SeenRequest: Equatable, Sendable {
    var variables: [String: String]
    var body: String

    /// Variables that depend on the place where an application runs, and not on the request.
    private static let surroundings: Set = [
        "GATEWAY_INTERFACE", "SERVER_SOFTWARE", "SERVER_PORT", "SERVER_ADDR", "REMOTE_ADDR", "REMOTE_PORT",
        "REQUEST_SCHEME", "REDIRECT_STATUS", "REQUEST_ID", "DOCUMENT_ROOT", "DOCUMENT_URI",
        "SCRIPT_FILENAME",
        "PATH_TRANSLATED", "FCGI_ROLE", "PATH", "CALL_LOG",
        "GATEWAY_PEER_PID", "GATEWAY_PEER_UID", "GATEWAY_PEER_GID",
    ]

    /// - Parameters:
    ///   - path: PATH_INFO; the target without its query where it is not given.
    ///   - host: HTTP_HOST; `nil` for a request without one.
    ///   - name: SERVER_NAME; the host where it is not given.
    ///   - length: CONTENT_LENGTH; that of the body where there is one.
    init(
        _ method: String = "GET", _ target: String = "/", path: String? = nil, query: String = "",
        host: String? = "a", name: String? = nil, version: String = "1.1", type: String? = nil,
        fields: [String: String] = [:], body: String = "", length: Int? = nil
    ) {
        variables = fields
        variables["REQUEST_METHOD"] = method
        variables["REQUEST_URI"] = target
        variables["QUERY_STRING"] = query
        variables["SCRIPT_NAME"] = ""
        variables["PATH_INFO"] = path ?? String(target.prefix { $0 != "?" })
        variables["SERVER_PROTOCOL"] = "HTTP/" + version
        variables["HTTP_HOST"] = host
        variables["SERVER_NAME"] = name ?? host ?? "localhost"
        variables["CONTENT_TYPE"] = type
        if let length = length ?? (body.isEmpty ? nil : Self.octets(in: body)) {
            variables["CONTENT_LENGTH"] = "\(length)"
        }
        self.body = body
    }

    /// How many octets a text stands for in which some are `\\xHH`.
    private static func octets(in text: String) -> Int {
        text.utf8.count - 3 * text.utf8.count { $0 == UInt8(ascii: "\\") }
    }

    /// Reads what an application has written.
    init?(_ text: String) {
        variables = [:]
        body = ""
        var hasBody = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard let equals = line.firstIndex(of: "=") else { return nil }
            let (name, value) = (String(line[..<equals]), String(line[line.index(after: equals)...]))
            if name == "BODY" {
                (body, hasBody) = (value, true)
            } else if !Self.surroundings.contains(name) {
                guard variables.updateValue(value, forKey: name) == nil else { return nil }
            }
        }
        // Where there is no body, the variable is empty in FastCGI and absent in CGI.
        if variables["CONTENT_LENGTH"] == "" { variables["CONTENT_LENGTH"] = nil }
        guard hasBody else { return nil }
    }

    /// The line that the application writes down when it is called.
    var call: String {
        let target = variables["REQUEST_URI", default: ""].split(
            separator: "\\x5C", omittingEmptySubsequences: false)
        return "\(variables["REQUEST_METHOD"] ?? "") \(target.joined(separator: "\\"))"
    }

    /// What differs, for the message of a test that fails.
    func difference(from expected: SeenRequest) -> String {
        let names = Set(variables.keys).union(expected.variables.keys).sorted()
        let lines = names.filter { variables[$0] != expected.variables[$0] }.map { name in
            "\(name): \(variables[name] ?? "(absent)") instead of \(expected.variables[name] ?? "(absent)")"
        }
        return (lines + (body == expected.body ? [] : ["body: \(body) instead of \(expected.body)"]))
            .joined(separator: "; ")
    }
}
