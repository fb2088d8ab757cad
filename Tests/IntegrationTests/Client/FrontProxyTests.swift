// docs/behind-a-proxy.md, tried: what it tells to write into the configurations of nginx and haproxy.

import Syscalls
import Testing

@Suite("Behind real proxies", .serialized)
struct FrontProxyTests {
    /// Runs `body` with nginx before a gateway at a unix socket, where nobody else is trusted: the clients of these tests
    /// come from the machine that nginx is on, and must not be taken for it.
    private func withNginx(
        _ fields: String, _ location: String, pass path: String = "", _ settings: String,
        _ body: (HTTPClient, UInt16) throws -> Void
    ) throws {
        let folder = try TemporaryFolder()
        try GatewayProcess(
            nil,
            [
                "--bind", "127.0.0.1:0", "--bind", "unix:\(folder / "socket")", "--forwarded-allow-ips",
                "unix",
                "--forwarded-fields", fields,
            ], environment: ["TEST_APPLICATION=inline"], folder: folder, program: Build.testApplication
        ).use { _ in
            let proxy = try FrontProxy.nginx { port in
                FrontProxy.http(
                    """
                    listen 127.0.0.1:\(port);
                    location \(location) {
                      proxy_pass http://unix:\(folder / "socket")\(path);
                      proxy_http_version 1.1;
                      \(settings)
                    }
                    """)
            }
            try body(HTTPClient(port: proxy.port), proxy.port)
        }
    }

    @Test("nginx, by X-Forwarded fields that it sets, whatever its client sends", .timeLimit(.minutes(5)))
    func nginx() throws {
        let settings = """
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Port $server_port;
            proxy_set_header X-Forwarded-Prefix /shop;
            proxy_set_header Forwarded "";
            """
        try withNginx("x-forwarded", "/shop/", pass: ":/", settings) { client, port in
            for forged in [
                "X-Own: 1", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: \"6.6.6.6",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: //evil",
                "X_Forwarded_For: 6.6.6.6", "Connection: keep-alive, x-forwarded-for",
            ] {
                let environ = try client.environ(forged, "Forwarded: for=6.6.6.6", at: "/shop/environ")
                #expect(environ.summary == "127.0.0.1 - http own \(port)", "\(forged)")
                #expect(environ["SCRIPT_NAME"] == "/shop" && environ["PATH_INFO"] == "/environ")
                #expect(environ["GATEWAY_PEER_ADDR"] == "unix:" && environ["HTTP_FORWARDED"] == nil)
            }
        }
    }

    @Test("nginx, by Forwarded", .timeLimit(.minutes(5)))
    func nginxForwarded() throws {
        let settings = #"proxy_set_header Forwarded "for=$remote_addr;proto=$scheme;host=\"$http_host\"";"#
        try withNginx("forwarded", "/", settings) { client, _ in
            let environ = try client.environ("Forwarded: for=6.6.6.6", "X-Forwarded-For: 6.6.6.6")
            #expect(environ.summary == "127.0.0.1 - http own 80")
            #expect(environ["HTTP_HOST"] == "own" && environ["GATEWAY_PEER_ADDR"] == "unix:")
        }
    }

    @Test(
        "What a proxy leaves to its clients is theirs: the attack that --forwarded-fields is about",
        .timeLimit(.minutes(5)))
    func careless() throws {
        try withNginx("x-forwarded", "/", "proxy_set_header X-Forwarded-For $remote_addr;") { client, _ in
            let environ = try client.environ("X-Forwarded-Host: evil")
            #expect(environ["HTTP_HOST"] == "evil")
        }
        try withNginx("x-forwarded-for", "/", "proxy_set_header X-Forwarded-For $remote_addr;") { client, _ in
            let environ = try client.environ("X-Forwarded-Host: evil", "Forwarded: for=6.6.6.6;host=evil")
            #expect(environ["REMOTE_ADDR"] == "127.0.0.1" && environ["HTTP_HOST"] != "evil")
        }
    }

