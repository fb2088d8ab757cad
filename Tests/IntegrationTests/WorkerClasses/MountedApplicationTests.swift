// A program with an application of its own, which a configuration file mounts beside applications in other languages.

import Syscalls
import Testing

@Suite("A Swift application beside others", .serialized)
struct MountedApplicationTests {
    /// Applications in Python, PHP and C, and the program's own as `own`.
    private static func file(own: String = "", routes: String = "", more: String = "") -> String {
        """
        bind: 127.0.0.1:0
        workers: 1
        timeout: 60
        applications:
          page:
            run: wsgi:site_app
            chdir: \(Build.application("wsgi"))
            processes: 1
            env: [PYTHONDONTWRITEBYTECODE=1]
          site: {run: "php:\(Build.application("php"))", processes: 1}
          one: {run: 'exec:./one', processes: 1}
          own: {run: 'swift:self', param: {GREETING: hello}\(own)}
        \(more)
        routes:
          - {path: /page/*, application: page, strip-prefix: true}
          - {path: /site/*, application: site, strip-prefix: true}
          - {path: /one/*, application: one, strip-prefix: true}
          - {path: /own/*, application: own, strip-prefix: true}
        \(routes)
        """
    }

    private func mount(
        _ file: String, _ options: String..., kind: String = "inline",
        program: String = Build.testApplication,
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (GatewayProcess) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        try folder.addResponder("one")
        try TextFile.write("this is no library\n", to: folder / "broken.so")
        try TextFile.write(file, to: folder / GatewayProcess.siteFile)
        try GatewayProcess(
            nil, ["--config", GatewayProcess.siteFile] + options, environment: ["TEST_APPLICATION=\(kind)"],
            folder: folder, program: program
        ).use(sourceLocation: sourceLocation, body)
    }

    @Test("Requests reach each by its route, and one that is broken hurts no other", .timeLimit(.minutes(5)))
    func routes() throws {
        let file = Self.file(
            routes: "  - {path: /broken/*, application: broken}",
            more: "  broken: {run: 'swift:broken.so'}")
        try mount(file) { gateway in
            #expect(try gateway.get("/page/hello").text == "hello from python")
            #expect(try gateway.get("/site/hello.php").text == "hello from php")
            #expect(try gateway.get("/one/pid").status == 200)
            let worker = try gateway.workers[0]
            #expect(try gateway.get("/own/").text == "\(worker)")
            let environ = try gateway.get("/own/environ").text.lines
            #expect(environ.filter { $0.hasPrefix("GREETING=") } == ["GREETING=hello"])
            #expect(environ.contains("SCRIPT_NAME=/own") && environ.contains("PATH_INFO=/environ"))
            #expect(try gateway.get("/broken/x").status == 503)
            #expect(gateway.hasLogged("[error]", "broken: "))
            #expect(try gateway.get("/elsewhere").status == 404)
        }
    }

