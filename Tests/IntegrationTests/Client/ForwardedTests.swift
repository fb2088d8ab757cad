import Syscalls
import Testing

@Suite("What proxies in front say of their clients", .serialized)
struct ForwardedTests {
    @Test(
        "By default a trusted proxy names the client and its scheme, and nothing else",
        .timeLimit(.minutes(5)))
    func standard() throws {
        try withApplication("inline", "--access-log", "access") { gateway in
            let client = try gateway.connect()
            let port = try gateway.port
            let environ = try client.environ(
                "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 127.0.0.1", "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil",
                "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /evil", "Forwarded: for=6.6.6.7;host=evil")
            #expect(environ.summary == "203.0.113.9 - https own \(port)")
            #expect(environ["HTTP_HOST"] == "own" && environ["SCRIPT_NAME"] == "" && environ["HTTPS"] == "on")
            #expect(environ["GATEWAY_PEER_ADDR"] == "127.0.0.1" && environ["GATEWAY_PEER_PORT"] != nil)
            #expect(environ["HTTP_X_FORWARDED_HOST"] == "evil" && environ["HTTP_FORWARDED"] != nil)
            // Each request of the connection has a client of its own.
            let next = try client.environ("X-Forwarded-For: 2001:DB8:0::1")
            #expect(next.summary == "2001:db8::1 - http own \(port)" && next["HTTPS"] == nil)
            let hidden = try client.environ("X-Forwarded-For: 203.0.113.9, unknown")
            #expect(hidden["REMOTE_ADDR"] == "" && hidden["REMOTE_PORT"] == nil)
            let own = try client.environ()
            #expect(own["REMOTE_ADDR"] == "127.0.0.1" && own["REMOTE_PORT"] == next["GATEWAY_PEER_PORT"])
            #expect(own["GATEWAY_PEER_ADDR"] == nil)
            try eventually("the requests are logged") {
                TextFile.read(gateway.folder / "access").lines.map { $0.prefix { $0 != " " } }
                    == ["203.0.113.9", "2001:db8::1", "-", "127.0.0.1"]
            }
        }
    }

    @Test("All X-Forwarded fields are obeyed where that is set", .timeLimit(.minutes(5)))
    func customary() throws {
        try withApplication("inline", "--forwarded-fields", "x-forwarded") { gateway in
            let client = try gateway.connect()
            let environ = try client.environ(
                "X-Forwarded-For: 203.0.113.9:4242", "X-Forwarded-Proto: https",
                "X-Forwarded-Host: shop.example:8443",
                "X-Forwarded-Port: 443", "X-Forwarded-Prefix: /shop%20a/", at: "/environ?a=b")
            #expect(environ.summary == "203.0.113.9 4242 https shop.example 443")
            #expect(environ["HTTP_HOST"] == "shop.example:8443" && environ["REQUEST_URI"] == "/environ?a=b")
            #expect(environ["SCRIPT_NAME"] == "/shop a" && environ["PATH_INFO"] == "/environ")
            #expect(environ["GATEWAY_PREFIX"] == "/shop a")
            #expect(try client.environ("X-Forwarded-Host: [::1]:81").summary.hasSuffix(" http [::1] 81"))
            client.send("GET /environ HTTP/1.0\r\nX-Forwarded-Host: a\r\nConnection: keep-alive\r\n\r\n")
            let old = try ShownEnviron(client.receive())
            #expect(old["HTTP_HOST"] == "a" && old["SERVER_NAME"] == "a")
        }
    }

    @Test("Forwarded is obeyed instead where that is set", .timeLimit(.minutes(5)))
    func standardField() throws {
        try withApplication("inline", "--forwarded-fields", "forwarded") { gateway in
            let client = try gateway.connect()
            let environ = try client.environ(
                "Forwarded: for=6.6.6.6, for=\"[2001:db8::9]:81\";proto=https;host=shop.example, for=127.0.0.1",
                "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: http")
            #expect(environ.summary == "2001:db8::9 81 https shop.example \(try gateway.port)")
        }
    }

    @Test(
        "What is believed and contradicts itself reaches no application",
        .timeLimit(.minutes(5)))
    func contradictions() throws {
        try withApplication("inline", "--forwarded-fields", "x-forwarded,forwarded") { gateway in
            for fields in [
                "X-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.8\r\n",
                "X-Forwarded-Proto: http\r\nForwarded: proto=https\r\n",
                "X-Forwarded-Host: a\r\nX-Forwarded-Host: b\r\n", "X-Forwarded-For: nobody\r\n",
                "X-Forwarded-Port: 0\r\n",
                "X-Forwarded-Prefix: //evil.example\r\n", "Forwarded: for=\"1.1.1.1\r\n",
                "X-Forwarded-For: 203.0.113.9\r\nConnection: x-forwarded-for\r\n",
            ] {
                let client = try gateway.connect()
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
                let response = try client.receive()
                #expect(response.status == 400 && response.text.contains("Forwarded"), "\(fields)")
                try client.receiveEnd()
            }
            #expect(gateway.calls.isEmpty)
            // Of the first one; the others are of the same ten seconds.
            try eventually("the log says why") {
                gateway.hasLogged(
                    "refused a request of the trusted peer 127.0.0.1 with 400: its x-forwarded-for and forwarded contradict each other"
                )
            }
        }
    }

