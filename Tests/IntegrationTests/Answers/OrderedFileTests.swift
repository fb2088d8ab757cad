import Syscalls
import Testing

@Suite("Files that an application names: X-Sendfile and X-Accel-Redirect", .serialized)
struct OrderedFileTests {
    /// A gateway whose application says what the query string says, and a folder with files.
    private func withFiles(
        _ options: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, String) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        try run("mkdir", "-p", folder / "files/deep")
        try TextFile.write("0123456789", to: folder / "files/ten.txt")
        try TextFile.write("secret", to: folder / "secret.txt")
        // Another user's link to what is root's.
        try run("ln", "-s", "/etc/passwd", folder / "files/out.txt")
        if SystemProcess.isRoot { try run("chown", "-h", "60001", folder / "files/out.txt") }
        try run("touch", "-d", "2020-02-02T02:02:02Z", folder / "files/ten.txt")
        let roots = options.map { $0.replacing("FOLDER", with: folder.path) }
        try GatewayProcess(
            "wsgi:site_app", ["--chdir", Build.application("wsgi")] + roots,
            environment: ["PYTHONDONTWRITEBYTECODE=1"], folder: folder
        ).use(sourceLocation: sourceLocation) { try body($0, folder / "files") }
    }

    /// A GET with a Range field, and perhaps others.
    private func get(
        _ gateway: GatewayProcess, _ target: String, _ fields: String..., method: String = "GET"
    ) throws -> HTTPResponse {
        let client = try gateway.connect()
        let lines = fields.map { $0 + "\r\n" }.joined()
        client.send("\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(lines)\r\n")
        return try client.receive(toHead: method == "HEAD")
    }

    @Test(
        "The file is sent with the application's fields, and without its body and length",
        .timeLimit(.minutes(5)))
    func fieldsGoAlong() throws {
        try withFiles("--x-sendfile-root", "FOLDER/files", "--x-accel-root", "/p/=FOLDER/files") {
            gateway, files in
            let fields =
                "&Content-Type=image/x&Content-Disposition=attachment&Cache-Control=private&Set-Cookie=a%3Db"
                + "&ETag=%22tag%22&Content-Length=26&X-Accel-Expires=5&Accept-Ranges=none"
            for order in [
                "X-Sendfile=\(files)/ten.txt", "X-Sendfile=ten.txt", "X-Accel-Redirect=/p/ten.txt",
                "x-accel-redirect=/p/%2574en.txt",
            ] {
                let client = try gateway.connect()
                for _ in 0..<2 {
                    client.send("GET /say?\(order)\(fields) HTTP/1.1\r\nHost: a\r\n\r\n")
                    let response = try client.receive()
                    #expect(response.status == 200, "\(order)")
                    #expect(response.text == "0123456789", "\(order)")
                    #expect(response.framing == .length(10))
                    #expect(response["Content-Type"] == "image/x")
                    #expect(response["Content-Disposition"] == "attachment")
                    #expect(response["Cache-Control"] == "private")
                    #expect(response["Set-Cookie"] == "a=b")
                    #expect(response["ETag"] == "\"tag\"")
                    #expect(response["Last-Modified"] == "Sun, 02 Feb 2020 02:02:02 GMT")
                    #expect(response["Accept-Ranges"] == "bytes")
                    for name in ["X-Sendfile", "X-Accel-Redirect", "X-Accel-Expires"] {
                        #expect(response[name] == nil)
                    }
                    client.send("HEAD /say?\(order) HTTP/1.1\r\nHost: a\r\n\r\n")
                    let head = try client.receive(toHead: true)
                    #expect(head["Content-Length"] == "10")
                    #expect(head["Content-Type"] == "text/plain; charset=utf-8")
                }
            }
            // The status is the application's, and so is the date.
            let own = try get(
                gateway,
                "/say?X-Sendfile=ten.txt&status=403%20No&Last-Modified=Thu,%2001%20Jan%201970%2000:00:00%20GMT",
                "Range: bytes=1-2")
            #expect(own.status == 403 && own.text == "0123456789")
            #expect(own["Last-Modified"] == "Thu, 01 Jan 1970 00:00:00 GMT")
            #expect(try get(gateway, "/say?X-Sendfile=ten.txt&status=204%20No", "A: b").status == 204)
            let reset = try get(gateway, "/say?X-Sendfile=ten.txt&status=205%20Reset")
            #expect(reset.status == 205 && reset.body.isEmpty && reset.framing == .length(0))
            // Which part is sent is not the application's to say; the file may be empty.
            try TextFile.write("", to: gateway.folder / "files/empty.txt")
            for status in ["206%20Part", "416%20No"] {
                for method in ["GET", "HEAD"] {
                    let empty = try get(
                        gateway, "/say?X-Sendfile=empty.txt&status=\(status)", method: method)
                    #expect(empty.status == 200 && empty["Content-Range"] == nil && empty.body.isEmpty)
                }
                let whole = try get(gateway, "/say?X-Sendfile=ten.txt&status=\(status)")
                #expect(whole.status == 200 && whole.text == "0123456789")
            }
        }
    }

    @Test("Parts of it, and what is not there", .timeLimit(.minutes(5)))
    func ranges() throws {
        try withFiles("--x-sendfile-root", "FOLDER/files", "--x-accel-root", "/p/=FOLDER/files") {
            gateway, _ in
            for order in ["X-Sendfile=ten.txt", "X-Accel-Redirect=/p/ten.txt"] {
                let target = "/say?\(order)&ETag=%22tag%22"
                for (range, text, content) in [
                    ("bytes=2-4", "234", "bytes 2-4/10"), ("bytes=7-", "789", "bytes 7-9/10"),
                    ("bytes=-2", "89", "bytes 8-9/10"), ("bytes=0-99", "0123456789", "bytes 0-9/10"),
                ] {
                    let part = try get(gateway, target, "Range: \(range)")
                    #expect(part.status == 206, "\(range)")
                    #expect(part.text == text && part["Content-Range"] == content)
                    #expect(part["ETag"] == "\"tag\"")
                }
                let beyond = try get(gateway, target, "Range: bytes=10-")
                #expect(beyond.status == 416 && beyond["Content-Range"] == "bytes */10")
                for fields in [
                    ["Range: lines=0-1"], ["Range: bytes=5-2"],
                    ["Range: bytes=0-1", "If-Range: \"other\""], ["Range: bytes=0-1", "If-Range: W/\"tag\""],
                    ["Range: bytes=0-1", "If-Range: Sun, 02 Feb 2020 02:02:03 GMT"],
                ] {
                    let whole = try get(gateway, target, fields.joined(separator: "\r\n"))
                    #expect(whole.status == 200 && whole.text == "0123456789", "\(fields)")
                }
                for condition in ["\"tag\"", "Sun, 02 Feb 2020 02:02:02 GMT"] {
                    let part = try get(gateway, target, "Range: bytes=0-1", "If-Range: \(condition)")
                    #expect(part.status == 206 && part.text == "01", "\(condition)")
                }
                // Ranges are defined for GET alone.
                #expect(try get(gateway, target, "Range: bytes=0-1", method: "HEAD").status == 200)
                #expect(try get(gateway, target, "Range: bytes=0-1", method: "DELETE").text == "0123456789")
            }
        }
    }

    @Test(
        "What the client has already is not sent again: the application's validators count first",
        .timeLimit(.minutes(5)))
    func conditions() throws {
        try withFiles("--x-sendfile-root", "FOLDER/files") { gateway, _ in
            let date = "Sun, 02 Feb 2020 02:02:02 GMT"
            let own = try #require(try get(gateway, "/say?X-Sendfile=ten.txt")["ETag"])
            let plain =
                "/say?X-Sendfile=ten.txt&Cache-Control=private&Content-Type=text/x&Content-Disposition=attachment"
            let tagged = plain + "&ETag=%22tag%22"
            let dated = plain + "&Last-Modified=Thu,%2001%20Jan%201970%2000:00:00%20GMT"
            for (target, condition, status) in [
                (plain, "If-None-Match: \(own)", 304), (plain, "If-None-Match: W/\(own)", 304),
                (plain, "If-Modified-Since: \(date)", 304), (plain, "If-None-Match: \"tag\"", 200),
                (tagged, "If-None-Match: \"tag\"", 304), (tagged, "If-None-Match: \(own)", 200),
                (tagged, "If-Match: \(own)", 412), (tagged, "If-Match: \"tag\"", 200),
                (dated, "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 304),
                (dated, "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 200),
                (plain, "If-Unmodified-Since: Sun, 02 Feb 2020 02:02:01 GMT", 412),
                // What the application refuses stays refused, whatever the client has.
                (plain + "&status=403%20No", "If-None-Match: *", 403),
            ] {
                for method in ["GET", "HEAD"] {
                    let response = try get(gateway, target, condition, method: method)
                    #expect(response.status == status, "\(method) \(target) \(condition)")
                    guard status == 304 else { continue }
                    #expect(response["Cache-Control"] == "private" && response["Date"] != nil)
                    #expect(response["ETag"] == (target == tagged ? "\"tag\"" : own))
                    for name in ["Content-Type", "Content-Disposition", "Content-Length", "Last-Modified"] {
                        #expect(response[name] == nil, "\(name) in a 304 to \(target)")
                    }
                }
            }
            // A method that changes something has had its conditions judged by the application.
            #expect(try get(gateway, plain, "If-None-Match: *", method: "DELETE").status == 200)
            let parts = try get(gateway, tagged, "Range: bytes=0-1,4-5")
            #expect(parts.status == 206 && parts["Content-Type"]?.hasPrefix("multipart/byteranges; ") == true)
            #expect(parts.text.matches(of: #/Content-Type: text\/x\r\n/#).count == 2)
        }
    }

    @Test(
        "The gateway's own X-Request-ID is the only one, `identity` is no coding, and the log knows when the application answered",
        .timeLimit(.minutes(5)))
    func likeOtherAnswers() throws {
        try withFiles(
            "--x-sendfile-root", "FOLDER/files", "--x-accel-root", "/p/=FOLDER/files", "--return-request-id",
            "--access-log", "FOLDER/access", "--access-log-format", "json"
        ) { gateway, _ in
            let fields = "&X-Request-ID=theirs&Content-Encoding=identity&ETag=%22tag%22"
            for (target, condition, status) in [
                ("/say?X-Sendfile=ten.txt", "A: b", 200),
                ("/say?X-Sendfile=ten.txt", "Range: bytes=1-2", 206),
                ("/say?X-Accel-Redirect=/p/ten.txt", "A: b", 200),
                ("/say?X-Sendfile=ten.txt", "If-None-Match: \"tag\"", 304),
                ("/say?X-Sendfile=ten.txt", "Range: bytes=10-", 416),
            ] {
                let response = try get(gateway, target + fields, condition)
                #expect(response.status == status, "\(condition)")
                let ids = response.fields.filter { $0.name.lowercased() == "x-request-id" }.map(\.value)
                #expect(ids.count == 1 && ids[0].utf8.count == 16, "\(status): \(ids)")
                #expect(response["Content-Encoding"] == nil)
            }
            let coded = try get(gateway, "/say?X-Sendfile=ten.txt&Content-Encoding=x")
            #expect(coded["Content-Encoding"] == "x")
            let path = gateway.folder / "access"
            try eventually("all are logged") { TextFile.read(path).lines.count == 6 }
            for line in try LoggedLine.all(in: path) {
                #expect(line.number("application_head_us") != nil, "\(line)")
            }
        }
    }

    @Test(
        "Nothing outside of the folders is sent, and the log names what was asked for",
        .timeLimit(.minutes(5)))
    func outside() throws {
        try withFiles("--x-sendfile-root", "FOLDER/files", "--x-accel-root", "/p/=FOLDER/files") {
            gateway, files in
            for (order, status) in [
                ("X-Sendfile=/etc/passwd", 403), ("X-Sendfile=\(files)/../secret.txt", 403),
                ("X-Sendfile=../secret.txt", 403), ("X-Sendfile=out.txt", 403), ("X-Sendfile=deep", 404),
                ("X-Sendfile=", 404), ("X-Sendfile=missing", 404), ("X-Accel-Redirect=/p/out.txt", 403),
                ("X-Accel-Redirect=/p/missing", 404), ("X-Accel-Redirect=/p/deep", 404),
                ("X-Accel-Redirect=/p/%2500", 502), ("X-Accel-Redirect=@named", 502),
            ] {
                let response = try gateway.get("/say?\(order)")
                #expect(response.status == status, "\(order)")
                #expect(!response.text.contains("secret") && !response.text.contains("root:"))
            }
            #expect(gateway.hasLogged("'/etc/passwd'", "GET /say?X-Sendfile=/etc/passwd, request "))
            #expect(gateway.hasLogged("'../secret.txt'", "leads out of its folder"))
            #expect(gateway.hasLogged("'out.txt'", "is behind a link that is not followed (--follow-links)"))
            #expect(gateway.hasLogged("'missing'", "is not there"))
        }
    }

    @Test("X-Accel-Redirect to another path of the site is answered as that path", .timeLimit(.minutes(5)))
    func internalRedirect() throws {
        try withFiles("--x-accel-root", "/p/=FOLDER/files") { gateway, _ in
            let response = try gateway.get("/say?X-Accel-Redirect=/show?a%3Db")
            #expect(response.status == 200)
            #expect(response.text.contains("PATH_INFO='/show'\n"))
            #expect(response.text.contains("QUERY_STRING='a=b'\n"))
            // From there to a file.
            #expect(
                try gateway.get("/say?X-Accel-Redirect=/say?X-Accel-Redirect%3D/p/ten.txt").text
                    == "0123456789")
            #expect(try gateway.get("/for-ever").status == 502)
            // Without --x-sendfile-root the other field is dropped.
            #expect(try gateway.get("/say?X-Sendfile=ten.txt").text == "the application's own body")
        }
    }

    @Test("Without a folder the fields are dropped, and the log says so once", .timeLimit(.minutes(5)))
    func off() throws {
        try withFiles() { gateway, files in
            for _ in 0..<3 {
                for order in ["X-Sendfile=\(files)/ten.txt", "X-Accel-Redirect=/show"] {
                    let response = try gateway.get("/say?\(order)&X-Accel-Limit-Rate=1&A=b")
                    #expect(response.text == "the application's own body")
                    #expect(response["A"] == "b")
                    #expect(response.fields.allSatisfy { !$0.name.lowercased().hasPrefix("x-") })
                }
            }
            for name in ["X-Sendfile", "X-Accel-Redirect"] {
                #expect(gateway.log.lines.count { $0.contains("\(name) is dropped") } == 1)
            }
        }
    }

    @Test("A Swift application's orders are dropped, and its request has an id", .timeLimit(.minutes(5)))
    func swiftApplication() throws {
        try withApplication("inline") { gateway in
            let response = try gateway.get("/orders")
            #expect(response.status == 200 && response.text == "own")
            #expect(
                Set(response.fields.map(\.name)) == [
                    "Server", "Date", "X-Request", "Content-Length", "Connection",
                ])
            #expect(response["X-Request"]?.utf8.count == 16)
        }
    }

    @Test("A slow client of a large file holds no application process", .timeLimit(.minutes(5)))
    func slowClient() throws {
        try withFiles("--x-sendfile-root", "FOLDER/files") { gateway, files in
            try run("dd", "if=/dev/urandom", "of=\(files)/large.bin", "bs=1000000", "count=30")
            let slow = try gateway.connect()
            slow.inspectBody = { _, _ in }
            slow.send(
                "GET /say?X-Sendfile=large.bin HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            for _ in 0..<3 { #expect(try gateway.get("/").text == "hello from python") }
            #expect(try slow.receive().bodyCount == 30_000_000)
            slow.inspectBody = nil
            #expect(try slow.receive().text == "hello from python")
        }
    }

    @Test("A folder that is not there is said before anything starts", .timeLimit(.minutes(5)))
    func wrongFolder() throws {
        for options in [["--x-sendfile-root", "/no/such"], ["--x-accel-root", "/p/=/no/such"]] {
            let outcome = try gatewayOutcome("wsgi:site_app", options[0], options[1])
            #expect(outcome.status == .exited(1))
            #expect(outcome.errors.contains("/no/such") && outcome.errors.contains(options[0]))
        }
        #expect(try gatewayOutcome("wsgi:site_app", "--x-accel-root", "p=/tmp").status == .exited(2))
    }
}