    @Test("The limits of a route count for it, those of the application elsewhere", .timeLimit(.minutes(5)))
    func limits() throws {
        let file = Self.file(
            own: ", threads: 2, limit-request-body: 10",
            routes: """
                  - {path: /own/short/*, application: own, strip-prefix: true, timeout: 1, limit-request-body: 5}
                """)
        try mount(file) { gateway in
            #expect(try gateway.ask("POST", "/own/short/echo", body: "12345").text == "12345")
            #expect(try gateway.ask("POST", "/own/short/echo", body: "123456").status == 413)
            #expect(try gateway.ask("POST", "/own/echo", body: "1234567890").text == "1234567890")
            #expect(try gateway.ask("POST", "/own/echo", body: "12345678901").status == 413)
            // The loop serves the others while threads of this one application are held.
            let gate = gateway.folder / "gate"
            let late = try gateway.connect()
            late.send("GET /own/short/until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            let patient = try gateway.connect()
            patient.send("GET /own/until?\(gate) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try late.receive().status == 504)
            #expect(try gateway.get("/page/hello").status == 200)
            let waiting = try gateway.connect()
            waiting.send("GET /own/ HTTP/1.1\r\nHost: a\r\n\r\n")
            try gateway.open("gate")
            #expect(try patient.receive().status == 200)
            let worker = try gateway.workers[0]
            #expect(try waiting.receive().text == "\(worker)")
        }
    }

    @Test("A HUP that changes the routes moves it, and leaves processes alone", .timeLimit(.minutes(5)))
    func reload() throws {
        try mount(Self.file()) { gateway in
            let process = try gateway.answeringProcess(of: "one")
            let worker = try gateway.get("/own/").text
            let moved = Self.file(own: ", queue-size: 7")
                .replacing("path: /own/*", with: "path: /moved/*")
            try TextFile.write(moved, to: gateway.folder / GatewayProcess.siteFile)
            let before = gateway.reloads
            gateway.signal(.hup)
            try eventually("the new generation serves") { gateway.reloads == before + 1 }
            #expect(try gateway.get("/own/").status == 404)
            #expect(try gateway.get("/moved/").text != worker)
            #expect(try gateway.answeringProcess(of: "one") == process)
            #expect(try gateway.get("/page/hello").status == 200)
            // Without a change everything is new.
            gateway.signal(.hup)
            try eventually("everything is new") { gateway.reloads == before + 2 }
            #expect(try gateway.answeringProcess(of: "one") != process)
        }
    }

    @Test(
        "As an authorizer it lets through with variables or answers itself, and leaves the body to others",
        .timeLimit(.minutes(5)), arguments: ["inline", "asynchronous"])
    func authorizer(_ kind: String) throws {
        let file = Self.file(
            routes: """
                  - {path: /guarded/*, application: one, authorizer: own, strip-prefix: true}
                  - {path: /twice/*, application: own, authorizer: own, strip-prefix: true}
                """)
        try mount(file, kind: kind) { gateway in
            let shut = try gateway.ask("GET", "/guarded/environ")
            #expect(shut.status == 403 && shut.text == "closed" && shut["x-door"] == "shut")
            #expect(shut["variable-remote_user"] == nil)
            let word = "X-Word: sesame"
            let open = try gateway.ask("GET", "/guarded/environ", fields: [word, "Remote-User: mallory"])
            #expect(open.text.lines.contains("REMOTE_USER=ali") && open["x-door"] == nil)
            let own = try gateway.ask("GET", "/twice/environ", fields: [word]).text.lines
            #expect(own.contains("REMOTE_USER=ali") && own.contains("PATH_INFO=/environ"))
            #expect(!own.contains { $0.hasPrefix("FCGI_ROLE=") })
            let echo = try gateway.ask("POST", "/twice/echo", fields: [word], body: "for the second")
            #expect(echo.text == "for the second")
        }
    }

    @Test(
        "Without a word about it, it answers where no route leads elsewhere; what is internal stays so",
        .timeLimit(.minutes(5)), arguments: [[], ["--preload"]])
    func fallback(_ options: [String]) throws {
        let file = """
            bind: 127.0.0.1:0
            workers: 1
            routes:
              - {path: /fixed, respond: 200, text: fixed}
              - {path: /hidden/*, internal: true, respond: 200}
            """
        let folder = try TemporaryFolder()
        try TextFile.write(file, to: folder / GatewayProcess.siteFile)
        try GatewayProcess(
            nil, ["--config", GatewayProcess.siteFile] + options, environment: [], folder: folder,
            program: Build.testApplication
        ).use { gateway in
            #expect(try gateway.get("/fixed").text == "fixed")
            let worker = try gateway.workers[0]
            #expect(try gateway.get("/anything").text == "\(worker)")
            #expect(try gateway.get("/hidden/x").status == 404)
            #expect(gateway.hookLines.filter { $0 == "build" }.count == 1)
        }
    }

    @Test(
        "A library that cannot be loaded ends a start; who develops sees why in the browser",
        .timeLimit(.minutes(5)))
    func broken() throws {
        let folder = try TemporaryFolder()
        try TextFile.write("this is no library\n", to: folder / "broken.so")
        let library = "swift:" + folder / "broken.so"
        for arguments in [["--bind", "127.0.0.1:0"], ["--check-config"]] {
            let gateway = try GatewayProcess(library, arguments, environment: [], folder: folder)
            defer { gateway.discard() }
            let status = try gateway.process.waitForEnd()
            #expect(status == .exited(4) || status == .exited(3), "\(gateway.log)")
            #expect(gateway.log.contains("broken.so"))
        }
        try withGateway(library, "--reload", folder: folder) { gateway in
            let page = try gateway.get("/")
            #expect(page.status == 500 && page.text.contains("broken.so"))
            try TextFile.write("nor is this\n", to: folder / "broken.so")
            try eventually("the change is seen") { gateway.hasLogged("broken.so' has changed") }
        }
        let missing = try gatewayOutcome("swift:/nowhere/libshop.so")
        #expect(missing.status == .exited(4))
        #expect(missing.errors.contains("cannot read the library '/nowhere/libshop.so' (swift:)"))
        let own = try gatewayOutcome("swift:self")
        #expect(own.status == .exited(2) && own.errors.lines.count == 1)
    }
}
