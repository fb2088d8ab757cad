import Syscalls
import Testing

// What applications do that were written for other servers: they fork while they answer, replace functions of the standard
// library, read CONTENT_LENGTH as it comes, and pass on what belongs to a connection.

@Suite("Python applications as they are: wsgi:", .serialized)
struct PythonCustomsTests {
    private func withApplication(
        _ application: String, _ options: String..., environment: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (GatewayProcess) throws -> Void
    ) throws {
        try GatewayProcess(
            "wsgi:\(application)", ["--chdir", Build.application("wsgi")] + options,
            environment: ["PYTHONDONTWRITEBYTECODE=1"] + environment, folder: nil
        ).use(sourceLocation: sourceLocation, body)
    }

    @Test(
        "A process that was forked in a request answers nobody, whichever way it leaves",
        .timeLimit(.minutes(5)), arguments: ["1", "3"])
    func forked(threads: String) throws {
        try withApplication("fork_app", "--threads", threads) { gateway in
            for (way, status) in [("exit", 3), ("raise", 1), ("return", 0)] {
                for who in ["alice", "bob", "carol"] {
                    let response = try gateway.get("/page?\(way),\(who)")
                    #expect(response.text == "page of \(who), \(status)")
                }
            }
            #expect(gateway.hasLogged("RuntimeError: the child has done its work"))
            #expect(gateway.hasLogged("came back from the request: it ends here"))
        }
    }

    @Test("What a forked process logs is not in the body", .timeLimit(.minutes(5)), arguments: ["1", "3"])
    func logging(threads: String) throws {
        try withApplication("fork_app", "--threads", threads) { gateway in
            let response = try gateway.get("/large")
            #expect(response.body.count == 4 << 20)
            #expect(!response.text.contains("of the child"))
            #expect(
                response.text.hasPrefix("0123456789abcdef") && response.text.hasSuffix("0123456789abcdef"))
            try eventually("it is in the log") { gateway.hasLogged("of the child: ") }
        }
    }

    @Test(
        "A forked process that goes on does not hide that its parent has failed",
        .timeLimit(.minutes(5)), arguments: ["1", "3"])
    func cut(threads: String) throws {
        try withApplication("fork_app", "--threads", threads, "--timeout", "600") { gateway throws in
            let gate = gateway.folder / "gate"
            #expect(throws: AnswerError.cut(status: 200, bodyCount: 4)) { try gateway.get("/cut?\(gate)") }
            try TextFile.write("", to: gate)
            try eventually("the work is done") { TextFile.read(gate + ".done") == "done" }
        }
    }

    @Test("The client has everything before close() has returned", .timeLimit(.minutes(5)))
    func later() throws {
        try withApplication("site_app") { gateway throws in
            let gate = gateway.folder / "gate"
            let client = try gateway.connect()
            client.send("GET /later?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text == "whole")
            #expect(TextFile.read(gate + ".closed").isEmpty)
            try TextFile.write("", to: gate)
            try eventually("it is closed") { TextFile.read(gate + ".closed") == "closed" }
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text == "hello from python")
        }
    }

    @Test("CONTENT_LENGTH is a number or absent, and a status needs no reason", .timeLimit(.minutes(5)))
    func length() throws {
        try withApplication("site_app") { gateway in
            let client = try gateway.connect()
            for (method, fields, body, expected) in [
                ("GET", "", "", "0"), ("POST", "Content-Length: 0\r\n", "", "0"),
                ("POST", "Content-Length: 3\r\n", "abc", "3"),
                ("POST", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", "3"),
            ] {
                client.send("\(method) /length HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)")
                let response = try client.receive()
                #expect(response.status == 200)
                #expect(response.text == expected)
            }
        }
    }

    @Test("Headers of the connection are dropped, with one warning", .timeLimit(.minutes(5)))
    func hopByHop() throws {
        try withApplication("site_app") { gateway in
            for name in [
                "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Status",
            ] {
                let response = try gateway.get("/say?X-Before=1&\(name)=x&X-After=2")
                #expect(response.status == 200)
                #expect(response["X-Before"] == "1")
                #expect(response["X-After"] == "2")
                #expect(response[name] != "x")
                #expect(response.text == "the application's own body")
            }
            let warnings = gateway.log.lines.filter { $0.contains("belongs to the gateway's connection") }
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("the header Connection") == true)
        }
    }

    @Test(
        "Applications that replace the standard library's functions are served",
        .timeLimit(.minutes(5)), arguments: ["eventlet", "gevent"], ["1", "3"])
    func green(library: String, threads: String) throws {
        try withApplication(
            "green_app", "--threads", threads, "--python", try Build.python, environment: ["GREEN=\(library)"]
        ) { gateway in
            let client = try gateway.connect()
            for _ in 0..<3 {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive().text == "green")
            }
        }
    }

    @Test(
        "An ASGI application is refused by the check and at the start, and the log says what to do",
        .timeLimit(.minutes(5)), arguments: ["application", "function"], [[], ["--check-config"]])
    func asgi(callable: String, question: [String]) throws {
        let (status, _, errors) = try outcome(
            of: [
                Build.gateway, "wsgi:asgi_app:\(callable)", "--chdir", Build.application("wsgi"), "--bind",
                "127.0.0.1:0", "--processes", "1",
            ] + question, ["PYTHONDONTWRITEBYTECODE=1"], nil, 60, #_sourceLocation)
        #expect(status == .exited(4))
        let line = errors.lines.first { $0.contains("is an ASGI application") }
        #expect(line?.contains("asgi_app:\(callable)") == true)
        #expect(line?.contains("name the WSGI callable") == true)
    }
}
