import Syscalls
import Testing

@Suite("X-Forwarded-Proto", .serialized)
struct ForwardedSchemeTests {
    private func ask(_ gateway: GatewayProcess, _ client: HTTPClient, _ values: String...) throws
        -> HTTPResponse
    {
        let fields = values.map { "X-Forwarded-Proto: \($0)\r\n" }.joined()
        client.send("GET /scheme HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        return try client.receive()
    }

    @Test("A trusted proxy decides for each request of its connection", .timeLimit(.minutes(5)))
    func trusted() throws {
        try withApplication("inline") { gateway in
            let client = try gateway.connect()
            for (value, scheme, isSecure) in [
                ("https", "https", "on"), ("http", "http", "-"), ("HTTPS", "https", "on"),
            ] {
                #expect(
                    try ask(gateway, client, value).text
                        == "REQUEST_SCHEME=\(scheme) HTTPS=\(isSecure) HTTP_X_FORWARDED_PROTO=\(value)")
            }
            #expect(try ask(gateway, client).text == "REQUEST_SCHEME=http HTTPS=- HTTP_X_FORWARDED_PROTO=-")
            #expect(try ask(gateway, client, "https", "http").status == 400)
            try client.receiveEnd()
            #expect(gateway.calls.count == 4)
        }
    }

    @Test("Nobody else does", .timeLimit(.minutes(5)))
    func untrusted() throws {
        try withApplication("inline", "--forwarded-allow-ips", "10.0.0.0/8,::1") { gateway in
            let client = try gateway.connect()
            #expect(
                try ask(gateway, client, "https").text
                    == "REQUEST_SCHEME=http HTTPS=- HTTP_X_FORWARDED_PROTO=https")
            #expect(
                try ask(gateway, client, "https", "http").text
                    == "REQUEST_SCHEME=http HTTPS=- HTTP_X_FORWARDED_PROTO=https, http")
        }
    }

    @Test("A FastCGI application is told as well", .timeLimit(.minutes(5)))
    func fastCGI() throws {
        let site = try Site()
        try TextFile.write(
            "<?php echo $_SERVER['REQUEST_SCHEME'], ' ', $_SERVER['HTTPS'] ?? '-';",
            to: site.path + "/scheme.php")
        try site.serve { gateway in
            let client = try gateway.connect()
            for (value, expected) in [("http", "http -"), ("https", "https on"), ("http", "http -")] {
                client.send("GET /scheme.php HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: \(value)\r\n\r\n")
                #expect(try client.receive().text == expected)
            }
        }
    }
}
