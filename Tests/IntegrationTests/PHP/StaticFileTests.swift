import Syscalls
import Testing

@Suite("Files of a PHP site", .serialized)
struct StaticFileTests {
    @Test("A file has a type, a length and a date", .timeLimit(.minutes(5)))
    func file() throws {
        try Site().serve { gateway in
            let client = try gateway.connect()
            client.send("GET /style.css HTTP/1.1\r\nHost: a\r\n\r\n")
            let style = try client.receive()
            #expect(style.status == 200)
            #expect(style["Content-Type"] == "text/css; charset=utf-8")
            #expect(style.framing == .length(22))
            #expect(style["Last-Modified"]?.hasSuffix(" GMT") == true)
            #expect(style.text == "body { color: black }\n")

            client.send("HEAD /style.css HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try client.receive(toHead: true)
            #expect(head["Content-Length"] == "22")
            client.send(
                "GET /with%20space.txt HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /folder/deep/plain.txt HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            for _ in 0..<2 { #expect(try client.receive().text == "a file of text\n") }
            client.send("GET /page-folder/ HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive()["Content-Type"] == "text/html; charset=utf-8")
            #expect(!client.isEnded)
        }
    }

    @Test("Who asks for a part of a file gets that part", .timeLimit(.minutes(5)))
    func part() throws {
        let site = try Site()
        try run("touch", "-d", "2020-02-02T02:02:02Z", site.path + "/style.css")
        try site.serve { gateway in
            let client = try gateway.connect()
            let date = "Sun, 02 Feb 2020 02:02:02 GMT"
            for (fields, status, text) in [
                ("Range: bytes=5-9", 206, "{ col"), ("Range: bytes=-8", 206, " black }\n".suffix(8)),
                ("Range: bytes=5-9\r\nIf-Range: \(date)", 206, "{ col"),
                (
                    "Range: bytes=5-9\r\nIf-Range: Sun, 02 Feb 2020 02:02:03 GMT", 200,
                    "body { color: black }\n"
                ),
                ("Range: bytes=22-", 416, ""), ("Range: bytes=0-1,22-", 206, "bo"),
                ("Range: lines=0-1", 200, "body { color: black }\n"),
            ] {
                client.send("GET /style.css HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")
                let response = try client.receive()
                #expect(response.status == status, "\(fields)")
                #expect(response.text == text, "\(fields)")
                if status == 200 { #expect(response["Accept-Ranges"] == "bytes") }
                if status == 416 { #expect(response["Content-Range"] == "bytes */22") }
            }
            client.send("HEAD /style.css HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n")
            #expect(try client.receive(toHead: true)["Content-Length"] == "22")
        }
    }

    @Test("A large file arrives whole, also at a slow reader", .timeLimit(.minutes(5)))
    func largeFile() throws {
        let site = try Site()
        try run("dd", "if=/dev/urandom", "of=\(site.path)/large.bin", "bs=1000000", "count=30")
        try run("touch", site.path + "/empty.txt")
        try site.serve { gateway in
            let slow = try gateway.connect()
            slow.inspectBody = { _, _ in }
            slow.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\nGET /hello.php HTTP/1.1\r\nHost: a\r\n\r\n")
            let copy = site.folder / "copy.bin"
            try run("curl", "-sS", "-o", copy, "http://127.0.0.1:\(try gateway.port)/large.bin")
            try run("cmp", copy, site.path + "/large.bin")
            #expect(try slow.receive().bodyCount == 30_000_000)
            slow.inspectBody = nil
            #expect(try slow.receive().text == "hello from php")
            #expect(try gateway.get("/empty.txt").framing == .length(0))
        }
    }

    @Test("A folder without its slash is redirected to it", .timeLimit(.minutes(5)))
    func folderWithoutSlash() throws {
        try Site().serve { gateway in
            let response = try gateway.get("/folder?x=y")
            #expect(response.status == 301)
            #expect(response["Location"] == "/folder/?x=y")
            #expect(try gateway.get("/page-folder")["Location"] == "/page-folder/")
        }
    }

    @Test("A file can only be read", .timeLimit(.minutes(5)))
    func methods() throws {
        try Site().serve { gateway in
            let client = try gateway.connect()
            for method in ["POST", "PUT", "DELETE"] {
                client.send("\(method) /style.css HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                let response = try client.receive()
                #expect(response.status == 405)
                #expect(response["Allow"] == "GET, HEAD, OPTIONS")
            }
        }
    }

    @Test("What begins with a dot is nobody's business, but .well-known is", .timeLimit(.minutes(5)))
    func hiddenFiles() throws {
        let site = try Site()
        try run("mkdir", site.path + "/.git")
        try TextFile.write("secret\n", to: site.path + "/.git/config")
        try site.serve { gateway throws in
            for target in [
                "/.secret", "/.git/config", "/%2esecret", "/folder/../.secret", "/.git/",
            ] {
                let response = try gateway.get(target)
                #expect(response.status == 403, "\(target)")
                #expect(!response.text.contains("secret"), "\(target)")
            }
            #expect(try gateway.get("/.well-known/token.txt").text == "well known\n")
        }
    }

    @Test(
        "The source of a script is nobody's business either, however its name is written",
        .timeLimit(.minutes(5)))
    func sources() throws {
        let site = try Site()
        try TextFile.write("<?php $secret = 'secret';", to: site.path + "/source.PHP")
        try site.serve { gateway throws in
            for target in ["/source.PHP", "/source%2ePHP", "/hello.php/", "/hello.php%20", "/hello%2ephp"] {
                #expect(try !gateway.get(target).text.contains("<?php"), "\(target)")
            }
            #expect(try gateway.get("/source.PHP").status == 403)
        }
    }

    @Test("No path leads out of the site", .timeLimit(.minutes(5)))
    func traversal() throws {
        let site = try Site()
        try TextFile.write("outside\n", to: site.folder / "outside.txt")
        try TextFile.write("<?php echo 'outside';", to: site.folder / "outside.php")
        try run("ln", "-s", site.folder / "outside.txt", site.path + "/link.txt")
        try run("ln", "-s", site.folder / "outside.php", site.path + "/link.php")
        try run("ln", "-s", "../outside.txt", site.path + "/relative.txt")
        try run("ln", "-s", "style.css", site.path + "/inside.css")
        try site.serve { gateway in
            for target in [
                "/../outside.txt", "/folder/../../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt",
                "/folder/%2e%2e%2f%2e%2e%2foutside.txt", "/..\\outside.txt", "//etc/passwd", "/%2fetc/passwd",
                "/style.css%00.php", "/hello.php%00",
                "/../outside.php",
                "/hello.php/../../outside.txt", "/./../outside.txt",
            ] {
                let response = try gateway.get(target)
                #expect(!response.text.contains("outside\n"), "\(target)")
                #expect(response.text != "outside", "\(target)")
                #expect(!response.text.contains("root:"), "\(target)")
            }
            for target in ["/../outside.txt", "/%2e%2e/outside.txt", "/style.css%00.php", "/%zz"] {
                #expect(try gateway.get(target).status == 400, "\(target)")
            }
            // They are links of the owner of what they lead to.
            #expect(try gateway.get("/link.txt").text == "outside\n")
            #expect(try gateway.get("/relative.txt").text == "outside\n")
            #expect(try gateway.get("/link.php").text == "outside")
            #expect(try gateway.get("/inside.css").text == "body { color: black }\n")
            // A file that is no script is never run: PHP would guess what the path meant.
            #expect(try gateway.get("/style.css/x.php").text == "front /style.css/x.php")
        }
    }

    @Test("The settings for files count for a site, wherever they come from", .timeLimit(.minutes(5)))
    func settings() throws {
        let site = try Site()
        try TextFile.write("x-own/type own\n", to: site.folder / "types")
        try run(
            "sh", "-c",
            "cd \(site.path); printf own > a.own; gzip -k style.css; printf home > folder/home.txt; cp style.css.gz style.css.br"
        )
        let gateway = try GatewayProcess(
            "php:\(site.path)",
            ["--precompressed", "gzip", "--index", "home.txt", "--mime-types", site.folder / "types"],
            environment: ["GATEWAY_CMD_ARGS=--cache-control='public, max-age=60' --max-ranges 0"],
            folder: site.folder)
        try gateway.use { gateway in
            let style = try gateway.ask(
                "GET", "/style.css", fields: ["Accept-Encoding: br, gzip", "Range: bytes=0-1"])
            #expect(
                style.status == 200 && style["Content-Encoding"] == "gzip"
                    && style["Vary"] == "Accept-Encoding")
            #expect(
                style["Content-Type"] == "text/css; charset=utf-8" && style.body.prefix(2) == [0x1F, 0x8B])
            #expect(style["Cache-Control"] == "public, max-age=60" && style["Accept-Ranges"] == nil)
            let plain = try gateway.get("/style.css")
            #expect(plain["Vary"] == "Accept-Encoding" && plain["ETag"] != style["ETag"])
            let known = try gateway.ask(
                "GET", "/style.css", fields: ["If-None-Match: \(try #require(plain["ETag"]))"])
            #expect([200, 304].contains(known.status) && known["Vary"] == "Accept-Encoding")
            #expect(known["Cache-Control"] == "public, max-age=60")
            #expect(try gateway.get("/folder/").text == "home")
            #expect(try gateway.get("/a.own")["Content-Type"] == "x-own/type")
            // What an application answers is the application's.
            let script = try gateway.get("/hello.php")
            #expect(script["Cache-Control"] == nil && script["Vary"] == nil)
            let options = try gateway.ask("OPTIONS", "/style.css")
            #expect(options.status == 204 && options["Allow"] == "GET, HEAD, OPTIONS")
        }
        let outcome = try gatewayOutcome("php:\(site.path)", "--mime-types", "/no/such", "--check-config")
        #expect(outcome.status == .exited(1) && outcome.errors.contains("'/no/such' (--mime-types)"))
    }
}
