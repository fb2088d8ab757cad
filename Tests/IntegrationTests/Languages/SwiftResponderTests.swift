import Syscalls
import Testing

/// A program with a Swift application, started by spawn-fcgi.
private final class SpawnedResponder {
    let folder: TemporaryFolder
    let socket: String
    let process: StartedProcess
    private let errors: OwnedDescriptor

    init(_ kind: String = "table", threads: Int = 2) throws {
        folder = try TemporaryFolder()
        socket = folder / "fcgi.socket"
        errors = try Files.temporary(in: "/tmp")
        // `-n` stays in the foreground, so that the process is ours to end.
        process = try StartedProcess(
            ["spawn-fcgi", "-n", "-s", socket, "--", Build.testApplication, "--threads", "\(threads)"],
            environment: ["TEST_APPLICATION=\(kind)", "CALL_LOG=\(folder / "calls")"],
            output: errors.number, errors: errors.number)
        try eventually("it listens") { Files.status(socket) != nil }
    }

    deinit { process.kill() }

    var log: String { (try? TextFile.read(errors)) ?? "" }
    var calls: [String] { TextFile.read(folder / "calls").lines }
}

/// A web server in front of a responder.
private enum WebServer: String, CaseIterable {
    case nginx, lighttpd

    /// Starts it.
    ///
    /// - Returns: Its process, and the port where it listens.
    func start(before responder: SpawnedResponder) throws -> (StartedProcess, UInt16) {
        let folder = responder.folder
        let file = folder / rawValue
        // The port is free until the server binds it, and somebody may be quicker: then it is another one's turn.
        for _ in 0..<5 {
            let port = try freePort()
            try TextFile.write(configuration(port, responder), to: file)
            let process = try StartedProcess(
                self == .nginx ? ["nginx", "-c", file] : ["lighttpd", "-D", "-f", file])
            try eventually("\(rawValue) listens") { isOpen(port) || process.status != nil }
            if process.status == nil { return (process, port) }
        }
        throw MissingTool(name: rawValue)
    }

    private func configuration(_ port: UInt16, _ responder: SpawnedResponder) throws -> String {
        let folder = responder.folder.path
        switch self {
        case .lighttpd:
            return """
                server.modules = ("mod_fastcgi")
                server.document-root = "\(folder)"
                server.errorlog = "\(folder)/lighttpd.log"
                server.bind = "127.0.0.1"
                server.port = \(port)
                server.http-parseopts = ("url-normalize" => "disable")
                fastcgi.server = ("/" => (("socket" => "\(responder.socket)",
                    "check-local" => "disable", "fix-root-scriptname" => "enable")))

                """
        case .nginx:
            let names = [
                ("REQUEST_METHOD", "$request_method"), ("REQUEST_URI", "$request_uri"), ("PATH_INFO", "$uri"),
                ("QUERY_STRING", "$query_string"), ("SCRIPT_NAME", "\"\""), ("CONTENT_TYPE", "$content_type"),
                ("CONTENT_LENGTH", "$content_length"),
            ]
            let parameters = names.map { "fastcgi_param \($0) \($1);" }.joined(separator: "\n")
            let places = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"]
                .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: "\n")
            return """
                daemon off;
                user \(try run("id", "-un").trimmed) \(try run("id", "-gn").trimmed);
                pid \(folder)/nginx.pid;
                error_log \(folder)/nginx.log;
                events {}
                http {
                \(places)
                access_log off;
                upstream application { server unix:\(responder.socket); keepalive 1; }
                server {
                listen 127.0.0.1:\(port);
                client_max_body_size 8m;
                location / { fastcgi_pass application; fastcgi_keep_conn on;
                \(parameters)
                } } }

                """
        }
    }
}

@Suite("A Swift program as a FastCGI responder", .serialized)
struct SwiftResponderTests {
    /// Runs `body` with the port of a web server before a responder.
    private func serve(
        _ server: WebServer, _ kind: String = "table", _ body: (SpawnedResponder, UInt16) throws -> Void
    ) throws {
        let responder = try SpawnedResponder(kind)
        let (process, port) = try server.start(before: responder)
        defer {
            process.signal(.term)
            _ = try? process.waitForEnd()
            process.kill()
        }
        try body(responder, port)
        responder.process.signal(.term)
        #expect(try responder.process.waitForEnd(within: 10) == .exited(0))
    }

