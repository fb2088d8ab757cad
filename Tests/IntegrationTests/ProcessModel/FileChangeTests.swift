import Syscalls
import Testing

@Suite("Files that change, with --reload", .serialized)
struct FileChangeTests {
    private func application(_ text: String) -> String {
        """
        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'\(text)']

        """
    }

    @Test(
        "A save is served, a broken one is shown to who looks, and the next one heals it",
        .timeLimit(.minutes(5)))
    func saves() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(application("first"), to: folder / "page.py")
        try withGateway("wsgi:page:application", "--reload", folder: folder) { gateway in
            #expect(try gateway.get("/").text == "first")
            try TextFile.write(application("second"), to: folder / "page.py")
            try eventually("the second one is served") { try gateway.get("/").text == "second" }

            try TextFile.write("a < b &\n" + application("third"), to: folder / "page.py")
            try eventually("the mistake is shown") {
                let response = try gateway.get("/anywhere")
                return response.status == 500 && response.text.contains("SyntaxError")
                    && response.text.contains("a &lt; b &amp;")
            }
            #expect(gateway.hasLogged("SyntaxError"))

            try TextFile.write(application("fourth"), to: folder / "page.py")
            try eventually("it is healed") { try gateway.get("/").text == "fourth" }
        }
    }

    @Test("A start with a mistake shows it as well", .timeLimit(.minutes(5)))
    func brokenStart() throws {
        let folder = try TemporaryFolder()
        try TextFile.write("import nothing_of_that_name\n", to: folder / "page.py")
        try withGateway("wsgi:page:application", "--reload", folder: folder) { gateway in
            let response = try gateway.get("/")
            #expect(response.status == 500)
            #expect(response.text.contains("nothing_of_that_name"))
            // Whoever has it on the screen sees the application as soon as it starts.
            #expect(response.text.contains(#"<meta http-equiv="refresh" content="1">"#))
            try TextFile.write(application("there"), to: folder / "page.py")
            try eventually("it is healed") { try gateway.get("/").text == "there" }
        }
    }

    @Test("An exception in a request is shown, and to nobody without --reload", .timeLimit(.minutes(5)))
    func exceptions() throws {
        let folder = try TemporaryFolder()
        try TextFile.write(
            """
            def application(environ, start_response):
                if environ['PATH_INFO'] == '/begun':
                    start_response('200 OK', [('Content-Type', 'text/plain')])
                    return begun()
                raise KeyError('<b>bold</b> & secret')
            def begun():
                yield b'begun'
                raise KeyError('secret')

            """, to: folder / "page.py")
        try withGateway("wsgi:page:application", "--reload", folder: folder) { gateway in
            let response = try gateway.get("/")
            #expect(response.status == 500)
            #expect(response["Content-Type"] == "text/html; charset=utf-8")
            #expect(response.text.contains("Traceback (most recent call last):"))
            #expect(response.text.contains("page.py\", line 5, in application"))
            #expect(response.text.contains("KeyError: '&lt;b&gt;bold&lt;/b&gt; &amp; secret'"))
            #expect(throws: AnswerError.cut(status: 200, bodyCount: 5)) { try gateway.get("/begun") }
        }
        try withGateway("wsgi:page:application", folder: folder) { gateway in
            let response = try gateway.get("/")
            #expect(response.status == 500)
            #expect(response.text == "Internal Server Error\n")
            try eventually("it is in the log") { gateway.hasLogged("KeyError", "secret") }
        }
    }

    @Test("A new folder counts, a file of another kind does not, an extra file does", .timeLimit(.minutes(5)))
    func whichFiles() throws {
        let folder = try TemporaryFolder()
        let extra = folder / "extra/site.conf"
        try run("mkdir", folder / "extra", folder / "first")
        try TextFile.write("1", to: extra)
        try TextFile.write(application("one"), to: folder / "page.py")
        try withGateway(
            "wsgi:page:application", "--reload", "--reload-extra-file", extra, folder: folder
        ) { gateway in
            try run("mkdir", "-p", folder / "first/second")
            try TextFile.write("text", to: folder / "notes.txt")
            try eventually("the new folder is watched") {
                // The watch of a new folder begins a moment after it is there.
                try TextFile.write("value = 1\n", to: folder / "first/second/module.py")
                return gateway.hasLogged("second/module.py", "has changed")
            }
            try eventually("it is reloaded") { gateway.hasLogged("generation 2 serves") }
            #expect(!gateway.hasLogged("notes.txt"))
            try eventually("the extra file counts") {
                // A change within the burst of another one is not named.
                try TextFile.write("2", to: extra)
                return gateway.hasLogged("site.conf", "has changed")
            }
            #expect(try gateway.get("/").text == "one")
        }
    }
}
