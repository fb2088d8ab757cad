// A row of the tables in Applications/misbehaving, which the application tells by itself, and what a client must see of it.

import Testing

/// Something that an application does.
struct Misbehaviour {
    let path: String
    /// A method, or `HTTP/1.0` for a GET of that version.
    let request: String
    let upload: Int
    /// When the application begins with it.
    let stage: String
    /// Statuses, or `cut` for an answer that the client can tell is not whole, or `cut-or-502`.
    let expected: [String]
    let body: String
    let fields: [String]

    init(_ line: String) throws {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        try #require(parts.count >= 6, "\(line)")
        (path, request, stage) = (parts[0], parts[1], parts[3])
        upload = try #require(Int(parts[2]))
        expected = parts[4].split(separator: ",").map(String.init)
        body = parts[5].unescaped
        fields = parts[6...].map(\.unescaped)
    }

    /// The rows of one group, as the application behind a gateway knows them.
    static func all(_ group: String, of gateway: GatewayProcess) throws -> [Misbehaviour] {
        try gateway.get("/table/\(group)").text.lines.map(Misbehaviour.init)
    }

    /// Whether the gateway has something to say about it.
    var isFault: Bool { ["cut", "cut-or-502", "502", "503", "504"].contains(expected.last) }

    /// Whether the request before it has to announce it.
    var isArmed: Bool { stage == "accept" || stage == "begin" }

    /// Sends its request.
    func ask(_ client: HTTPClient) {
        let isOld = request == "HTTP/1.0"
        var head = "\(isOld ? "GET" : request) \(path) \(isOld ? "HTTP/1.0" : "HTTP/1.1")\r\nHost: a\r\n"
        if upload > 0 { head += "Content-Length: \(upload)\r\n" }
        client.send(head + "Connection: close\r\n\r\n")
        if upload > 0 { client.send([UInt8](repeating: 0x78, count: upload)) }
    }

    /// Reads what comes, and says where it is not what is expected.
    func check(_ client: HTTPClient, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var hints = 0
        var response: HTTPResponse?
        var fault: AnswerError?
        do {
            while response == nil {
                let next = try client.receive(
                    toHead: request == "HEAD", sourceLocation: sourceLocation)
                if next.status == 103 { hints += 1 } else { response = next }
            }
        } catch let error as AnswerError {
            fault = error
        }
        let wanted = expected.count { $0.hasPrefix("103") }
        #expect(
            expected.contains("103+") ? hints > 0 : hints == wanted, "\(path): \(hints) hints",
            sourceLocation: sourceLocation)
        if expected.last == "cut-or-502", response?.status == 502 { return }
        guard let status = Int(expected.last ?? "") else {
            expectCut(fault, response, sourceLocation)
            return
        }
        #expect(
            response?.status == status, "\(path): \(String(describing: fault))",
            sourceLocation: sourceLocation)
        guard let response, response.status == status else { return }
        if !isFault { expectContent(response, sourceLocation) }
        try client.receiveEnd(sourceLocation: sourceLocation)
    }

    private func expectCut(
        _ fault: AnswerError?, _ response: HTTPResponse?, _ sourceLocation: SourceLocation
    ) {
        switch fault {
        case .cut(status: 200, _), .cutInHead: break
        default:
            Issue.record(
                "\(path): \(fault.map { "\($0)" } ?? "\(response?.status ?? 0), and it looks whole")",
                sourceLocation: sourceLocation)
        }
    }

    private func expectContent(_ response: HTTPResponse, _ sourceLocation: SourceLocation) {
        if body.hasPrefix("#") {
            #expect("#\(response.bodyCount)" == body, "\(path)", sourceLocation: sourceLocation)
        } else {
            #expect(response.text == body, "\(path)", sourceLocation: sourceLocation)
        }
        for field in fields {
            if field.hasPrefix("!") {
                #expect(response[String(field.dropFirst())] == nil, "\(path)", sourceLocation: sourceLocation)
            } else {
                let colon = field.firstRange(of: ": ")!
                let value = response[String(field[..<colon.lowerBound])]
                #expect(
                    value == String(field[colon.upperBound...]), "\(path)", sourceLocation: sourceLocation)
            }
        }
    }
}

extension String {
    /// With `\r`, `\n` and `\t` as the characters that they stand for.
    fileprivate var unescaped: String {
        replacing("\\r", with: "\r").replacing("\\n", with: "\n").replacing("\\t", with: "\t")
    }
}

extension GatewayProcess {
    /// Expects that the log names each fault among `rows`, with the id of a request.
    func expectLogged(_ rows: [Misbehaviour], sourceLocation: SourceLocation = #_sourceLocation) {
        var named: Set<String> = []
        for line in log.lines {
            guard let start = line.firstRange(of: "request "), !line.contains("[output]"),
                line[start.upperBound...].prefix(16).allSatisfy(\.isHexDigit)
            else { continue }
            let words = line[..<start.lowerBound].split(separator: " ")
            if let target = words.last(where: { $0.hasPrefix("/") }) {
                named.insert(String(target.dropLast()))
            }
        }
        for row in rows where row.isFault {
            #expect(named.contains(row.path), "\(row.path) is not in the log", sourceLocation: sourceLocation)
        }
    }
}