    @Test(
        "Nobody else is believed, and what they say can be hidden from the application",
        .timeLimit(.minutes(5)))
    func untrusted() throws {
        let fields = [
            "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil",
            "X-Forwarded-Ssl: on",
            "X-Real-IP: 6.6.6.6", "Forwarded: for=6.6.6.6", "X-Own: 1",
        ].joined(separator: "\r\n")
        let names =
            ["FOR", "PROTO", "HOST", "SSL"].map { "HTTP_X_FORWARDED_\($0)" } + [
                "HTTP_X_REAL_IP", "HTTP_FORWARDED",
            ]
        for isHidden in [false, true] {
            try withApplication(
                "inline", "--forwarded-allow-ips", "10.0.0.0/8", "--forwarded-fields",
                "x-forwarded,forwarded",
                "--unbelieved-fields", isHidden ? "drop" : "pass"
            ) { gateway in
                let environ = try gateway.connect().environ(fields)
                #expect(environ["REMOTE_ADDR"] == "127.0.0.1" && environ["REQUEST_SCHEME"] == "http")
                #expect(environ["SERVER_NAME"] == "own" && environ["HTTP_X_OWN"] == "1")
                for name in names { #expect((environ[name] == nil) == isHidden, "\(name)") }
            }
        }
        try withApplication("inline", "--unbelieved-fields", "drop") { gateway in
            let environ = try gateway.connect().environ(fields)
            #expect(
                environ["HTTP_X_FORWARDED_FOR"] == "6.6.6.6" && environ["HTTP_X_FORWARDED_PROTO"] == "https")
            for name in names.dropFirst(2) { #expect(environ[name] == nil, "\(name)") }
        }
    }

    @Test(
        "A prefix goes in front of SCRIPT_NAME and of redirects, and routes never see it",
        .timeLimit(.minutes(5)))
    func prefix() throws {
        let site = try Site()
        try TextFile.write(
            "<?php foreach ($_SERVER as $name => $value) if (preg_match('/^[A-Z_]+$/', $name) && is_string($value)) echo \"$name=$value\\n\";",
            to: site.path + "/show.php")
        try site.serve("--forwarded-fields", "x-forwarded-prefix") { gateway in
            let client = try gateway.connect()
            let environ = try client.environ("X-Forwarded-Prefix: /shop", at: "/show.php/more")
            #expect(environ["SCRIPT_NAME"] == "/shop/show.php" && environ["PATH_INFO"] == "/more")
            #expect(environ["SCRIPT_FILENAME"]?.hasSuffix("/site/show.php") == true)
            client.send("GET /folder?a HTTP/1.1\r\nHost: a\r\nX-Forwarded-Prefix: /shop\r\n\r\n")
            #expect(try client.receive()["Location"] == "/shop/folder/?a")
            client.send("GET /folder HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.receive()["Location"] == "/folder/")
        }
    }

    @Test("A script's own redirect may name its places as clients see them", .timeLimit(.minutes(5)))
    func localRedirect() throws {
        let folder = try TemporaryFolder()
        try run("mkdir", folder / "scripts")
        for (name, text) in [
            ("go", "#!/bin/sh\nprintf 'Location: %s\\n\\n' \"$QUERY_STRING\"\n"),
            (
                "show",
                "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\necho \"$SCRIPT_NAME $PATH_INFO $GATEWAY_PREFIX $REMOTE_ADDR\"\n"
            ),
        ] {
            try TextFile.write(text, to: folder / "scripts/\(name)")
            try run("chmod", "755", folder / "scripts/\(name)")
        }
        try withGateway(
            "cgi:scripts", "--forwarded-fields", "x-forwarded-prefix,x-forwarded-for", folder: folder
        ) { gateway in
            let client = try gateway.connect()
            for (location, expected) in [
                ("/shop/show/x", "/shop/show /x"), ("/show/shop", "/shop/show /shop"),
            ] {
                client.send(
                    "GET /go?\(location) HTTP/1.1\r\nHost: a\r\nX-Forwarded-Prefix: /shop\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
                )
                #expect(try client.receive().text == "\(expected) /shop 203.0.113.9\n")
            }
            client.send("GET /go?/shop/show HTTP/1.1\r\nHost: a\r\nX-Forwarded-Prefix: /sho\r\n\r\n")
            #expect(try client.receive().status == 404)
        }
    }
}

@Suite("Peers at unix sockets", .serialized)
struct UnixPeerTests {
    @Test("An application knows who they are, and they are trusted by name", .timeLimit(.minutes(5)))
    func credentials() throws {
        for isTrusted in [true, false] {
            let folder = try TemporaryFolder()
            let options = ["--bind", "127.0.0.1:0", "--bind", "unix:\(folder / "socket")"]
            try GatewayProcess(
                nil, options + (isTrusted ? [] : ["--forwarded-allow-ips", "127.0.0.1"]),
                environment: ["TEST_APPLICATION=inline"], folder: folder, program: Build.testApplication
            ).use { gateway in
                let client = try HTTPClient(unix: folder / "socket")
                let own = try client.environ()
                #expect(own.summary == "'' - http own 80" && own["SERVER_ADDR"] == nil)
                #expect(own["GATEWAY_PEER_PID"] == "\(SystemProcess.id)")
                let user = try run("id", "-u").trimmed
                let group = try run("id", "-g").trimmed
                #expect(own["GATEWAY_PEER_UID"] == user && own["GATEWAY_PEER_GID"] == group)
                let forwarded = try client.environ("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https")
                #expect(forwarded["REMOTE_ADDR"] == (isTrusted ? "203.0.113.9" : ""))
                #expect(forwarded["REQUEST_SCHEME"] == (isTrusted ? "https" : "http"))
                #expect(forwarded["GATEWAY_PEER_ADDR"] == (isTrusted ? "unix:" : nil))
                #expect(forwarded["GATEWAY_PEER_UID"] == user)
                let other = try gateway.connect().environ()
                #expect(other["GATEWAY_PEER_UID"] == nil)
            }
        }
    }
}
