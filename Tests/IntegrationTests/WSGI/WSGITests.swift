import Syscalls
import Testing

@Suite("Python applications: wsgi:", .serialized)
struct WSGITests {
    private func withApplication(
        _ options: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess) throws -> Void
    ) throws {
        try GatewayProcess(
            "wsgi:site_app", ["--chdir", Build.application("wsgi")] + options,
            environment: ["PYTHONDONTWRITEBYTECODE=1"], folder: nil
        ).use(sourceLocation: sourceLocation, body)
    }

    @Test("Answers, forms and environ", .timeLimit(.minutes(5)))
    func requests() throws {
        try withApplication("--processes", "2") { gateway in
            let client = try gateway.connect()
            for _ in 0..<3 {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let hello = try client.receive()
                #expect(hello.text == "hello from python")
                #expect(hello["X-Answer"] == "42")
                #expect(hello.framing == .length(17))

                client.send("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\nname=%C3%A4&b=1+2")
                #expect(try client.receive().text == "b=1 2\nname=ä\n")
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receive(toHead: true).status == 200)
            }
            client.send("GET /show/../show?a=b HTTP/1.1\r\nHost: a\r\n\r\n")
            let entries = try client.receive().text.lines
            for entry in [
                "PATH_INFO='/show'", "SCRIPT_NAME=''", "QUERY_STRING='a=b'", "SERVER_PROTOCOL='HTTP/1.1'",
                "REMOTE_ADDR='127.0.0.1'", "wsgi.url_scheme='http'", "wsgi.version=(1, 0)",
                "wsgi.multithread=False", "wsgi.multiprocess=True", "wsgi.run_once=False",
            ] { #expect(entries.contains(entry), "\(entry) is not in \(entries)") }
        }
    }

    @Test("The first part of an answer does not wait for the second", .timeLimit(.minutes(5)))
    func streaming() throws {
        try withApplication { gateway in
            let client = try gateway.connect()
            client.send("GET /stream?\(gateway.folder / "gate") HTTP/1.1\r\nHost: a\r\n\r\n")
            try eventually("the first part arrives") {
                try #require(try client.poll() == nil)
                return client.partialBody == "first,"
            }
            try TextFile.write("", to: gateway.folder / "gate")
            let response = try client.receive()
            #expect(response.text == "first,second")
            #expect(response.framing == .chunked)
        }
    }

    @Test("An upload of 50 MB arrives whole, whether its length is announced or not", .timeLimit(.minutes(5)))
    func upload() throws {
        try withApplication { gateway in
            let file = gateway.folder / "upload"
            try run("dd", "if=/dev/urandom", "of=\(file)", "bs=1000000", "count=50")
            let hash = try #require(try run("sha256sum", file).split(separator: " ").first)
            let url = "http://127.0.0.1:\(try gateway.port)/upload"
            for header in ["X-Plain: 1", "Transfer-Encoding: chunked"] {
                let answer = try run(
                    "curl", "-sS", "-H", header, "-H", "Expect:", "-T", file, url, within: 120)
                #expect(answer == "50000000 \(hash)")
            }
        }
    }

    @Test("With four threads one process serves four requests at once", .timeLimit(.minutes(5)))
    func threads() throws {
        try withApplication("--threads", "4", "--workers", "2") { gateway throws in
            let gate = gateway.folder / "gate"
            let clients = try (0..<5).map { _ in try gateway.connect() }
            for client in clients { client.send("GET /held?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n") }
            try eventually("four have arrived") { TextFile.read(gate + ".arrived").lines.count == 4 }
            try TextFile.write("", to: gate)
            var pids: Set<String> = []
            for client in clients { pids.insert(try client.receive().text) }
            #expect(pids.count == 1)
            #expect(TextFile.read(gate + ".arrived").lines.count == 5)
        }
    }

    @Test(
        "An application that raises is 500, its traceback is logged, and it goes on", .timeLimit(.minutes(5)))
    func failure() throws {
        try withApplication { gateway throws in
            for _ in 0..<2 {
                #expect(try gateway.get("/fail").status == 500)
                #expect(try gateway.get("/").status == 200)
            }
            #expect(gateway.hasLogged("RuntimeError: the application has failed"))
            #expect(gateway.hasLogged("Traceback"))
        }
    }

    @Test("A reload under load fails no request", .timeLimit(.minutes(5)))
    func reload() throws {
        try withApplication("--processes", "2", "--workers", "2") { gateway in
            let crowd = try Crowd(of: 8, at: gateway, isKept: false, requestsEach: nil)
            try crowd.run { crowd.outcomes.count > 50 }
            gateway.signal(.hup)
            try crowd.run { gateway.hasLogged("generation 2 serves") }
            let answered = crowd.outcomes.count
            try crowd.run { crowd.outcomes.count > answered + 50 }
            #expect(crowd.failures == [])
            crowd.stop()
        }
    }

    @Test("A module or callable that is not there is 4, and the log says which", .timeLimit(.minutes(5)))
    func notFound() throws {
        for (target, word) in [
            ("no_such_module:app", "no_such_module"), ("site_app:no_such_name", "no_such_name"),
        ] {
            let (status, _, errors) = try gatewayOutcome(
                "wsgi:\(target)", "--chdir", Build.application("wsgi"), "--bind", "127.0.0.1:0",
                "--processes", "2",
                environment: ["PYTHONDONTWRITEBYTECODE=1"])
            #expect(status == .exited(4), "\(target)")
            #expect(errors.contains(word), "\(target)")
        }
    }

    @Test("A module that cannot be imported is 3, and its traceback is shown", .timeLimit(.minutes(5)))
    func brokenModule() throws {
        let (status, _, errors) = try gatewayOutcome(
            "wsgi:broken_app", "--chdir", Build.application("wsgi"), "--bind", "127.0.0.1:0", "--processes",
            "2",
            environment: ["PYTHONDONTWRITEBYTECODE=1"])
        #expect(status == .exited(3))
        #expect(errors.contains("RuntimeError: the oracle is silent"))
        #expect(errors.contains("broken_app.py\", line 3"))
    }
}
