import Syscalls
import Testing

/// How PHP runs.
private enum Interpreter: String, CaseIterable {
    case cgi, fpm
}

@Suite("A PHP site laid out as WordPress is", .serialized)
struct WordPressTests {
    /// Runs `body` with a gateway in front of a copy of the site.
    private func serve(
        _ interpreter: Interpreter, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        let site = try LanguageApplication.copyOfSite(folder)
        let fpm = interpreter == .fpm ? try PHPFPM(in: folder) : nil
        let application = fpm.map { "fcgi:unix:\($0.socket)" } ?? "php:\(site)"
        let options = fpm == nil ? [] : ["--root", site]
        try GatewayProcess(
            application, options + ["--processes", "2"], environment: [], folder: folder
        ).use(sourceLocation: sourceLocation) { gateway in
            try eventually("it answers", sourceLocation: sourceLocation) {
                try gateway.get("/").text == "the front page"
            }
            try body(gateway)
        }
        withExtendedLifetime(fpm) {}
    }

    @Test("What every language is asked", .timeLimit(.minutes(5)))
    func requests() throws {
        try serve(.fpm) { gateway in
            try RequestTable.ask(port: gateway.port)
            try RequestTable.askForStream(port: gateway.port, gate: gateway.folder / "gate")
        }
    }

    @Test("Pretty addresses, scripts, files, and what is nobody's business", .timeLimit(.minutes(5)))
    func addresses() throws {
        for interpreter in Interpreter.allCases {
            try serve(interpreter) { gateway in
                for (target, text) in [
                    ("/2026/11/hello-world/", "post hello-world of 2026-11"),
                    ("/2026/11/gr%C3%BC%C3%9Fe/?page=2", "post grüße of 2026-11"),
                    ("/index.php/2026/11/hello-world/", "post hello-world of 2026-11"),
                    ("/wp-login.php", "who are you?"),
                    ("/wp-content/themes/plain/style.css", "body { color: black }\n"),
                    ("/wp-config.php", ""), ("/wp-content/", ""), ("/wp-includes/answers.php", ""),
                ] {
                    let answer = try gateway.get(target)
                    #expect(answer.status == 200, "\(interpreter) \(target)")
                    #expect(answer.text == text, "\(interpreter) \(target)")
                }
                for (target, status, location) in [
                    ("/2026/11/hello-world", 301, "/2026/11/hello-world/"), ("/wp-admin", 301, "/wp-admin/"),
                    ("/wp-admin/", 302, "/wp-login.php?redirect_to=%2Fwp-admin%2F"),
                ] {
                    let answer = try gateway.get(target)
                    #expect(answer.status == status, "\(interpreter) \(target)")
                    #expect(answer["Location"] == location, "\(interpreter) \(target)")
                }
                #expect(try gateway.get("/no/such/page").text == "nothing is at /no/such/page")
                #expect(try gateway.get("/no/such/page").status == 404)
                #expect(try gateway.get("/wp-content/uploads/.gitkeep").status == 403)
            }
        }
    }

    @Test("Logging in, and an upload that is served as it came", .timeLimit(.minutes(5)))
    func administration() throws {
        for interpreter in Interpreter.allCases {
            try serve(interpreter) { gateway in
                let client = try gateway.connect()
                let form = "log=J%C3%BCrgen&redirect_to=%2Fwp-admin%2F"
                client.send(
                    "POST /wp-login.php HTTP/1.1\r\nHost: a\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: \(form.utf8.count)\r\n\r\n\(form)")
                let login = try client.receive()
                #expect(login.status == 302)
                #expect(login["Location"] == "/wp-admin/")
                let cookie = try #require(login["Set-Cookie"]?.split(separator: ";").first)
                client.send("GET /wp-admin/ HTTP/1.1\r\nHost: a\r\nCookie: \(cookie)\r\n\r\n")
                #expect(try client.receive().text == "the dashboard of Jürgen")

                let file = gateway.folder / "picture.png"
                try run("dd", "if=/dev/urandom", "of=\(file)", "bs=1000", "count=1500")
                let base = "http://127.0.0.1:\(try gateway.port)"
                let answer = try run(
                    "curl", "-sS", "-F", "author=me", "-F", "file=@\(file);type=image/png",
                    base + "/wp-admin/upload.php")
                #expect(answer == "picture.png, 1500000 octets, of type image/png, from me")
                let copy = gateway.folder / "copy.png"
                let type = try run(
                    "curl", "-sS", "-o", copy, "-w", "%{content_type}",
                    base + "/wp-content/uploads/picture.png")
                #expect(type == "image/png")
                try run("cmp", file, copy)
            }
        }
    }
}
