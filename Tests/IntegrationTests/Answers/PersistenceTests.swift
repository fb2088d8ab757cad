// Whether a connection goes on after an answer (RFC 9112, §9.3), and what the answer says about it.

import Syscalls
import Testing

@Suite("Persistence", .serialized)
struct ConnectionPersistenceTests {
    private static let routes = """
        workers: 1
        applications:
          says: {run: "exec:python3 \(Build.application("says.py"))", processes: 1}
        routes:
          - {path: /say, application: says}
          - {path: /text, respond: 200, text: fine}
          - {path: /gone, respond: 410}
          - {path: /moved, redirect: /text}
          - {path: /files/*, static: files, strip-prefix: true}
          - {path: /small, respond: 200, limit-request-body: 3}

        """

    private func withRoutes(_ body: (GatewayProcess) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "files")
        try TextFile.write("file", to: folder / "files/a.txt")
        try GatewayProcess(file: Self.routes, folder: folder).use(body)
    }

    /// Sends a request and another one behind it, and expects that the second is answered or that it never will be.
    private func expect(
        _ head: String, keeps: Bool, status: Int, connection: String?, at gateway: GatewayProcess,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let client = try gateway.connect()
        client.send(head)
        let words = Comment(rawValue: head)
        let response = try client.receive(
            toHead: head.hasPrefix("HEAD"), sourceLocation: sourceLocation)
        #expect(response.status == status, words, sourceLocation: sourceLocation)
        #expect(response["Connection"] == connection, words, sourceLocation: sourceLocation)
        client.send("GET /text HTTP/1.1\r\nHost: a\r\n\r\n")
        if keeps {
            #expect(try client.receive().text == "fine", words, sourceLocation: sourceLocation)
        } else {
            try client.receiveEnd(sourceLocation: sourceLocation)
        }
    }

    @Test("By the version and what the client's Connection fields say", .timeLimit(.minutes(5)))
    func client() throws {
        let saying = Saying(lines: ["Content-Type: text/x", "Content-Length: 1"], body: "x")
        try withRoutes { gateway in
            for target in ["/text", "/moved", "/files/a.txt", saying.target, "/nothing", "/files/b.txt"] {
                let status = ["/moved": 302, "/nothing": 404, "/files/b.txt": 404][target] ?? 200
                for (version, fields, keeps) in [
                    ("1.1", [], true), ("1.1", ["Connection: keep-alive"], true),
                    ("1.1", ["Connection: x"], true),
                    ("1.1", ["Connection: close"], false), ("1.1", ["connection: CLOSE"], false),
                    ("1.1", ["Connection: keep-alive, close"], false),
                    ("1.1", ["Connection: close, x"], false),
                    ("1.1", ["Connection: x,\tclose ,"], false),
                    ("1.1", ["Connection: keep-alive", "Connection: close"], false), ("1.0", [], false),
                    ("1.0", ["Connection: x"], false), ("1.0", ["Connection: keep-alive"], true),
                    ("1.0", ["Connection: Keep-Alive"], true), ("1.0", ["Connection: x, keep-alive"], true),
                    ("1.0", ["Connection: keep-alive, close"], false),
                    ("1.0", ["Connection: close", "Connection: keep-alive"], false),
                    ("1.0", ["Keep-Alive: timeout=5"], false),
                    ("1.0", ["Proxy-Connection: keep-alive"], false),
                ] as [(String, [String], Bool)] {
                    let lines = fields.map { $0 + "\r\n" }.joined()
                    try expect(
                        "GET \(target) HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n", keeps: keeps,
                        status: status,
                        connection: keeps ? (version == "1.0" ? "keep-alive" : nil) : "close", at: gateway)
                }
            }
        }
    }

    @Test(
        "By what the answer is: errors that leave the framing clear go on, all others end",
        .timeLimit(.minutes(5)))
    func answers() throws {
        try withRoutes { gateway in
            let broken = Saying(status: "xyz", lines: ["X: y"], body: "x").target
            for (head, keeps, status) in [
                ("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n", true, 410),
                ("HEAD /gone HTTP/1.1\r\nHost: a\r\n\r\n", true, 410),
                ("HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n", true, 404),
                ("HEAD /files/a.txt HTTP/1.1\r\nHost: a\r\n\r\n", true, 200),
                ("DELETE /files/a.txt HTTP/1.1\r\nHost: a\r\n\r\n", true, 405),
                ("GET \(broken) HTTP/1.1\r\nHost: a\r\n\r\n", true, 502),
                ("POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", true, 200),
                ("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", true, 404),
                (
                    "POST /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                    true, 200
                ),
                // Where the next request begins is in doubt, or will not be waited for.
                ("GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", false, 400),
                ("GET /text HTTP/1.1\r\n\r\n", false, 400),
                ("GET /text HTTP/2.0\r\nHost: a\r\n\r\n", false, 505),
                ("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd", false, 413),
                (
                    "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n",
                    false, 413
                ),
                (
                    "POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                    false, 400
                ),
                ("POST /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", false, 501),
                ("POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: more\r\n\r\n", false, 417),
                ("POST /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", false, 400),
            ] {
                try expect(
                    head, keeps: keeps, status: status, connection: keeps ? nil : "close", at: gateway)
            }
        }
    }
}
