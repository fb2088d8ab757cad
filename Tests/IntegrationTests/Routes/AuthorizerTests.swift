import Syscalls
import Testing

@Suite("Authorizers", .serialized)
struct AuthorizerTests {
    /// Runs `body` with a server `auth` that is asked first, and one `app` that answers.
    private func withAuthorizer(
        _ more: String = "", app: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, RemoteServers) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "public")
        try TextFile.write("a file", to: folder / "public/file.txt")
        let servers = try RemoteServers(
            ["auth": "unix:\(folder / "auth")", "app": "unix:\(folder / "app")"], in: folder,
            sourceLocation: sourceLocation)
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                access-log: access
                applications:
                  auth: {run: 'fcgi:unix:\(folder / "auth")', processes: 2}
                  app: {run: 'fcgi:unix:\(folder / "app")', processes: 2, param: {REMOTE_USER: nobody, APP: live}}
                routes:
                  - {path: /open/*, application: app}
                  - {path: /*, application: app, authorizer: auth, static: public, timeout: 2}
                  - {path: /login, internal: true, respond: 200, text: log in}
                  - {path: /moved/*, authorizer: auth, redirect: /open}
                \(more)
                """, folder: folder)
        try gateway.use(sourceLocation: sourceLocation) { try body($0, servers) }
    }

    private func ask(
        _ gateway: GatewayProcess, _ ask: String, _ method: String = "GET", _ target: String = "/x?y",
        fields: [String] = [], body: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPResponse {
        try gateway.ask(
            method, target, fields: ["X-Ask: \(ask)"] + fields, body: body, sourceLocation: sourceLocation)
    }

    @Test("What it is asked, and what it adds", .timeLimit(.minutes(5)))
    func allows() throws {
        try withAuthorizer { gateway, servers in
            let response = try ask(
                gateway, "allow",
                fields: [
                    "X-Role: admin", "Remote-User: mallory", "REMOTE_USER: mallory", "Auth-Type: Basic",
                    "Variable-REMOTE_USER: mallory",
                ])
            #expect(response.status == 200 && response["X-Not-For-Clients"] == nil)
            #expect(response.fields.allSatisfy { !$0.name.lowercased().hasPrefix("variable-") })
            for (name, value) in [
                ("server", "app"), ("role", "1"), ("REMOTE_USER", "alice"), ("AUTH_TYPE", "Token"),
                ("HTTP_X_ROLE", "editor"), ("APP", "live"), ("PATH_INFO", "/x"), ("SCRIPT_NAME", ""),
                ("CONTENT_LENGTH", ""), ("HTTP_REMOTE_USER", "mallory"),
            ] { #expect(response.shown(name) == value, "\(name)") }
            // Each variable stands once: libfcgi would take the first, others the last.
            #expect(servers.asked("app").allSatisfy { $0.contains(" twins=0 ") })
            let asked = try #require(servers.asked("auth").first)
            #expect(asked.hasPrefix("asked role=2 body=0 "))
            for name in ["CONTENT_LENGTH", "PATH_INFO", "PATH_TRANSLATED", "SCRIPT_NAME"] {
                #expect(!asked.contains(" \(name)="), "\(asked)")
            }
            for pair in ["REQUEST_METHOD=GET", "REQUEST_URI=/x?y", "QUERY_STRING=y", "HTTP_X_ROLE=admin"] {
                #expect(asked.contains(" \(pair)"), "\(asked)")
            }
            #expect(
                try ask(gateway, "allow", "GET", "/open/..%2fx%2Fy/./z?q").shown("GATEWAY_PATH") == "/x/y/z")
            // Hints before a decision are for nobody; variables of a refusal neither.
            let hinted = try ask(gateway, "hints")
            #expect(hinted.status == 403 && hinted["Variable-SECRET"] == nil)
            // Where it says nothing of a user, there is none but the application's own.
            #expect(try ask(gateway, "allow-bare").shown("REMOTE_USER") == "nobody")
            #expect(try ask(gateway, "split").shown("REMOTE_USER") == "bob")
            #expect(try ask(gateway, "", "GET", "/open/x").shown("AUTH_TYPE") == nil)
            #expect(try ask(gateway, "allow", "GET", "/file.txt").text == "a file")
            #expect(try ask(gateway, "allow", "GET", "/moved/x")["Location"] == "/open")
            #expect(try ask(gateway, "allow", "HEAD").body.isEmpty)
        }
    }

    @Test(
        "What it refuses is what the client gets, and the application hears nothing", .timeLimit(.minutes(5)))
    func denies() throws {
        try withAuthorizer { gateway, servers in
            for path in ["/x", "//x", "/file.txt", "//file.txt", "/moved/x", "/open/../x", "/%6fpen/../x"] {
                let denied = try ask(gateway, "deny", "GET", path)
                #expect(denied.status == 403 && denied.text == "no entry" && denied["X-Reason"] == "closed")
                #expect(denied.reason == "No")
            }
            let challenge = try ask(gateway, "challenge", "POST", "/x", body: "body")
            #expect(challenge.status == 401 && challenge["WWW-Authenticate"] == "Basic realm=\"x\"")
            #expect(challenge.text == "who are you")
            #expect(try ask(gateway, "deny", "HEAD").status == 403)
            let away = try ask(gateway, "away")
            #expect(away.status == 302 && away["Location"] == "https://login.example/")
            let inside = try ask(gateway, "inside", "POST", "/x", body: "body")
            #expect(inside.status == 200 && inside.text == "log in")
            #expect(servers.asked("app").isEmpty)
        }
    }

    @Test("An answer that breaks off grants nothing", .timeLimit(.minutes(5)))
    func breaksOff() throws {
        try withAuthorizer { gateway, servers in
            for way in ["nothing", "cut", "cut-in-head", "garbage", "taken-back"] {
                for (method, path) in [("GET", "/x"), ("POST", "/x"), ("GET", "/file.txt")] {
                    let response = try ask(gateway, way, method, path, body: method == "POST" ? "x" : nil)
                    #expect(response.status == 502, "\(way) \(method) \(path)")
                }
                #expect(try ask(gateway, "allow").status == 200, "after \(way)")
            }
            #expect(try ask(gateway, "hang").status == 504)
            #expect(gateway.hasLogged("no answer within 2 s", "GET /x?y"))
            #expect(servers.asked("app").count == 5)
            servers.kill()
            #expect(try ask(gateway, "allow").status == 502)
        }
    }

    @Test("A body reaches the application whole, and the authorizer sees none of it", .timeLimit(.minutes(5)))
    func body() throws {
        try withAuthorizer { gateway, servers in
            let client = try gateway.connect()
            // Kept, pipelined, with what is granted and what is not in turn.
            let bodies = [0, 1, 70_000, 900_000].map { String(repeating: "b", count: $0) }
            for body in bodies {
                for way in ["allow", "deny", "split"] {
                    client.send(
                        GatewayProcess.request(
                            "POST", "/\(body.utf8.count)", fields: ["X-Ask: \(way)"], body: body))
                }
            }
            for body in bodies {
                for expected in [200, 403, 200] {
                    let response = try client.receive()
                    #expect(response.status == expected)
                    guard expected == 200 else { continue }
                    #expect(response.shown("body")?.hasPrefix("\(body.utf8.count) ") == true)
                    #expect(response.shown("PATH_INFO") == "/\(body.utf8.count)")
                    #expect(response.shown("CONTENT_LENGTH") == "\(body.utf8.count)")
                }
            }
            client.send(
                "POST /chunked HTTP/1.1\r\nHost: a\r\nX-Ask: allow\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nhello\r\n0\r\n\r\n")
            #expect(try client.receive().shown("CONTENT_LENGTH") == "5")
            #expect(servers.asked("auth").allSatisfy { $0.hasPrefix("asked role=2 body=0 ") })
            #expect(servers.asked("auth").count == 13 && servers.asked("app").count == 9)
        }
    }

    @Test("A client that leaves meanwhile leaves nothing behind", .timeLimit(.minutes(5)))
    func clientLeaves() throws {
        try withAuthorizer { gateway, servers in
            for round in 1...3 {
                let client = try gateway.connect()
                let gate = gateway.folder / "gate-\(round)"
                client.send(GatewayProcess.request("GET", "/left?gate=\(gate)", fields: ["X-Ask: allow"]))
                try eventually("it is asked") { servers.asked("auth").count == round }
                client.reset()
                try eventually("the gateway knows") {
                    TextFile.read(gateway.folder / "access").lines.count { $0.contains(" 499 ") } == round
                }
                try TextFile.write("", to: gate)
            }
            // Both places of the authorizer are there again.
            let clients = try (0..<4).map { _ in try gateway.connect() }
            for client in clients {
                client.send(GatewayProcess.request("GET", "/x", fields: ["X-Ask: allow"]))
            }
            for client in clients { #expect(try client.receive().shown("REMOTE_USER") == "alice") }
            #expect(servers.asked("app").allSatisfy { !$0.contains("/left") })
        }
    }

    @Test("Time at the authorizer is no time in the queue", .timeLimit(.minutes(5)))
    func queue() throws {
        try withAuthorizer("  - {path: /slow/*, application: app, authorizer: auth, queue-timeout: 3}") {
            gateway, servers in
            // Both places of the application are taken.
            let holders = try (0..<2).map { _ in try gateway.connect() }
            for holder in holders {
                holder.send(GatewayProcess.request("GET", "/open/x?gate=\(gateway.folder / "held")"))
            }
            let client = try gateway.connect()
            client.send(
                GatewayProcess.request(
                    "GET", "/slow/x?gate=\(gateway.folder / "asked")", fields: ["X-Ask: allow"]))
            try eventually("it is asked") {
                servers.asked("auth").count == 1 && servers.asked("app").count == 2
            }
            let since = Clock.monotonicMilliseconds()
            try eventually("more than its time in a queue is over") {
                Clock.monotonicMilliseconds() > since + 3200
            }
            try TextFile.write("", to: gateway.folder / "asked")
            // In the queue by now, where it has three seconds.
            try TextFile.write("", to: gateway.folder / "held")
            #expect(try client.receive().shown("REMOTE_USER") == "alice")
            for holder in holders { #expect(try holder.receive().status == 200) }
        }
    }

    @Test("A WSGI application as an authorizer", .timeLimit(.minutes(5)))
    func wsgi() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            """
            def app(environ, start_response):
                assert "CONTENT_LENGTH" not in environ and environ["wsgi.input"].read() == b""
                if environ.get("HTTP_X_KEY") == "sesame":
                    start_response("200 OK", [("Variable-REMOTE_USER", "ali")])
                else:
                    start_response("403 Forbidden", [("Content-Type", "text/plain")])
                return [b"closed"]
            """, to: folder / "door.py")
        let servers = try RemoteServers(["app": "unix:\(folder / "app")"], in: folder)
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                applications:
                  door: {run: wsgi:door:app, processes: 1}
                  app: {run: 'fcgi:unix:\(folder / "app")'}
                routes:
                  - {application: app, authorizer: door}
                """, folder: folder)
        try gateway.use { gateway in
            let closed = try gateway.ask("POST", "/x", body: "body")
            #expect(closed.status == 403 && closed.text == "closed")
            let open = try gateway.ask("POST", "/x", fields: ["X-Key: sesame"], body: "body")
            #expect(open.shown("REMOTE_USER") == "ali" && open.shown("body")?.hasPrefix("4 ") == true)
        }
        withExtendedLifetime(servers) {}
    }
}
