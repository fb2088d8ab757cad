// Expect: 100-continue (RFC 9110, §10.1.1): a client that asks before it sends a body is told to send it only where somebody
// takes it, and hears the answer at once where that is known.

import Syscalls
import Testing

@Suite("A body that is asked for, and one that is not", .serialized)
struct ContinueTests {
    private static let file = """
        workers: 1
        compress: off
        applications:
          good: {run: "exec:RESPONDER", processes: 1}
          broken: {run: "exec:false", processes: 1, boot-timeout: 1}
        routes:
          - {path: /good/*, application: good}
          - {path: /small/*, application: good, limit-request-body: 3}
          - {path: /mixed/*, application: good, static: files, strip-prefix: true}
          - {path: /broken/*, application: broken}
          - {path: /text, respond: 200, text: fine}
          - {path: /moved, redirect: /text}
          - {path: /files/*, static: files, strip-prefix: true}

        """

    private func request(_ target: String, _ length: String, version: String = "1.1") -> String {
        "POST \(target) HTTP/\(version)\r\nHost: a\r\n\(length)\r\nExpect: 100-continue\r\n\r\n"
    }

    private func withRoutes(_ body: (GatewayProcess) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "files")
        try TextFile.write("file", to: folder / "files/a.txt")
        let file = Self.file.replacing("RESPONDER", with: try CProgram.responder.path)
        try GatewayProcess(file: file, folder: folder).use(body)
    }

    private static let lengths = ["Content-Length: 5", "Transfer-Encoding: chunked"]

    @Test(
        "Where the answer is known it comes first and alone, and the connection ends", .timeLimit(.minutes(5))
    )
    func known() throws {
        try withRoutes { gateway in
            try eventually("the broken application is given up", within: 60) {
                gateway.hasLogged("broken: failed")
            }
            for (target, status) in [
                ("/text", 200), ("/moved", 302), ("/files/a.txt", 405), ("/files/none", 404),
                ("/nothing", 404),
                ("/broken/x", 503),
            ] {
                for length in Self.lengths {
                    for sendsAtOnce in [false, true] {
                        let client = try gateway.connect()
                        let body = length.hasPrefix("C") ? "GET /" : "5\r\nGET /\r\n0\r\n\r\n"
                        client.send(request(target, length) + (sendsAtOnce ? body : ""))
                        let response = try client.receive()
                        #expect(response.status == status, "\(target) \(length)")
                        #expect(response["Connection"] == "close")
                        // The body, if it comes after all, is no request.
                        if !sendsAtOnce { client.send(body + "GET /text HTTP/1.1\r\nHost: a\r\n\r\n") }
                        try client.receiveEnd()
                    }
                }
            }
            let client = try gateway.connect()
            client.send(request("/small/x", "Content-Length: 4"))
            #expect(try client.receive().status == 413)
            try client.receiveEnd()
        }
    }

    @Test(
        "Where the application takes it the client is told so, once, and the connection goes on",
        .timeLimit(.minutes(5)))
    func wanted() throws {
        try withRoutes { gateway in
            let client = try gateway.connect()
            for target in ["/good/x", "/small/x", "/mixed/a.txt"] {
                for length in ["Content-Length: 3", "Transfer-Encoding: chunked"] {
                    client.send(request(target, length))
                    #expect(try client.receive().status == 100, "\(target)")
                    client.send(length.hasPrefix("C") ? "abc" : "3\r\nabc\r\n0\r\n\r\n")
                    #expect(try client.receive().text == "3 bytes, sum 294", "\(target)")
                }
            }
            // Without a body there is nothing to wait for, and HTTP/1.0 knows no interim answers.
            client.send(request("/good/x", "Content-Length: 0"))
            #expect(try client.receive().status == 200)
            client.send(request("/good/x", "Content-Length: 3", version: "1.0") + "abc")
            #expect(try client.receive().text == "3 bytes, sum 294")
        }
    }
}