    @Test(
        "What every language is asked, behind a web server", .timeLimit(.minutes(5)),
        arguments: ["nginx", "lighttpd"], ["table", "asynchronous-table"])
    func requests(_ server: String, _ kind: String) throws {
        try serve(#require(WebServer(rawValue: server)), kind) { _, port in
            try RequestTable.ask(port: port)
            let client = try HTTPClient(port: port)
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            let empty = try client.receive()
            #expect(empty.status == 204)
            #expect(empty.body.isEmpty)
            // What would split the answer is not passed on.
            client.send("GET /malformed HTTP/1.1\r\nHost: a\r\n\r\n")
            let malformed = try client.receive()
            #expect(malformed.status == 500)
            #expect(malformed["X-Forged"] == nil)
        }
    }

    @Test("The same program serves the same by itself", .timeLimit(.minutes(5)))
    func server() throws {
        for kind in ["table", "asynchronous-table"] {
            try withApplication(kind) { gateway in try RequestTable.ask(port: gateway.port) }
        }
    }

    @Test("With two threads it answers two requests at once", .timeLimit(.minutes(5)))
    func threads() throws {
        try serve(.lighttpd) { responder, port in
            let gate = responder.folder / "gate"
            let clients = try (0..<2).map { _ in try HTTPClient(port: port) }
            for client in clients { client.send("GET /until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n") }
            try eventually("both have arrived") { responder.calls.count == 2 }
            try TextFile.write("", to: gate)
            for client in clients {
                #expect(try client.receive().text == "\(responder.process.pid)")
            }
        }
    }

    @Test("TERM ends it when what it has begun is answered; a second one at once", .timeLimit(.minutes(5)))
    func termination() throws {
        for isPatient in [true, false] {
            try serve(.lighttpd) { responder, port in
                let gate = responder.folder / "gate"
                let client = try HTTPClient(port: port)
                client.send("GET /until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
                try eventually("it has begun") { responder.calls.count == 1 }
                responder.process.signal(.term)
                // It blocks its signals and reads them.
                try eventually("it has read the signal") {
                    TextFile.read("/proc/\(responder.process.pid)/status").lines.contains(
                        "ShdPnd:\t0000000000000000")
                }
                #expect(responder.process.status == nil)
                if isPatient {
                    try TextFile.write("", to: gate)
                    #expect(try client.receive().text == "\(responder.process.pid)")
                } else {
                    responder.process.signal(.term)
                }
                #expect(try responder.process.waitForEnd(within: 10) == .exited(0))
            }
        }
    }

    @Test(
        "An idle one ends at once, on whichever signal", .timeLimit(.minutes(5)),
        arguments: [Signal.term, .usr1, .int, .quit])
    func idle(_ signal: Signal) throws {
        try serve(.nginx) { responder, port in
            let client = try HTTPClient(port: port)
            client.send("GET /lines HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().status == 200)
            responder.process.signal(signal)
            #expect(try responder.process.waitForEnd(within: 10) == .exited(0))
        }
    }

    @Test("What cannot be served is one line and the exit code of a server", .timeLimit(.minutes(5)))
    func mistakes() throws {
        for (kind, code, words) in [
            ("missing", 4, "nobody has written it"), ("failing", 3, "could not be built"),
            ("tiny", 4, "--worker-class tiny"),
        ] {
            let responder = try SpawnedResponder(kind)
            #expect(try responder.process.waitForEnd() == .exited(code))
            #expect(responder.log.contains(words), "\(responder.log)")
        }
        let responder = try SpawnedResponder(threads: 0)
        #expect(try responder.process.waitForEnd() == .exited(2))
        #expect(responder.log.contains("--threads"), "\(responder.log)")
    }

    @Test("Behind a gateway it is any FastCGI program, also while that is reloaded", .timeLimit(.minutes(5)))
    func reload() throws {
        let command = "exec:'\(Build.testApplication)' --threads 2"
        try withGateway(
            command, "--processes", "2", "--workers", "2", environment: ["TEST_APPLICATION=table"]
        ) { gateway in
            let crowd = try Crowd(of: 8, at: gateway, isKept: false, requestsEach: nil) { client, number in
                "/lines/\(client)/\(number)"
            }
            try crowd.run { crowd.outcomes.count > 50 }
            gateway.signal(.hup)
            try crowd.run { gateway.hasLogged("generation 2 serves") }
            let answered = crowd.outcomes.count
            try crowd.run { crowd.outcomes.count > answered + 50 }
            #expect(crowd.failures == [])
            crowd.stop()
        }
    }
}
