import Syscalls
import Testing

@Suite("Files and scripts behind routes", .serialized)
struct StaticRouteTests {
    @Test("Files first, then the application; nothing leads out of their folder", .timeLimit(.minutes(5)))
    func files() throws {
        let folder = try TemporaryFolder()
        try run(
            "sh", "-c",
            """
            cd \(folder.path); mkdir -p public/sub public/.git public/private old
            printf one > public/one.txt; printf two > old/two.txt; printf old > old/one.txt; printf index > public/index.html
            printf sub > public/sub/index.html; printf git > public/.git/config; printf secret > secret.txt
            printf private > public/private/file.txt; ln -s ../secret.txt public/out.txt
            """)
        let servers = try RemoteServers(["a": "unix:\(folder / "a")"], in: folder)
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                applications:
                  a: {run: 'fcgi:unix:\(folder / "a")'}
                routes:
                  - {path: /*, static: [public, old], application: a}
                  - {path: /private/*, internal: true, static: public}
                  - {path: /files/*, static: public, strip-prefix: true}
                  - {path: /manual/*, static: public, rewrite: /sub}
                  - {path: /up*, static: public, rewrite: /sub/}
                """, folder: folder)
        try gateway.use { gateway in
            for (path, text) in [
                ("/one.txt", "one"), ("//one.txt", "one"), ("/out.txt", "secret"), ("/two.txt", "two"),
                ("/", "index"), ("/sub/", "sub"),
                ("/files/one.txt", "one"),
                ("/files/", "index"), ("/manual/", "sub"), ("/manual/index.html", "sub"),
                ("/x/../one.txt", "one"),
                ("/%6fne.txt", "one"), ("/files/sub/%2e%2e/one.txt", "one"),
            ] {
                let response = try gateway.ask("GET", path)
                #expect(response.status == 200 && response.text == text, "\(path)")
                let head = try gateway.ask("HEAD", path)
                #expect(head["Content-Length"] == "\(text.utf8.count)" && head.body.isEmpty, "\(path)")
            }
            for (path, location) in [
                ("/sub", "/sub/"), ("/sub?q=1", "/sub/?q=1"), ("/files", "/files/"),
                ("/files/sub", "/files/sub/"),
                ("/manual", "/manual/"),
            ] {
                let response = try gateway.ask("GET", path)
                #expect(response.status == 301 && response["Location"] == location, "\(path)")
            }
            // What is no file here is the application's, and so is what does not only read.
            for path in ["/missing", "/.git/config", "/one.txt/", "//missing.txt", "/privat"] {
                #expect(try gateway.ask("GET", path).shown("server") == "a", "\(path)")
            }
            for (method, path) in [
                ("POST", "/"), ("POST", "/one.txt"), ("PUT", "/one.txt"), ("POST", "/sub"),
            ] {
                let response = try gateway.ask(method, path, body: "x")
                #expect(
                    response.shown("server") == "a" && response.shown("body")?.hasPrefix("1 ") == true,
                    "\(path)")
            }
            // Without one it is what it is.
            for path in [
                "/files/missing", "/files/.git/config", "/files/../secret.txt",
                "/files/..%2f..%2fsecret.txt", "/up../one.txt", "/up./index.html",
                "/files/%2e/%2e%2e/missing",
            ] {
                let response = try gateway.ask("GET", path)
                #expect(response.text != "secret" && response.text != "one", "\(path)")
                #expect([400, 404].contains(response.status) || response.shown("server") == "a", "\(path)")
            }
            // Who owns the link owns what it leads to.
            #expect(try gateway.get("/files/out.txt").text == "secret")
            #expect(try gateway.ask("POST", "/files/one.txt", body: "x").status == 405)
            for path in [
                "/private/file.txt", "//private/file.txt", "/private//file.txt", "/x/..//private///file.txt",
            ] {
                #expect(try gateway.ask("GET", path).status == 404, "\(path)")
            }
            let sent = try gateway.ask("GET", "/go", fields: ["X-Location: /private/file.txt"])
            #expect(sent.status == 200 && sent.text == "private")
        }
        withExtendedLifetime(servers) {}
    }

    @Test("A PHP site below a prefix", .timeLimit(.minutes(5)))
    func phpBelowPrefix() throws {
        let site = try Site()
        let gateway = try GatewayProcess(
            file: """
                workers: 1
                applications:
                  site: {run: 'php:\(site.path)', processes: 1}
                routes:
                  - {path: /shop/*, application: site, strip-prefix: true}
                  - {path: /moved/*, application: site, rewrite: /docs}
                  - {path: /shop/closed/*, respond: 403}
                """, folder: site.folder)
        try run("mkdir", "-p", site.path + "/docs")
        try TextFile.write("a page", to: site.path + "/docs/index.html")
        try gateway.use { gateway in
            let lines = try gateway.get("/shop/environ.php/more/x?q").text.lines
            for line in [
                "SCRIPT_NAME=/shop/environ.php", "PATH_INFO=/more/x",
                "SCRIPT_FILENAME=\(site.path)/environ.php",
                "DOCUMENT_ROOT=\(site.path)", "REQUEST_URI=/shop/environ.php/more/x?q",
            ] { #expect(lines.contains(line), "\(line)") }
            for (path, location) in [
                ("/shop", "/shop/"), ("/shop/docs?x", "/shop/docs/?x"), ("/moved", "/moved/"),
            ] {
                let response = try gateway.get(path)
                #expect(response.status == 301 && response["Location"] == location, "\(path)")
            }
            #expect(try gateway.get("/shop/docs/").text == "a page")
            #expect(try gateway.get("/moved/").text == "a page")
            #expect(try gateway.get("/shop/style.css")["Content-Type"] == "text/css; charset=utf-8")
            #expect(try gateway.get("/shop/articles/7").text == "front /shop/articles/7")
            #expect(try gateway.get("/hello.php").status == 404)
            for path in [
                "/shop/closed/hello.php", "/shop//closed/hello.php", "/shop/closed", "/shop/x/../closed/",
            ] {
                #expect(try gateway.get(path).status == 403, "\(path)")
            }
        }
    }
}
