import Syscalls
import Testing

@Suite("Routes", .serialized)
struct RouteTests {
    /// Runs `body` with one server for each of the applications `a`, `b` and `c`.
    private func withRoutes(
        _ file: String, prepare: (TemporaryFolder) throws -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, RemoteServers) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        try prepare(folder)
        let servers = try RemoteServers(
            ["a": "unix:\(folder / "a")", "b": "unix:\(folder / "b")", "c": "unix:\(folder / "c")"],
            in: folder,
            sourceLocation: sourceLocation)
        let applications = ["a", "b", "c"].map { "  \($0): {run: 'fcgi:unix:\(folder / $0)'}\n" }.joined()
        let gateway = try GatewayProcess(
            file: "workers: 1\napplications:\n\(applications)\(file)", folder: folder)
        try gateway.use(sourceLocation: sourceLocation) { try body($0, servers) }
    }

    @Test("A question about the whole server is answered where no route is for it", .timeLimit(.minutes(5)))
    func serverWide() throws {
        for (routes, status) in [
            ("{path: /*, respond: 200}", 204), ("{path: /*, static: .}", 204),
            ("{path: '*', respond: 202}", 202),
        ] {
            try GatewayProcess(file: "workers: 1\nroutes:\n  - \(routes)\n", folder: TemporaryFolder()).use {
                let client = try $0.connect()
                client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.receive()
                #expect(answer.status == status && answer["Content-Type"] == nil)
                #expect(try client.receive().status != 204)
            }
        }
    }

    @Test(
        "By host, path, method and field; the closest one wins; what no route is for is 404",
        .timeLimit(.minutes(5)))
    func closest() throws {
        try withRoutes(
            """
            routes:
              - {path: /x/*, application: a}
              - {path: /x/special, application: b}
              - {path: /x/special/*, application: c}
              - {host: shop.example.org, application: a}
              - {host: "*.example.org", path: /, application: b}
              - {path: /m, method: [POST, PUT], application: a}
              - {path: /m, application: b}
              - {path: /f, headers: {X-Beta: "1"}, application: a}
              - {path: /f, headers: {X-Beta: "!"}, application: b}
              - {path: /f, headers: {X-Beta: "1", X-More: "*"}, application: c}
            """
        ) { gateway, _ in
            for (host, path, expected) in [
                ("a", "/x/1", "a"), ("a", "/x", "a"), ("a", "/x/special", "b"), ("a", "/x/special/y", "c"),
                ("a", "/x/special/", "c"), ("a", "/x//special", "b"), ("a", "//x///special//y", "c"),
                ("a", "/x/%73pecial", "b"), ("a", "/x/y/../special", "b"),
                ("a", "/x/./y/%2e%2e/special", "b"),
                ("a", "/x%2Fspecial", "b"), ("a", "/xx", nil), ("a", "/", nil), ("a", "/X/1", nil),
                ("shop.example.org", "/anything", "a"), ("SHOP.Example.Org", "/", "a"),
                ("shop.example.org:8080", "/x/special", "a"), ("shop.example.org.", "/", "a"),
                ("shop.example.org.:80", "/", "a"), ("other.example.org", "/", "b"),
                ("A.B.EXAMPLE.ORG:1", "/", "b"),
                ("example.org", "/", nil), ("evilexample.org", "/", nil), ("shop.example.org.evil", "/", nil),
                ("[::1]:80", "/x/1", "a"),
            ] as [(String, String, String?)] {
                let response = try gateway.ask("GET", path, host: host)
                #expect(response.shown("server") == expected, "\(host)\(path)")
                #expect(response.status == (expected == nil ? 404 : 200), "\(host)\(path)")
            }
            for (method, expected) in [
                ("POST", "a"), ("PUT", "a"), ("GET", "b"), ("POSTS", "b"), ("DELETE", "b"),
            ] {
                #expect(try gateway.ask(method, "/m").shown("server") == expected, "\(method)")
            }
            for (fields, expected) in [
                (["X-Beta: 1"], "a"), ([], "b"), (["X-Beta: 2"], nil), (["x-beta:1", "X-More: z"], "c"),
                (["X_Beta: 1"], "b"), (["X-Beta: 1", "X-Beta: 1"], nil),
            ] as [([String], String?)] {
                #expect(try gateway.ask("GET", "/f", fields: fields).shown("server") == expected, "\(fields)")
            }
            // The authority of an absolute target replaces Host.
            let absolute = try gateway.ask("GET", "http://shop.example.org/q", host: "a")
            #expect(absolute.shown("server") == "a")
            #expect(try gateway.ask("OPTIONS", "*").status == 204)
            #expect(try gateway.ask("GET", "/../x/1").status == 400)
        }
    }

    @Test(
        "strip-prefix divides the path, rewrite changes it, and neither can be stepped out of",
        .timeLimit(.minutes(5)))
    func paths() throws {
        try withRoutes(
            """
            routes:
              - {path: /strip/*, application: a, strip-prefix: true}
              - {path: /rewrite/*, application: a, rewrite: /new}
              - {path: /slash/*, application: a, rewrite: /}
              - {path: /part*, application: a, rewrite: /new/}
              - {path: /plain/*, application: a}
            """
        ) { gateway, _ in
            for (path, script, info) in [
                ("/strip/x/y", "/strip", "/x/y"), ("/strip/", "/strip", "/"), ("/strip", "/strip", ""),
                ("/strip//x", "/strip", "//x"), ("//strip/x", "/strip", "/x"),
                ("/strip/a%2Fb%20c", "/strip", "/a/b c"),
                ("/strip/x/../y", "/strip", "/y"), ("/rewrite/x", "", "/new/x"), ("/rewrite", "", "/new"),
                ("/rewrite//x", "", "/new//x"), ("/slash/x", "", "/x"), ("/slash", "", "/"),
                ("/slash//x", "", "/x"),
                ("/partial/x", "", "/new/ial/x"), ("/plain/x%3Fy", "", "/plain/x?y"),
                ("/plain", "", "/plain"),
            ] {
                let response = try gateway.ask("GET", path + "?q=%20")
                #expect(response.shown("SCRIPT_NAME") == script, "\(path)")
                #expect(response.shown("PATH_INFO") == info, "\(path)")
                #expect(response.shown("REQUEST_URI") == path + "?q=%20")
                #expect(response.shown("QUERY_STRING") == "q=%20")
            }
            for path in [
                "/strip/../x", "/strip/%2e%2e/x", "/rewrite/..%2Fx", "/part../x", "/part./x",
                "/part%2e%2e%2fx",
            ] {
                #expect(try gateway.ask("GET", path).status == 404, "\(path)")
            }
            for path in ["/strip/../../x", "/strip/%2e%2e/%2E%2E/x", "/strip/x%00y"] {
                #expect(try gateway.ask("GET", path).status == 400, "\(path)")
            }
        }
    }

    @Test("Redirects and fixed answers", .timeLimit(.minutes(5)))
    func answers() throws {
        try withRoutes(
            """
            routes:
              - {path: /old/*, redirect: "/new$rest?$query_string", status: 308}
              - {host: plain.example.org, redirect: "https://$host$request_uri", status: 301}
              - {path: /away/*, redirect: "https://example.org$rest"}
              - {path: /$, redirect: "$scheme://x/$rest"}
              - {path: /slash/*, redirect: "/$rest"}
              - {path: /robots.txt, respond: 200, text: "User-agent: *\\n"}
              - {path: /page, respond: 410, text: "<b>gone</b>", content-type: text/html}
              - {path: /empty, respond: 204}
              - {path: /bare, respond: 503}
            """
        ) { gateway, _ in
            for (host, path, status, location) in [
                ("a", "/old/x/y?a=1&b", 308, "/new/x/y?a=1&b"), ("a", "/old", 308, "/new?"),
                ("a", "/old/%0d%0aX:%20y", 308, "/new/%0D%0AX%3A%20y?"),
                ("a", "/old/a%23b%3Fc", 308, "/new/a%23b%3Fc?"),
                ("plain.example.org:80", "/a%20b?c", 301, "https://plain.example.org/a%20b?c"),
                ("a", "/away/x", 302, "https://example.org/x"), ("a", "/away", 302, "https://example.org/"),
                ("a", "/away//evil.example", 302, "https://example.org/evil.example"),
                ("a", "/away/@evil.example", 302, "https://example.org/%40evil.example"),
                ("a", "/slash//evil.example/", 302, "/evil.example/"),
                ("a", "/slash/%5Cevil", 302, "/%5Cevil"),
                ("a", "/$", 302, "http://x/"),
            ] {
                for method in ["GET", "HEAD", "POST"] {
                    let response = try gateway.ask(
                        method, path, host: host, body: method == "POST" ? "x" : nil)
                    #expect(response.status == status, "\(method) \(path)")
                    #expect(response["Location"] == location, "\(method) \(path)")
                    #expect(response.fields.count { $0.name == "X" } == 0)
                }
            }
            let robots = try gateway.ask("GET", "/robots.txt")
            #expect(robots.status == 200 && robots.text == "User-agent: *\n")
            #expect(robots["Content-Type"] == "text/plain; charset=utf-8")
            let head = try gateway.ask("HEAD", "/robots.txt")
            #expect(head["Content-Length"] == "14" && head.body.isEmpty)
            let page = try gateway.ask("GET", "/page")
            #expect(page.status == 410 && page.text == "<b>gone</b>" && page["Content-Type"] == "text/html")
            let empty = try gateway.ask("GET", "/empty")
            #expect(empty.status == 204 && empty.framing == .none && empty["Content-Type"] == nil)
            #expect(try gateway.ask("GET", "/bare").status == 503)
            // The connection goes on after each of them.
            let client = try gateway.connect()
            for target in ["/robots.txt", "/old/x", "/empty", "/bare"] {
                client.send(GatewayProcess.request("POST", target, body: "body"))
            }
            #expect(try (0..<4).map { _ in try client.receive().status } == [200, 308, 204, 503])
        }
    }

    @Test(
        "An application's redirect reaches an internal route; a client does not, whatever it writes",
        .timeLimit(.minutes(5)))
    func internalRoutes() throws {
        try withRoutes(
            """
            routes:
              - {path: /*, application: a}
              - {path: /secret/*, application: b, internal: true}
              - {path: /only/*, internal: true, respond: 200, text: only}
            """
        ) { gateway, servers in
            for path in [
                "/secret/x", "/secret", "//secret/x", "/secret//x", "/%73ecret/x", "/x/../secret/x",
                "/x/%2e%2e/secret/x",
                "/secret%2Fx", "/./secret/x", "//secret//x", "http://a/secret/x",
            ] {
                #expect(try gateway.ask("GET", path).status == 404, "\(path)")
            }
            for method in ["GET", "POST", "HEAD"] {
                let response = try gateway.ask(
                    method, "/x?y", fields: ["X-Location: /secret/file?z", "Content-Type: text/x"],
                    body: method == "POST" ? "body" : nil)
                #expect(response.status == 200)
                guard method != "HEAD" else { continue }
                #expect(response.shown("server") == "b")
                for (name, value) in [
                    ("REQUEST_METHOD", "GET"), ("PATH_INFO", "/secret/file"), ("QUERY_STRING", "z"),
                    ("REQUEST_URI", "/x?y"), ("CONTENT_LENGTH", ""),
                ] { #expect(response.shown(name) == value, "\(name)") }
                #expect(response.shown("CONTENT_TYPE") == nil)
                #expect(response.shown("body")?.hasPrefix("0 ") == true)
            }
            #expect(try gateway.ask("GET", "/x", fields: ["X-Location: /only/x"]).text == "only")
            // It would go round for ever.
            #expect(try gateway.ask("GET", "/x", fields: ["X-Location: /x", "X-For-Ever: 1"]).status == 502)
            #expect(servers.asked("b").count == 3)
        }
    }

    @Test("Limits of a route", .timeLimit(.minutes(5)))
    func limits() throws {
        try withRoutes(
            """
            routes:
              - {path: /*, application: a}
              - {path: /small/*, application: a, limit-request-body: 10}
              - {path: /quick/*, application: a, timeout: 1}
              - {path: /disk/*, application: a, buffer-memory: 4K}
              - {path: /fixed/*, respond: 200, text: ok, limit-request-body: 3}
            """
        ) { gateway, servers in
            #expect(try gateway.ask("POST", "/small/x", body: "0123456789").status == 200)
            #expect(try gateway.ask("POST", "/small/x", body: "0123456789a").status == 413)
            #expect(try gateway.ask("POST", "//small//x", body: "0123456789a").status == 413)
            #expect(try gateway.ask("POST", "/x", body: "0123456789a").status == 200)
            #expect(try gateway.ask("POST", "/fixed/x", body: "0123").status == 413)
            let chunked = try gateway.connect()
            chunked.send(
                "POST /small/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n"
            )
            #expect(try chunked.receive().status == 413)
            let large = String(repeating: "x", count: 300_000)
            #expect(
                try gateway.ask("POST", "/disk/x", body: large).shown("body")?.hasPrefix("300000 ") == true)
            try servers.set("a", "hang")
            let response = try gateway.ask("GET", "/quick/x")
            #expect(response.status == 504)
            #expect(gateway.hasLogged("no answer within 1 s", "GET /quick/x"))
        }
    }

    @Test("A queue's patience is the route's", .timeLimit(.minutes(5)))
    func queueTimeout() throws {
        let folder = try TemporaryFolder()
        let servers = try RemoteServers(["a": "unix:\(folder / "a")"], in: folder)
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                applications:
                  a: {run: 'fcgi:unix:\(folder / "a")', max-connections: 1}
                routes:
                  - {path: /*, application: a, queue-timeout: 30}
                  - {path: /hurry/*, application: a, queue-timeout: 1}
                """, folder: folder)
        try gateway.use { gateway in
            let (first, patient) = (try gateway.connect(), try gateway.connect())
            first.send(GatewayProcess.request("GET", "/?gate=\(folder / "gate")"))
            try eventually("the server is busy") { servers.asked("a").count == 1 }
            patient.send(GatewayProcess.request("GET", "/patient"))
            let hurried = try gateway.ask("GET", "/hurry/x")
            #expect(hurried.status == 503 && hurried["Retry-After"] != nil)
            #expect(gateway.hasLogged("no free process within 1 s", "GET /hurry/x"))
            #expect(try patient.poll() == nil)
            try TextFile.write("", to: folder / "gate")
            #expect(try first.receive().status == 200)
            #expect(try patient.receive().status == 200)
        }
    }
}
