import Syscalls
import Testing

@Suite(
    "Requests that leave room for doubt never reach an application; others reach it as they are", .serialized)
struct StrictnessTests {
    /// Runs the vectors whole, by line and by byte.
    private func expect(_ backend: String, _ gateway: GatewayProcess, _ socket: String) throws {
        let vectors = RequestVector.all
        #expect(vectors.count > 750, "the tables are not all there")
        let run = VectorRun(backend: backend, gateway: gateway, socket: socket)
        for way in Way.allCases { try run.expect(vectors, way) }
        // It was there all the time.
        #expect(gateway.process.status == nil)
        #expect(!gateway.hasLogged("killed by") && !gateway.hasLogged("Fatal error"))
    }

    @Test("Over FastCGI, whole, by line and byte by byte", .timeLimit(.minutes(5)))
    func fastCGI() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "http.socket"
        try withGateway(
            "exec:\(CProgram.echo.path)", "--bind", "unix:\(socket)", "--processes", "2", folder: folder
        ) { try expect("FastCGI", $0, socket) }
    }

    @Test("As CGI scripts, whole, by line and byte by byte", .timeLimit(.minutes(5)))
    func cgi() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "http.socket"
        try withGateway(
            "cgi:\(CProgram.echo.path)", "--bind", "unix:\(socket)", "--processes", "4",
            "--env", "CALL_LOG=\(folder / "calls")", folder: folder
        ) { try expect("CGI", $0, socket) }
    }

    @Test("In the worker itself, whole, by line and byte by byte", .timeLimit(.minutes(5)))
    func inProcess() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "http.socket"
        try GatewayProcess(
            nil, ["--bind", "unix:\(socket)"], environment: ["TEST_APPLICATION=echo"], folder: folder,
            program: Build.testApplication
        ).use { try expect("in-process", $0, socket) }
    }

    @Test("What settings permit is served, and what they never permit is refused", .timeLimit(.minutes(5)))
    func permitted() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "http.socket"
        try withGateway(
            "exec:\(CProgram.echo.path)", "--bind", "unix:\(socket)", "--permit-obsolete-folding",
            "--permit-unconventional-http-method", "--permit-unconventional-http-version",
            "--strip-header-spaces", "--casefold-http-method", "--header-map", "dangerous", folder: folder
        ) { gateway in
            let run = VectorRun(backend: "permissive", gateway: gateway, socket: socket)
            for way in Way.allCases { try run.expect(RequestVector.permitted, way) }
        }
    }

    @Test("A name with _ is refused, or is a trusted proxy's", .timeLimit(.minutes(5)))
    func forwarded() throws {
        let folder = try TemporaryFolder()
        let socket = folder / "http.socket"
        try withGateway(
            "exec:\(CProgram.echo.path)", "--bind", "unix:\(socket)", "--header-map", "refuse",
            "--forwarder-headers", "REMOTE_USER,SCRIPT_NAME", "--forwarded-allow-ips", "*", folder: folder
        ) { gateway in
            let run = VectorRun(backend: "behind a proxy", gateway: gateway, socket: socket)
            for way in Way.allCases { try run.expect(RequestVector.forwarded, way) }
        }
    }

    @Test(
        "A Swift handler reads trailers after the body, and an environ never has them",
        .timeLimit(.minutes(5)))
    func trailers() throws {
        try withApplication("echo") { gateway in
            let client = try gateway.connect()
            for (chunks, lines) in [
                ("1\r\nx\r\n", ["BODY=x", "TRAILER Digest=abc", "TRAILER X_A=\u{E4}"]),
                ("", ["BODY=", "TRAILER Digest=abc", "TRAILER X_A=\u{E4}"]),
            ] {
                client.send(
                    "POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)")
                client.send("0\r\nDigest: abc \r\nHost: evil\r\nAuthorization: x\r\nX_A: \u{E4}\r\n\r\n")
                let text = try client.receive().text
                #expect(text.lines.suffix(lines.count) == lines[...], "\(text)")
                #expect(!text.contains("EARLY") && !text.contains("HTTP_DIGEST"))
                client.send("GET /trailers HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().text.lines.last == "BODY=")
            }
        }
    }

    @Test("A body beyond the limit is 413 before the application hears of it", .timeLimit(.minutes(5)))
    func bodyLimit() throws {
        try withGateway("exec:\(CProgram.responder.path)", "--limit-request-body", "1000") { gateway in
            for body in ["Content-Length: 1001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"] {
                let client = try gateway.connect()
                client.send("POST / HTTP/1.1\r\nHost: a\r\n\(body)")
                client.send([UInt8](repeating: 65, count: 1001))
                #expect(try client.receive().status == 413)
            }
            #expect(gateway.calls == [])
            let client = try gateway.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
            client.send([UInt8](repeating: 1, count: 1000))
            #expect(try client.receive().text == "1000 bytes, sum 1000")
        }
    }

    @Test(
        "Who is slow with a request gets 408, who is slow between requests is let go", .timeLimit(.minutes(5))
    )
    func timeouts() throws {
        try withGateway(
            "exec:\(CProgram.responder.path)", "--header-timeout", "1", "--body-timeout", "1", "--keep-alive",
            "1"
        ) { gateway in
            let slowHead = try gateway.connect()
            slowHead.send("GET / HT")
            let slowBody = try gateway.connect()
            slowBody.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            let silent = try gateway.connect()
            let idle = try gateway.connect()
            idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try idle.receive().status == 200)
            #expect(try slowHead.receive().status == 408)
            #expect(try slowBody.receive().status == 408)
            try silent.receiveEnd()
            try idle.receiveEnd()
            #expect(gateway.calls == ["GET /"])
        }
    }
}
