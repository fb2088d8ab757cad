import Syscalls
import Testing

@Suite("The PROXY protocol", .serialized)
struct ProxyProtocolTests {
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10] + Array("QUIT\n".utf8)
    private static let line = "PROXY TCP4 203.0.113.9 198.51.100.2 4242 443\r\n"

    /// A header of version 2, of a client at 203.0.113.9.
    private func binary(_ command: UInt8 = 0x21, extras: [UInt8] = []) -> [UInt8] {
        let addresses: [UInt8] = [203, 0, 113, 9, 198, 51, 100, 2, 0x10, 0x92, 1, 0xBB]
        return Self.signature + [command, 0x11, 0, UInt8(addresses.count + extras.count)] + addresses + extras
    }

    private func extra(_ type: UInt8, _ value: [UInt8]) -> [UInt8] { [type, 0, UInt8(value.count)] + value }

    private func tls(_ client: UInt8, verify: UInt8) -> [UInt8] {
        let parts =
            [(0x21, "TLSv1.3"), (0x22, "alice"), (0x23, "TLS_AES_128_GCM_SHA256")] as [(UInt8, String)]
        return extra(0x20, [client, 0, 0, 0, verify] + parts.flatMap { extra($0.0, Array($0.1.utf8)) })
    }

    private func expectClosed(_ gateway: GatewayProcess, _ bytes: [UInt8], _ reason: String) throws {
        let client = try gateway.connect()
        client.send(bytes)
        try client.receiveEnd()
        #expect(gateway.calls.isEmpty)
        try eventually("the reason is logged: \(reason)") {
            gateway.hasLogged("closed a connection from 127.0.0.1", reason)
        }
    }

    @Test("Both versions name the client of all requests of a connection", .timeLimit(.minutes(5)))
    func versions() throws {
        try withApplication("inline", "--proxy-protocol", "auto", "--access-log", "access") { gateway in
            for header in [Array(Self.line.utf8), binary()] {
                let client = try gateway.connect()
                client.send(header)
                for _ in 0..<2 {
                    let environ = try client.environ()
                    #expect(environ.summary == "203.0.113.9 4242 http own 443")
                    #expect(
                        environ["SERVER_ADDR"] == "198.51.100.2"
                            && environ["GATEWAY_PEER_ADDR"] == "127.0.0.1")
                }
            }
            let pipelined = try gateway.connect()
            pipelined.send(
                Self.line + String(repeating: "GET /environ HTTP/1.1\r\nHost: a\r\n\r\n", count: 2))
            for _ in 0..<2 { #expect(try ShownEnviron(pipelined.receive())["REMOTE_ADDR"] == "203.0.113.9") }
            let refused = try gateway.connect()
            refused.send(Self.line + "GET\r\n\r\n")
            #expect(try refused.receive().status == 400)
            try eventually("the requests are logged") {
                let lines = TextFile.read(gateway.folder / "access").lines
                return lines.count == 7 && lines.allSatisfy { $0.hasPrefix("203.0.113.9 ") }
            }
        }
    }

    @Test("A header may come octet by octet", .timeLimit(.minutes(5)))
    func slowly() throws {
        let folder = try TemporaryFolder()
        try GatewayProcess(
            nil,
            ["--bind", "127.0.0.1:0", "--bind", "unix:\(folder / "socket")", "--proxy-protocol", "auto"],
            environment: ["TEST_APPLICATION=inline"], folder: folder, program: Build.testApplication
        ).use { _ in
            for header in [Array(Self.line.utf8), binary(extras: tls(1, verify: 0))] {
                let client = try HTTPClient(unix: folder / "socket")
                try client.sendByteByByte(header + Array("GET /environ HTTP/1.1\r\nHost: own\r\n\r\n".utf8))
                let environ = try ShownEnviron(client.receive())
                #expect(environ["REMOTE_ADDR"] == "203.0.113.9" && environ["GATEWAY_PEER_ADDR"] == "unix:")
                #expect(environ["GATEWAY_PEER_PID"] == "\(SystemProcess.id)")
            }
        }
    }

    @Test(
        "What it says of TLS reaches applications in the names that mod_ssl has made known",
        .timeLimit(.minutes(5)))
    func secure() throws {
        let site = try Site()
        try TextFile.write(
            "<?php foreach ($_SERVER as $name => $value) if (preg_match('/^[A-Z_]+$/', $name) && is_string($value)) echo \"$name=$value\\n\";",
            to: site.path + "/show.php")
        try site.serve("--proxy-protocol", "v2") { gateway in
            for (client, verify, expected, name) in [
                (1, 0, "NONE", nil), (3, 0, "SUCCESS", "alice"), (5, 0, "SUCCESS", "alice"),
                (3, 1, "FAILED:unverified", nil),
            ] as [(UInt8, UInt8, String, String?)] {
                let extras = extra(2, Array("shop.example".utf8)) + tls(client, verify: verify)
                let connection = try gateway.connect()
                connection.send(binary(extras: extras))
                let environ = try connection.environ(at: "/show.php")
                #expect(environ.summary == "203.0.113.9 4242 https own 443" && environ["HTTPS"] == "on")
                #expect(
                    environ["SSL_PROTOCOL"] == "TLSv1.3" && environ["SSL_CIPHER"] == "TLS_AES_128_GCM_SHA256")
                #expect(environ["SSL_TLS_SNI"] == "shop.example" && environ["SSL_CLIENT_VERIFY"] == expected)
                #expect(environ["SSL_CLIENT_S_DN_CN"] == name)
            }
            let plain = try gateway.connect()
            plain.send(binary())
            let environ = try plain.environ(at: "/show.php")
            #expect(environ["HTTPS"] == nil && environ["SSL_CLIENT_VERIFY"] == nil)
        }
    }

    @Test("A connection that does not begin with it is closed without a word", .timeLimit(.minutes(5)))
    func missing() throws {
        for (setting, bytes) in [
            ("auto", Array("GET /environ HTTP/1.1\r\nHost: a\r\n\r\n".utf8)), ("v2", Array(Self.line.utf8)),
            ("v1", binary()),
        ] {
            try withApplication("inline", "--proxy-protocol", setting) { gateway in
                try expectClosed(gateway, bytes, "did not begin with a PROXY header")
            }
        }
        for (bytes, reason) in [
            (Array("PROXY TCP4 a b c d\r\nGET / HTTP/1.1\r\n".utf8), "PROXY line is malformed"),
            (binary(0x25), "unknown version"), (binary(extras: [2, 0xFF, 0xFF]), "is malformed"),
        ] {
            try withApplication("inline", "--proxy-protocol", "auto") { try expectClosed($0, bytes, reason) }
        }
    }

    @Test("Who is no proxy is disconnected", .timeLimit(.minutes(5)))
    func stranger() throws {
        try withApplication("inline", "--proxy-protocol", "auto", "--proxy-allow-ips", "10.0.0.0/8") {
            gateway in
            try expectClosed(gateway, Array(Self.line.utf8), "no proxy of --proxy-allow-ips")
        }
    }

    @Test("A header that does not come in time is not waited for", .timeLimit(.minutes(5)))
    func late() throws {
        try withApplication("inline", "--proxy-protocol", "auto", "--header-timeout", "1") { gateway in
            let silent = try gateway.connect()
            try expectClosed(gateway, Array(Self.line.utf8.prefix(20)), "did not arrive in time")
            try silent.receiveEnd()
        }
    }

    @Test("The proxy itself, and clients that it cannot name", .timeLimit(.minutes(5)))
    func nameless() throws {
        try withApplication("inline", "--proxy-protocol", "auto") { gateway in
            for (header, expected, scheme) in [
                (binary(0x20), "127.0.0.1", "https"), (Array("PROXY UNKNOWN\r\n".utf8), "", "http"),
                (Array("PROXY TCP4 127.0.0.1 127.0.0.1 1 80\r\n".utf8), "127.0.0.1", "https"),
                (binary(), "203.0.113.9", "http"),
            ] {
                // Only a proxy that is trusted speaks of others, and whom the first proxy cannot name is none.
                let client = try gateway.connect()
                client.send(header)
                let own = try client.environ()
                #expect(own["REMOTE_ADDR"] == expected)
                let other = try client.environ("X-Forwarded-For: 198.51.100.77", "X-Forwarded-Proto: https")
                #expect(other["REQUEST_SCHEME"] == scheme)
                #expect(other["REMOTE_ADDR"] == (scheme == "https" ? "198.51.100.77" : expected))
                #expect(other["GATEWAY_PEER_ADDR"] == "127.0.0.1")
            }
        }
    }
}