    @Test("nginx that relays a stream, by the PROXY protocol", .timeLimit(.minutes(5)))
    func stream() throws {
        try withApplication("inline", "--proxy-protocol", "v1") { gateway in
            let behind = try gateway.port
            let proxy = try FrontProxy.nginx { port in
                "stream { server { listen 127.0.0.1:\(port); proxy_pass 127.0.0.1:\(behind); proxy_protocol on; } }"
            }
            let client = try HTTPClient(port: proxy.port)
            for _ in 0..<2 {
                let environ = try client.environ("X-Forwarded-For: 203.0.113.9")
                #expect(environ["SERVER_PORT"] == "\(proxy.port)" && environ["SERVER_ADDR"] == "127.0.0.1")
                #expect(environ["REMOTE_ADDR"] == "203.0.113.9")
                #expect(environ["GATEWAY_PEER_ADDR"] == "127.0.0.1")
            }
        }
    }

    @Test(
        "haproxy, by both versions of the PROXY protocol", .timeLimit(.minutes(5)), arguments: ["v1", "v2"])
    func haproxy(_ version: String) throws {
        try withApplication("inline", "--proxy-protocol", version, "--forwarded-allow-ips", "10.0.0.0/8") {
            gateway in
            let behind = try gateway.port
            let proxy = try FrontProxy.haproxy { _, port in
                """
                listen relay
                  mode tcp
                  bind 127.0.0.1:\(port)
                  server gateway 127.0.0.1:\(behind) \(version == "v1" ? "send-proxy" : "send-proxy-v2 proxy-v2-options crc32c")
                """
            }
            let environ = try HTTPClient(port: proxy.port).environ("X-Forwarded-For: 6.6.6.6")
            #expect(environ["REMOTE_ADDR"] == "127.0.0.1" && environ["SERVER_PORT"] == "\(proxy.port)")
            #expect(environ["REMOTE_PORT"] != environ["GATEWAY_PEER_PORT"])
        }
    }

    @Test("haproxy that ends TLS tells of it", .timeLimit(.minutes(5)))
    func haproxyTLS() throws {
        try withApplication("inline", "--proxy-protocol", "v2") { gateway in
            let behind = try gateway.port
            let proxy = try FrontProxy.haproxy { folder, port in
                try run(
                    "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=alice",
                    "-keyout", folder / "key", "-out", folder / "certificate")
                try TextFile.write(
                    TextFile.read(folder / "certificate") + TextFile.read(folder / "key"), to: folder / "both"
                )
                try run("cp", folder / "certificate", folder / "key", gateway.folder.path)
                return """
                    listen relay
                      mode tcp
                      bind 127.0.0.1:\(port) ssl crt \(folder / "both") ca-file \(folder / "certificate") verify optional
                      server gateway 127.0.0.1:\(behind) send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,authority,crc32c
                    """
            }
            for hasCertificate in [false, true] {
                let own = ["--cert", gateway.folder / "certificate", "--key", gateway.folder / "key"]
                let (status, output, errors) = try outcome(
                    of: [
                        "curl", "-sSk", "--max-time", "30", "--resolve",
                        "shop.example:\(proxy.port):127.0.0.1",
                    ]
                        + (hasCertificate ? own : []) + ["https://shop.example:\(proxy.port)/environ"])
                try #require(status == .exited(0), "\(errors)")
                let environ = output.lines
                #expect(environ.contains("HTTPS=on") && environ.contains("REQUEST_SCHEME=https"))
                #expect(
                    environ.contains("SERVER_PORT=\(proxy.port)")
                        && environ.contains("SSL_TLS_SNI=shop.example"))
                #expect(environ.contains { $0.hasPrefix("SSL_PROTOCOL=TLSv1.") })
                #expect(environ.contains { $0.hasPrefix("SSL_CIPHER=") && $0.count > 11 })
                #expect(environ.contains("SSL_CLIENT_VERIFY=\(hasCertificate ? "SUCCESS" : "NONE")"))
                #expect(environ.contains("SSL_CLIENT_S_DN_CN=alice") == hasCertificate)
            }
        }
    }
}
