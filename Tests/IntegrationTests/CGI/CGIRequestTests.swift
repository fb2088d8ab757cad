// RFC 3875 through `cgi:`: what scripts are told, and what becomes of what they say.

import Syscalls
import Testing

@Suite("CGI scripts: requests and answers", .serialized)
struct CGIRequestTests {
    @Test("The meta-variables of RFC 3875, what is listed, and nothing else", .timeLimit(.minutes(5)))
    func environment() throws {
        let scripts = try ScriptFolder()
        let root = try #require(Files.absolutePath(scripts.path))
        try withGateway(
            "cgi:\(scripts.path)", "--env", "LISTED=yes", environment: ["SECRET=no"], folder: scripts.folder
        ) { gateway in
            let client = try gateway.connect()
            client.send(
                """
                POST /env.sh/a%20b/c?q=1&r HTTP/1.1\r\nHost: example.org:81\r\nContent-Type: text/x\r\nContent-Length: 3\r\n\
                X-Two: 1\r\nX-Two: 2\r\nProxy: evil\r\nX_Under: forged\r\nConnection: close\r\n\r\nabc
                """)
            var seen = try client.receive().text.lines
            // Where the client's socket is, and what the request is called, nobody can know beforehand.
            for name in ["REMOTE_PORT=", "REQUEST_ID="] {
                #expect(seen.count { $0.hasPrefix(name) } == 1)
                seen.removeAll { $0.hasPrefix(name) }
            }
            // The shell's own.
            seen.removeAll { ["PWD=", "OLDPWD=", "_=", "SHLVL="].contains(where: $0.hasPrefix) }
            let expected = [
                "arguments: 0", "GATEWAY_INTERFACE=CGI/1.1", "SERVER_PROTOCOL=HTTP/1.1",
                "REQUEST_METHOD=POST",
                "SERVER_NAME=example.org", "SERVER_PORT=\(try gateway.port)", "SERVER_SOFTWARE=gateway/0.1.0",
                "SCRIPT_NAME=/env.sh", "PATH_INFO=/a b/c", "PATH_TRANSLATED=\(root)/a b/c",
                "QUERY_STRING=q=1&r", "REMOTE_ADDR=127.0.0.1", "CONTENT_TYPE=text/x", "CONTENT_LENGTH=3",
                "HTTP_HOST=example.org:81", "HTTP_X_TWO=1, 2",
                // Beyond the RFC, as every web server has them.
                "DOCUMENT_ROOT=\(root)", "DOCUMENT_URI=/env.sh", "SCRIPT_FILENAME=\(root)/env.sh",
                "REQUEST_URI=/env.sh/a%20b/c?q=1&r", "REQUEST_SCHEME=http", "SERVER_ADDR=127.0.0.1",
                "REDIRECT_STATUS=200",
                // The operator's, and the only one that is given.
                "LISTED=yes", "PATH=/usr/local/bin:/usr/bin:/bin",
            ]
            #expect(seen.sorted() == expected.sorted())

            // Without a body there is no length and no type; without PATH_INFO no translation of it.
            let plain = try gateway.get("/env.sh").text.lines
            for name in ["CONTENT_LENGTH", "CONTENT_TYPE", "PATH_TRANSLATED", "AUTH_TYPE", "REMOTE_USER"] {
                #expect(!plain.contains { $0.hasPrefix(name) }, "\(name)")
            }
            #expect(plain.contains("QUERY_STRING=") && plain.contains("PATH_INFO="))
        }
    }

