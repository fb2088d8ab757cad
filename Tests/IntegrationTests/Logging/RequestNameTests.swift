import Testing

@Suite("What requests are called", .serialized)
struct RequestNameTests {
    private func variable(_ name: String, of response: HTTPResponse) -> String? {
        response.text.lines.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    private func ask(_ gateway: GatewayProcess, _ fields: String) throws -> HTTPResponse {
        let client = try gateway.connect()
        client.send("GET /environ HTTP/1.1\r\nHost: a\r\n\(fields)Connection: close\r\n\r\n")
        return try client.receive()
    }

    @Test(
        "A trusted peer's id goes to the application, the log and the answer; a bad one does not",
        .timeLimit(.minutes(5)))
    func passedOn() throws {
        let folder = try TemporaryFolder()
        let path = folder / "access.log"
        try withGateway(
            "exec:\(CProgram.responder.path)", "--access-log", path, "--access-log-format", "%(id)s",
            "--trust-request-id", "--return-request-id", folder: folder
        ) { gateway in
            for (given, isTaken) in [("f-1.2:3", true), ("a b", false), ("x,y", false)] {
                let response = try ask(gateway, "X-Request-ID: \(given)\r\n")
                let id = try #require(variable("REQUEST_ID", of: response))
                #expect(response["X-Request-ID"] == id)
                #expect(isTaken ? id == given : id.utf8.count == 16)
                try eventually("it is logged") { TextFile.read(path).lines.last == id }
            }
            let refused = try gateway.connect()
            refused.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: else\r\n\r\n")
            #expect(try refused.receive().status == 417)
        }
    }

    @Test(
        "Nobody's word counts unless it is asked for, or where it is not trusted", .timeLimit(.minutes(5)),
        arguments: [[], ["--trust-request-id", "--forwarded-allow-ips", "10.0.0.1"]])
    func notPassedOn(_ options: [String]) throws {
        try GatewayProcess(
            "exec:\(CProgram.responder.path)", options, environment: [], folder: nil
        ).use { gateway in
            let response = try ask(gateway, "X-Request-ID: theirs\r\n")
            #expect(variable("REQUEST_ID", of: response)?.utf8.count == 16)
            #expect(response["X-Request-ID"] == nil)
        }
    }

    @Test("A trace is continued, or begun", .timeLimit(.minutes(5)))
    func traces() throws {
        let trace = "0af7651916cd43dd8448eb211c80319c"
        let given = "traceparent: 00-\(trace)-b7ad6b7169203331-01\r\ntracestate: a=1\r\n"
        try withGateway("exec:\(CProgram.responder.path)", "--trace", "continue") { gateway in
            let response = try ask(gateway, given)
            let parent = try #require(variable("HTTP_TRACEPARENT", of: response))
            #expect(parent.hasPrefix("00-\(trace)-") && !parent.contains("b7ad6b7169203331"))
            #expect(variable("HTTP_TRACESTATE", of: response) == "a=1")
            #expect(variable("HTTP_TRACEPARENT", of: try ask(gateway, "")) == nil)
        }
        try withGateway("exec:\(CProgram.responder.path)") { gateway in
            let response = try ask(gateway, given)
            #expect(variable("HTTP_TRACEPARENT", of: response) == "00-\(trace)-b7ad6b7169203331-01")
        }
    }
}
