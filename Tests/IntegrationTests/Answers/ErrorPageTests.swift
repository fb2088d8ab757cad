// Pages of a site's own for errors, and the Server field.

import Syscalls
import Testing

@Suite("Error pages and the Server field", .serialized)
struct ErrorPageTests {
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["lost.html", "sorry.txt", "small.json", "route.html"] {
            try TextFile.write("page \(name)", to: folder / name)
            // A file of the last two seconds has another tag.
            try run("touch", "-d", "2020-02-02T02:02:02Z", folder / name)
        }
        return folder
    }

    private static let general = """
        workers: 1
        error-page: ["404=lost.html", "400,413,502,503=sorry.txt", "405=small.json"]
        applications:
          says: {run: "exec:python3 \(Build.application("says.py"))", processes: 1}
          broken: {run: "exec:false", processes: 1, boot-timeout: 1}

        """

    private static let routes = """
        routes:
          - {path: /say, application: says}
          - {path: /broken, application: broken}
          - {path: /files/*, static: ., strip-prefix: true}
          - {path: /small, application: says, limit-request-body: 3}
          - {path: /mine/*, static: ., strip-prefix: true, error-page: "404=route.html"}
          - {path: /caught/*, application: says, intercept-errors: true}

        """

    @Test("They stand in for the gateway's own errors, with the fields of those", .timeLimit(.minutes(5)))
    func ownErrors() throws {
        try GatewayProcess(file: Self.general + Self.routes, folder: folder()).use { gateway in
            try eventually("the broken application is given up", within: 60) {
                gateway.hasLogged("broken: failed")
            }
            let html = "text/html; charset=utf-8"
            let plain = "text/plain; charset=utf-8"
            for (head, status, page, type) in [
                ("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, "lost.html", html),
                ("GET /files/none HTTP/1.1\r\nHost: a\r\n\r\n", 404, "lost.html", html),
                ("GET /mine/none HTTP/1.1\r\nHost: a\r\n\r\n", 404, "route.html", html),
                ("POST /mine/lost.html HTTP/1.1\r\nHost: a\r\n\r\n", 405, "small.json", "application/json"),
                ("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n", 503, "sorry.txt", plain),
                ("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n", 413, "sorry.txt", plain),
                // Before a route is known.
                ("GET / HTTP/1.1\r\n\r\n", 400, "sorry.txt", plain),
                ("GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "sorry.txt", plain),
                ("nonsense\r\n\r\n", 400, "sorry.txt", plain),
                ("GET \(Saying(status: "x").target) HTTP/1.1\r\nHost: a\r\n\r\n", 502, "sorry.txt", plain),
            ] {
                let client = try gateway.connect()
                client.send(head)
                let response = try client.receive()
                #expect(response.status == status, "\(head)")
                #expect(response.text == "page \(page)", "\(head)")
                #expect(response["Content-Type"] == type, "\(head)")
                #expect((response["Retry-After"] != nil) == (status == 503), "\(head)")
                #expect(response["Allow"] == (status == 405 ? "GET, HEAD, OPTIONS" : nil), "\(head)")
            }
            let head = try gateway.ask("HEAD", "/nothing")
            #expect(head.status == 404 && head["Content-Length"] == "14" && head.body.isEmpty)
            // What has no page is the gateway's own; an application's answers are its own.
            let other = try gateway.ask("POST", "/say", fields: ["Expect: x"], body: "x")
            #expect(other.status == 417 && other.text.contains("417"))
            let own = try gateway.ask(Saying(status: "404 x", lines: ["Content-Type: a/b"], body: "own"))
            #expect(own.status == 404 && own.text == "own")
        }
    }

    @Test(
        "A range that a file does not have gets its page and the file's length; every answer about a file names the request",
        .timeLimit(.minutes(5)))
    func ranges() throws {
        let file = """
            workers: 1
            return-request-id: true
            applications:
              says: {run: "exec:python3 \(Build.application("says.py"))", processes: 1}
            routes:
              - {path: /say, application: says}
              - {path: /files/*, static: ., strip-prefix: true, error-page: "416=sorry.txt"}
              - {path: /plain/*, static: ., strip-prefix: true}

            """
        try GatewayProcess(file: file, folder: folder()).use { gateway in
            for (path, text) in [("/files/lost.html", "page sorry.txt"), ("/plain/lost.html", "")] {
                let client = try gateway.connect()
                for _ in 0..<2 {
                    client.send("GET \(path) HTTP/1.1\r\nHost: a\r\nRange: bytes=14-\r\n\r\n")
                    let response = try client.receive()
                    #expect(response.status == 416 && response.text == text)
                    #expect(response["Content-Range"] == "bytes */14")
                    #expect(response["Content-Type"] == (text.isEmpty ? nil : "text/plain; charset=utf-8"))
                    #expect(response["X-Request-ID"]?.utf8.count == 16)
                }
                let options = try gateway.ask("OPTIONS", path)
                #expect(options.status == 204 && options["X-Request-ID"]?.utf8.count == 16)
                let whole = try gateway.ask("GET", path)
                #expect(whole.status == 200 && whole["X-Request-ID"]?.utf8.count == 16)
                let known = try gateway.ask(
                    "GET", path, fields: ["If-None-Match: \(try #require(whole["ETag"]))"])
                #expect(known.status == 304 && known["X-Request-ID"]?.utf8.count == 16)
            }
        }
    }

    @Test(
        "--intercept-errors: an application's errors too, with what a client has to know",
        .timeLimit(.minutes(5)),
        arguments: AnswerPath.allCases)
    func intercepted(_ way: AnswerPath) throws {
        let folder = try folder()
        try way.withApplication(
            [
                "--intercept-errors", "--error-page", "401,404,500=lost.html", "--access-log",
                folder / "access", "--access-log-format", "json",
            ], folder: folder
        ) { gateway in
            let lines = [
                "Content-Type: text/x", "WWW-Authenticate: Basic realm=\"x\"", "Set-Cookie: a=b",
                "Retry-After: 3",
                "X-Secret: trace", "Content-Length: 50000", "Last-Modified: x", "ETag: \"a\"",
                "Content-Encoding: br",
            ]
            let client = try gateway.connect()
            for status in ["401 Unauthorized", "404 x", "500 x"] {
                for method in ["GET", "HEAD"] {
                    let saying = Saying(status: status, lines: lines, body: "trace*10000")
                    client.send("\(method) \(saying.target) HTTP/1.1\r\nHost: a\r\n\r\n")
                    let response = try client.receive(toHead: method == "HEAD")
                    #expect("\(response.status)" == status.prefix(3))
                    #expect(response.text == (method == "HEAD" ? "" : "page lost.html"))
                    #expect(response["Content-Length"] == "14")
                    #expect(response["Content-Type"] == "text/html; charset=utf-8")
                    #expect(
                        response["WWW-Authenticate"] == "Basic realm=\"x\"" && response["Set-Cookie"] == "a=b"
                    )
                    #expect(response["Retry-After"] == "3")
                    for name in ["X-Secret", "Last-Modified", "ETag", "Content-Encoding"] {
                        #expect(response[name] == nil, "\(name)")
                    }
                }
            }
            for status in ["403 Forbidden", "200 OK", "302 Found"] {
                let saying = Saying(status: status, lines: ["X-Own: 1"], body: "own")
                client.send("GET \(saying.target) HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try client.receive()
                #expect(response.text == "own" && response["X-Own"] == "1")
            }
            try eventually("all are logged") { TextFile.read(folder / "access").lines.count == 9 }
            for line in try LoggedLine.all(in: folder / "access") {
                #expect(line.number("application_head_us") != nil, "\(line)")
            }
        }
    }

    @Test("A reload reads them anew; one that cannot be read changes nothing", .timeLimit(.minutes(5)))
    func reload() throws {
        let folder = try folder()
        let gateway = try GatewayProcess(file: Self.general + Self.routes, folder: folder)
        try gateway.use { gateway in
            #expect(try gateway.get("/nothing").text == "page lost.html")
            try TextFile.write("another", to: folder / "lost.html")
            #expect(try gateway.get("/nothing").text == "page lost.html")
            gateway.signal(.hup)
            try eventually("the page has changed") { try gateway.get("/nothing").text == "another" }
            Files.remove(folder / "lost.html")
            gateway.signal(.hup)
            try eventually("the log says why") { gateway.hasLogged("lost.html", "error-page") }
            #expect(try gateway.get("/nothing").text == "another")
        }
    }

    @Test(
        "What cannot be a page is one clear line at the start and for --check-config", .timeLimit(.minutes(5))
    )
    func mistakes() throws {
        let folder = try folder()
        try run("truncate", "-s", "1048577", folder / "large.html")
        for (value, code, words) in [
            ("404=\(folder / "none.html")", 1, "none.html' (--error-page): open: No such file"),
            ("404=\(folder.path)", 1, "(--error-page): it is a folder: name a file in it"),
            ("404=\(folder / "large.html")", 1, "it has more than 1M"),
            ("404", 2, "write STATUS=FILE"), ("=x", 2, "write STATUS=FILE"), ("404=", 2, "write STATUS=FILE"),
            ("200=x", 2, "from 400 to 599"), ("404,=x", 2, "from 400 to 599"),
            ("600=x", 2, "from 400 to 599"),
        ] {
            for question in [["--check-config"], []] {
                let arguments = ["exec:sleep 9", "--error-page", value, "--bind", "127.0.0.1:0"] + question
                let (status, output, errors) = try outcome(of: [Build.gateway] + arguments)
                #expect(status == .exited(code), "\(value)")
                #expect(errors.contains(words) && errors.lines.count == 1, "\(errors)")
                #expect(output.isEmpty)
            }
        }
        // In a route it is named with its place.
        try TextFile.write(
            Self.general + Self.routes.replacing("route.html", with: "none.html"), to: folder / "site.yaml")
        let (status, _, errors) = try outcome(
            of: [Build.gateway, "--config", "site.yaml", "--check-config"], [], folder.path)
        #expect(status == .exited(1))
        #expect(errors.contains("none.html' (site.yaml:11: error-page): open: No such file"), "\(errors)")
    }

    @Test(
        "Server says what is set, or nothing; an application's own takes its place", .timeLimit(.minutes(5)))
    func server() throws {
        for (options, expected) in [
            ([], "gateway"), (["--server-header", "shop/1.0 (blue)"], "shop/1.0 (blue)"),
            (["--server-header", "off"], nil),
        ] as [([String], String?)] {
            for way in [AnswerPath.fastCGI, .handler] {
                try way.withApplication(options) { gateway in
                    for _ in 0..<2 {
                        let own = try gateway.ask(Saying(lines: ["X: y"], body: "x"))
                        #expect(own["Server"] == expected && own["Date"] != nil)
                        let error = try gateway.ask(Saying(status: "999999", lines: [" "], body: "x"))
                        #expect(error.status == 502 && error["Server"] == expected && error["Date"] != nil)
                        let theirs = try gateway.ask(Saying(lines: ["Server: own"], body: "x"))
                        #expect(theirs["Server"] == "own" && theirs["Date"] != nil)
                        let dated = try gateway.ask(Saying(lines: ["Date: then"], body: "x"))
                        #expect(dated["Server"] == expected && dated["Date"] == "then")
                    }
                }
            }
        }
    }
}