    @Test("Query words never become arguments (CVE-2012-1823)", .timeLimit(.minutes(5)))
    func arguments() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", folder: scripts.folder) { gateway in
            for query in ["word", "-s", "a+b", "%2Dd+x"] {
                let lines = try gateway.get("/env.sh?\(query)").text.lines
                #expect(lines.contains("arguments: 0"))
                #expect(lines.contains("QUERY_STRING=\(query)"))
            }
        }
    }

    @Test("Status, redirects, NPH, and paths that are no scripts", .timeLimit(.minutes(5)))
    func answers() throws {
        let scripts = try ScriptFolder()
        try scripts.add("plain.txt", "not a script", mode: "644")
        try run("mkdir", scripts.path + "/folder")
        try withGateway("cgi:\(scripts.path)", folder: scripts.folder) { gateway in
            let perl = try gateway.get("/fields.pl?a=b")
            #expect(perl.status == 418 && perl.reason == "I am a teapot" && perl["X-Query"] == "a=b")
            #expect(perl.text == "<p>perl")

            let there = try gateway.get("/local.sh?ignored").text.lines
            #expect(there.contains("PATH_INFO=/there") && there.contains("QUERY_STRING=now"))
            // What it had still to do is done.
            #expect(try gateway.get("/local-first.sh").text.lines.contains("SCRIPT_NAME=/env.sh"))
            #expect(scripts.note("work") == "done")
            let redirect = try gateway.get("/client.sh")
            #expect(redirect.status == 302 && redirect["Location"] == "http://example.org/x")

            let unparsed = try gateway.get("/nph-raw.sh")
            #expect(unparsed.status == 501 && unparsed.text.lines.count == 1)
            for (target, status) in [
                ("/plain.txt", 403), ("/folder", 403), ("/folder/", 403), ("/", 403), ("/missing", 404),
                ("/.hidden", 404), ("/broken.sh", 502), ("/silent.sh", 502),
            ] {
                #expect(try gateway.get(target).status == status, "\(target)")
            }
            #expect(gateway.hasLogged("silent.sh", "exited with code 3 and said nothing"))
            #expect(gateway.hasLogged("a reason"))
            #expect(gateway.hasLogged("broken.sh", "cannot be run"))

            let client = try gateway.connect()
            client.send("GET /killed.sh HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(throws: AnswerError.cut(status: 200, bodyCount: 5)) { try client.receive() }
            #expect(gateway.hasLogged("killed.sh", "signal 9"))
        }
    }

    @Test(
        "Bodies of any size, and scripts that answer before they read, or never do", .timeLimit(.minutes(5)))
    func bodies() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", folder: scripts.folder) { gateway in
            for count in [0, 1, 65_536, 4_000_000] {
                let text = try gateway.post("/sum.py", [UInt8](repeating: 1, count: count)).text
                #expect(text.trimmed == "\(count) \(count) \(count)")
            }
            let body = [UInt8](repeating: 1, count: 4_000_000)
            let early = try gateway.post("/early.py", body)
            #expect(early.status == 200 && early.body.count == 3_000_000 + 8)
            #expect(early.text.hasSuffix("x4000000\n"))
            for _ in 0..<3 {
                let deaf = try gateway.post("/deaf.sh", body)
                #expect(deaf.status == 200 && deaf.text == "not interested")
            }
            // The slots are as good as before.
            #expect(try gateway.get("/env.sh").status == 200)
        }
    }

    @Test("What scripts complain of is logged, the last words too", .timeLimit(.minutes(5)))
    func complaints() throws {
        let scripts = try ScriptFolder()
        try withGateway("cgi:\(scripts.path)", folder: scripts.folder) { gateway in
            #expect(try gateway.get("/complains.sh").text == "ok")
            try eventually("both lines are logged") {
                gateway.hasLogged("first complaint") && gateway.hasLogged("last complaint, without an end")
            }
        }
    }

    @Test("One script for all paths", .timeLimit(.minutes(5)))
    func single() throws {
        let scripts = try ScriptFolder()
        let root = try #require(Files.absolutePath(scripts.path))
        try withGateway("cgi:\(scripts.path)/env.sh", folder: scripts.folder) { gateway in
            let lines = try gateway.get("/any/path?x").text.lines
            for line in [
                "SCRIPT_NAME=", "PATH_INFO=/any/path", "PATH_TRANSLATED=\(root)/any/path",
                "SCRIPT_FILENAME=\(root)/env.sh", "QUERY_STRING=x",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
        }
    }

    @Test("As another user, with its groups and the umask asked for", .timeLimit(.minutes(5)))
    func user() throws {
        try #require(SystemProcess.isRoot, "only root can become another user: run this test as root")
        let scripts = try ScriptFolder()
        let root = try #require(Files.absolutePath(scripts.path))
        try withGateway(
            "cgi:\(scripts.path)", "--user", "www-data", "--umask", "0027", folder: scripts.folder
        ) { gateway in
            let answer = try gateway.get("/who.sh")
            #expect(answer.text.lines == ["www-data", "www-data", "0027", root])
        }
    }

    @Test("A folder or a script that is not there is one clear line", .timeLimit(.minutes(5)))
    func mistakes() throws {
        let scripts = try ScriptFolder()
        try scripts.add("plain.txt", "not a script", mode: "644")
        for application in ["cgi:/nowhere", "cgi:\(scripts.path)/plain.txt"] {
            let (status, _, errors) = try gatewayOutcome(application)
            #expect(status == .exited(1))
            #expect(errors.lines.count == 1 && errors.contains(application.dropFirst(4)))
        }
        let (status, output, _) = try gatewayOutcome("cgi:\(scripts.path)", "--check-config")
        #expect(status == .exited(0) && output.contains("valid"))
    }
}
