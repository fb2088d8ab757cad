import Syscalls
import Testing

@Suite("PHP scripts", .serialized)
struct ScriptTests {
    @Test("A script answers, also as the index of a folder, also for HEAD", .timeLimit(.minutes(5)))
    func scripts() throws {
        try Site().serve { gateway throws in
            let client = try gateway.connect()
            client.send("GET /hello.php HTTP/1.1\r\nHost: a\r\n\r\n")
            let hello = try client.receive()
            #expect(hello.status == 200)
            #expect(hello.text == "hello from php")
            #expect(hello["Content-Type"]?.hasPrefix("text/plain") == true)

            client.send("HEAD /hello.php HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive(toHead: true).status == 200)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text == "front /")
            client.send("GET /folder/ HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().text == "index of the folder, /folder/index.php, ")
            client.send("GET /status.php HTTP/1.1\r\nHost: a\r\n\r\n")
            let status = try client.receive()
            #expect(status.status == 418)
            #expect(status.text == "no coffee here")
            client.send("GET /large.php HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive().bodyCount == 10_000_000)
            #expect(!client.isEnded)
        }
    }

    @Test("The environ splits the path at the script", .timeLimit(.minutes(5)))
    func pathInfo() throws {
        let site = try Site()
        try site.serve { gateway throws in
            let entries = try gateway.get("/environ.php/more/a%20b.php?x=%20y").text.lines
            for entry in [
                "SCRIPT_NAME=/environ.php", "SCRIPT_FILENAME=\(site.path)/environ.php",
                "PATH_INFO=/more/a b.php",
                "PATH_TRANSLATED=\(site.path)/more/a b.php", "DOCUMENT_ROOT=\(site.path)",
                "QUERY_STRING=x=%20y",
                "REQUEST_URI=/environ.php/more/a%20b.php?x=%20y", "PHP_SELF=/environ.php/more/a b.php",
            ] { #expect(entries.contains(entry), "\(entry) is not in \(entries)") }
        }
    }

    @Test("What nothing else answers goes to the front controller", .timeLimit(.minutes(5)))
    func frontController() throws {
        let site = try Site()
        try site.serve { gateway throws in
            for target in ["/articles/7?x=y", "/no-such-script.php", "/folder/nothing", "/hello.phpx"] {
                #expect(try gateway.get(target).text == "front \(target)")
            }
        }
        Files.remove(site.path + "/index.php")
        try site.serve { gateway throws in
            #expect(try gateway.get("/articles/7").status == 404)
            #expect(try gateway.get("/no-such-script.php").status == 404)
            #expect(try gateway.get("/").status == 404)
        }
    }

    @Test("Forms and uploads arrive", .timeLimit(.minutes(5)))
    func forms() throws {
        let site = try Site()
        try site.serve { gateway in
            let client = try gateway.connect()
            client.send(
                "POST /form.php HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: 17\r\n\r\nname=%C3%A4&b=1+2")
            #expect(try client.receive().text == "b=1 2\nname=ä\n")
            // Chunked: PHP needs the length that the client did not announce.
            client.send(
                "POST /form.php HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n5\r\na=bcd\r\n2\r\n&e\r\n2\r\n=f\r\n0\r\n\r\n")
            #expect(try client.receive().text == "a=bcd\ne=f\n")

            let file = site.folder / "upload"
            try run("dd", "if=/dev/urandom", "of=\(file)", "bs=1000", "count=1500")
            let hash = try #require(try run("sha256sum", file).split(separator: " ").first)
            let url = "http://127.0.0.1:\(try gateway.port)/form.php"
            for header in ["X-Plain: 1", "Transfer-Encoding: chunked"] {
                let answer = try run(
                    "curl", "-sS", "-H", header, "-F", "field=value", "-F", "file=@\(file)", url)
                #expect(answer == "field=value\nfile: upload, 1500000 bytes, \(hash)\n")
            }
        }
    }

    @Test("A body that the script does not read harms nothing", .timeLimit(.minutes(5)))
    func unreadBody() throws {
        try Site().serve { gateway in
            let client = try gateway.connect()
            for _ in 0..<5 {
                client.send("POST /hello.php HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
                client.send([UInt8](repeating: 65, count: 100_000))
                #expect(try client.receive().text == "hello from php")
                client.send("POST /input.php HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde")
                #expect(try client.receive().text == "5")
            }
        }
    }

    @Test("The script's own fields are untouched", .timeLimit(.minutes(5)))
    func fields() throws {
        try Site().serve { gateway in
            let response = try gateway.get("/fields.php")
            #expect(response["X-Powered-By"] == "a test")
            #expect(response["Server"] == "another")
            #expect(response["Set-Cookie"] == "a=b AND c=d")
            #expect(response["Content-Type"] == "text/html; charset=UTF-8")
            #expect(response["Status"] == nil)

            let redirect = try gateway.get("/redirect.php")
            #expect(redirect.status == 302)
            #expect(redirect["Location"] == "/hello.php?from=redirect")
        }
    }

    @Test("A script that fails is 500, and why is in the log", .timeLimit(.minutes(5)))
    func failure() throws {
        try Site().serve { gateway in
            #expect(try gateway.get("/failing.php").status == 500)
            try eventually("its messages are in the log") {
                gateway.hasLogged("a complaint of the script") && gateway.hasLogged("the script has failed")
            }
            #expect(try gateway.get("/hello.php").status == 200)
        }
    }

    @Test(
        "php-cgi at its request limit costs no request, and is not taken for one that crashes",
        .timeLimit(.minutes(5)))
    func requestLimit() throws {
        let site = try Site()
        let gateway = try GatewayProcess(
            "php:\(site.path)", ["--processes", "2", "--workers", "2"],
            environment: ["PHP_FCGI_MAX_REQUESTS=10"],
            folder: site.folder)
        try gateway.use { gateway in
            let before = try gateway.applications
            let crowd = try Crowd(of: 8, at: gateway, isKept: true, requestsEach: 15) { _, _ in "/hello.php" }
            try crowd.finish(within: 90)
            #expect(crowd.failures == [])
            #expect(Set(try gateway.applications).isDisjoint(with: before))
            // It has done its work: there is no reason to let its successor wait.
            #expect(!gateway.hasLogged("ends soon after its start"))
        }
    }
}
