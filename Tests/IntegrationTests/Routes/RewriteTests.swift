import Syscalls
import Testing

@Suite("Patterns, rewritten addresses and mounts", .serialized)
struct RewriteTests {
    private static let shown = """
        printf 'Content-Type: text/plain\\n\\n%s' "[$SCRIPT_NAME][$PATH_INFO][$QUERY_STRING]"
        """
    private static let php =
        "<?php echo '[', $_SERVER['SCRIPT_NAME'], '][', $_SERVER['PATH_INFO'] ?? '', '][', $_SERVER['QUERY_STRING'], ']',"
        + " $_SERVER['REQUEST_URI'], ' ', $_SERVER['DOCUMENT_ROOT'], ' ', $_SERVER['SCRIPT_FILENAME'], ' ',"
        + " ini_get('memory_limit'), ' ', ini_get('session.save_path');"
    private static let python = """
        def app(environ, start):
            start("200 OK", [("Content-Type", "text/plain")])
            names = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
            return ["".join("[%s]" % environ.get(name, "") for name in names).encode()]
        """

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "site", folder / "scripts", folder / "code")
        try TextFile.write(Self.php, to: folder / "site/index.php")
        try TextFile.write(Self.python, to: folder / "code/shown.py")
        try folder.addScript("script", Self.shown)
        try run("cp", folder / "script", folder / "scripts/run")
        return folder
    }

    /// An application has its address with a slash behind it or without, and with a query or without, whatever it runs in.
    @Test("The address that an application is mounted at, by its kind", .timeLimit(.minutes(5)))
    func edges() throws {
        let folder = try folder()
        let file = """
            workers: 1
            applications:
              one: {run: 'cgi:\(folder / "script")'}
              all: {run: 'cgi:\(folder / "scripts")'}
              site: {run: 'php:\(folder / "site")', processes: 1}
              code: {run: 'wsgi:shown:app', chdir: '\(folder / "code")', processes: 1}
            routes:
              - {path: /one/*, application: one, strip-prefix: true}
              - {path: /all/*, application: all, strip-prefix: true}
              - {path: /site/*, application: site, strip-prefix: true}
              - {path: /code/*, application: code, strip-prefix: true}
              - {path: /fixed, application: one, mount: /fixed}
              - {path: /top/*, application: one, mount: /app}
              - {match: ^/trac/(login|logout)$, application: code, mount: /trac}
            """
        try GatewayProcess(file: file, folder: folder).use { gateway in
            let expected: [(String, Int, String)] = [
                ("/one", 200, "[/one][][]"), ("/one?x=1", 200, "[/one][][x=1]"),
                ("/one/", 200, "[/one][/][]"), ("/one/a", 200, "[/one][/a][]"),
                ("//one", 200, "[/one][][]"), ("//one//a", 200, "[/one][//a][]"),
                ("/code", 200, "[/code][][]"),
                ("/code?x", 200, "[/code][][x]"), ("/code/a", 200, "[/code][/a][]"),
                ("/all/run", 200, "[/all/run][][]"), ("/all/run/b?c", 200, "[/all/run][/b][c]"),
                ("/all", 403, ""), ("/all/", 403, ""), ("/site", 301, ""),
                ("/site/", 200, "[/site/index.php][][]"), ("/fixed?q", 200, "[/fixed][][q]"),
                ("/top/x", 200, "[/app][/top/x][]"), ("/trac/login", 200, "[/trac][/login][]"),
            ]
            for (target, status, text) in expected {
                let response = try gateway.get(target)
                #expect(response.status == status, "\(target)")
                if status == 200 { #expect(response.text.hasPrefix(text), "\(target) is \(response.text)") }
            }
        }
    }

    @Test(
        "Addresses with ?q=, rules about slashes, circles and patterns without an end",
        .timeLimit(.minutes(5)))
    func rewrites() throws {
        let folder = try folder()
        try TextFile.write("body {}", to: folder / "site/style.css")
        try run("mkdir", folder / "site/sub")
        try TextFile.write("sub", to: folder / "site/sub/index.html")
        let site = folder / "site"
        let file = """
            workers: 1
            applications:
              site: {run: 'php:\(site)', processes: 1, php-ini: {memory_limit: 77M, session.save_path: '2;/tmp'}}
            routes:
              - {path: /*, application: site}
              - {match: ^/wiki/(.*)$, rewrite: '/index.php?title=$1'}
              - {match: ^/q/(.+)$, rewrite: '/q2/$1?q=$1?'}
              - {match: ^/q2/, rewrite: /index.php}
              - {match: '^/(?!wiki|q)([^/.]+)$', missing: '\(site)', rewrite: '/index.php?page=$1'}
              - {match: ^/s(/.+)/$, redirect: $1$is_args$query_string, status: 301}
              - {match: ^/old(.*)$, rewrite: /sub$1}
              - {match: ^/taken(.*)/$, rewrite: /sub$1}
              - {match: ^/circle(.*)$, rewrite: /circle$1}
              - {match: ^/steps/(a+)+$, application: site}
              - {path: /moved/*.html, redirect: /index.php}
            """
        try GatewayProcess(file: file, folder: folder).use { gateway in
            let wiki = try gateway.get("/wiki/A%26b%3D/%C3%A9?x=1")
            #expect(
                wiki.text
                    == "[/index.php][][title=A%26b%3D%2F%C3%A9&x=1]/wiki/A%26b%3D/%C3%A9?x=1 \(site) \(site)/index.php 77M 2;/tmp"
            )
            #expect(try gateway.get("/q/a%20b?gone").text.hasPrefix("[/index.php][][q=a%20b]"))
            #expect(try gateway.get("/about").text.hasPrefix("[/index.php][][page=about]"))
            #expect(try gateway.get("/style.css").text == "body {}")
            for (target, location) in [
                ("/s/a/b/?q=1", "/a/b?q=1"), ("/s/a/", "/a"), ("/s//evil.example/", "/evil.example"),
                ("/moved/x/y.html", "/index.php"), ("/old", "/old/"), ("/taken/", "/sub/"),
            ] { #expect(try gateway.get(target)["Location"] == location, "\(target)") }
            #expect(try gateway.get("/circle").status == 500)
            #expect(gateway.hasLogged("[error]", "GET /circle, request ", "they go in a circle"))
            #expect(try gateway.get("/steps/" + String(repeating: "a", count: 3000) + "!").status == 500)
            #expect(gateway.hasLogged("[error]", "GET /steps/a", "took too many steps"))
            #expect(try gateway.get("/wiki/%00").status == 400)
        }
    }

    @Test("A php-fpm that sees the site elsewhere", .timeLimit(.minutes(5)))
    func elsewhere() throws {
        let folder = try folder()
        let fpm = try PHPFPM(in: folder)
        try run("cp", "-r", folder / "site", folder / "seen")
        try TextFile.write("<?php echo 'wrong';", to: folder / "site/index.php")
        try TextFile.write("a file", to: folder / "site/file.txt")
        let file = """
            workers: 1
            applications:
              site:
                run: 'fcgi:unix:\(fpm.socket)'
                root: '\(folder / "site")'
                script-root: '\(folder / "seen")/'
                php-ini: {memory_limit: 66M, session.save_path: '2;/tmp'}
            routes:
              - {path: /*, application: site}
            """
        try GatewayProcess(file: file, folder: folder).use { gateway in
            try eventually("php-fpm answers") { (try? gateway.get("/"))?.status == 200 }
            let seen = folder / "seen"
            #expect(
                try gateway.get("/index.php/x?y").text
                    == "[/index.php][/x][y]/index.php/x?y \(seen) \(seen)/index.php 66M 2;/tmp")
            #expect(try gateway.get("/file.txt").text == "a file")
        }
    }
}
