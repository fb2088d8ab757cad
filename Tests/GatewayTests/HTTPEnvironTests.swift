import GatewayInterface
import HTTP
import Octets
import Syscalls
import Testing
@testable import Logs
@testable import Routing

@Suite("From a request head to an environ")
struct HTTPEnvironTests {
    /// The variables that a request head becomes, all but those of its path.
    private func variables(_ text: String, local: String = "127.0.0.1") throws -> [String: String] {
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        var parser = RequestParser()
        var head = RequestHead()
        let isComplete = try parser.parse(bytes.span, into: &head)
        try #require(isComplete)
        let address = try #require(try SocketAddress.resolve(host: local, port: 8000).first)
        let peer = try #require(try SocketAddress.resolve(host: "192.0.2.7", port: 4321).first)
        var environ = ByteBuffer()
        bytes.withUnsafeBufferPointer { bytes in
            environ.appendRequest(
                head, bytes,
                from: RequestOrigin(
                    local: LocalEnd(address: address), peer: PeerAddress(peer, nil), client: nil, passed: nil)
            )
        }
        let all = Environ(constant: [], request: Array(environ.bytes)).variables
        #expect(Set(all.map(\.name)).count == all.count, "a name twice")
        return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.value) })
    }

    /// The `HTTP_*` variables that field lines become.
    private func fields(_ lines: String...) throws -> [String: String] {
        let head = "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        return try variables(head).filter { $0.key.hasPrefix("HTTP_") && $0.key != "HTTP_HOST" }
    }

    @Test("The request line, the peer and the host")
    func requestLine() throws {
        let found = try variables("POST /a%20b?c=%20&d HTTP/1.0\r\nHost: example.com:81\r\n\r\n")
        #expect(
            found == [
                "REQUEST_METHOD": "POST", "REQUEST_URI": "/a%20b?c=%20&d", "QUERY_STRING": "c=%20&d",
                "SERVER_PROTOCOL": "HTTP/1.0",
                "SERVER_NAME": "example.com", "REMOTE_ADDR": "192.0.2.7", "REMOTE_PORT": "4321",
                "HTTP_HOST": "example.com:81",
            ])
        #expect(try variables("GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n")["SERVER_NAME"] == "[::1]")
        #expect(try variables("GET /a HTTP/1.1\r\nHost: b\r\n\r\n")["QUERY_STRING"] == "")
    }

    @Test(
        "Without a host the listener's name is the server's",
        arguments: [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::", "localhost")])
    func noHost(_ local: String, _ name: String) throws {
        let found = try variables("GET / HTTP/1.0\r\n\r\n", local: local)
        #expect(found["SERVER_NAME"] == name)
        #expect(found["HTTP_HOST"] == nil)
    }

    @Test("The authority of an absolute-form target replaces Host")
    func absoluteForm() throws {
        let found = try variables("GET http://real.example:82/a HTTP/1.1\r\nHost: forged\r\n\r\n")
        #expect(found["HTTP_HOST"] == "real.example:82")
        #expect(found["SERVER_NAME"] == "real.example")
        #expect(found["REQUEST_URI"] == "http://real.example:82/a")
    }

    @Test("A field is upper case, with underscores for hyphens")
    func names() throws {
        #expect(
            try fields("X-Some-thing2: a b", "ACCEPT:*/*") == [
                "HTTP_X_SOME_THING2": "a b", "HTTP_ACCEPT": "*/*",
            ])
        #expect(try fields("X:", "Y: \u{E9}") == ["HTTP_X": "", "HTTP_Y": "\u{FFFD}"])
    }

    @Test("Fields of one name are joined, cookies with a semicolon")
    func joined() throws {
        #expect(try fields("X-A: 1", "B: 2", "x-a: 3", "X-A:") == ["HTTP_X_A": "1, 3, ", "HTTP_B": "2"])
        #expect(try fields("Cookie: a=b", "cookie: c=d") == ["HTTP_COOKIE": "a=b; c=d"])
    }

    @Test(
        "A name that could forge another variable is dropped",
        arguments: ["X_A", "X.A", "_", "Content_Length", "Remote_Addr", "x_a-b"])
    func ambiguous(_ name: String) throws {
        #expect(try fields("X-A: real", "\(name): forged") == ["HTTP_X_A": "real"])
    }

    @Test(
        "What a client must not set, or what is about its connection, goes no further",
        arguments: [
            "Proxy: evil", "PROXY: evil", "Connection: close", "Keep-Alive: 5", "TE: trailers", "Trailer: X",
            "Upgrade: h2c",
            "Proxy-Connection: close", "Expect: 100-continue", "Content-Length: 5",
            "Transfer-Encoding: chunked",
        ])
    func dropped(_ line: String) throws {
        #expect(try fields(line) == [:])
    }

    @Test("A field that Connection names is dropped, Host and the body's type are not")
    func nominated() throws {
        #expect(
            try fields("Connection: X-A, cookie, close", "X-A: 1", "X-B: 2", "Cookie: c") == [
                "HTTP_X_B": "2", "HTTP_COOKIE": "c",
            ])
        let found = try variables(
            "POST / HTTP/1.1\r\nConnection: Host, Content-Type\r\nHost: a\r\nContent-Type: b\r\n\r\n")
        #expect(found["HTTP_HOST"] == "a" && found["CONTENT_TYPE"] == "b")
    }

    @Test("The body's type has no HTTP_ twin, and its length is not the head's to say")
    func body() throws {
        let found = try variables(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n")
        #expect(found["CONTENT_TYPE"] == "text/plain")
        #expect(
            found["HTTP_CONTENT_TYPE"] == nil && found["HTTP_CONTENT_LENGTH"] == nil
                && found["CONTENT_LENGTH"] == nil)
    }

    @Test("Credentials reach the application as they came, and name no user")
    func authorization() throws {
        let found = try variables(
            "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\nRemote-User: root\r\n\r\n")
        #expect(found["HTTP_AUTHORIZATION"] == "Basic YTpi")
        #expect(
            found["REMOTE_USER"] == nil && found["AUTH_TYPE"] == nil && found["HTTP_REMOTE_USER"] == "root")
    }

    @Test("A local redirect is a GET for another path, with the fields of the request it comes from")
    func redirected() throws {
        var previous = ByteBuffer()
        for (name, value) in [
            ("REQUEST_METHOD", "POST"), ("REQUEST_URI", "/old"), ("QUERY_STRING", "a"), ("CONTENT_TYPE", "x"),
            ("CONTENT_LENGTH", "5"),
            ("SCRIPT_NAME", "/old"), ("PATH_INFO", "/i"), ("SCRIPT_FILENAME", "/r/old"),
            ("DOCUMENT_URI", "/old"),
            ("PATH_TRANSLATED", "/r/i"), ("HTTP_COOKIE", "c"), ("REMOTE_ADDR", "::1"),
        ] as [(StaticString, String)] { previous.appendPair(name, text: value) }
        var environ = ByteBuffer()
        let query = Array("b=c".utf8)
        query.withUnsafeBufferPointer { environ.appendRedirected(from: previous.bytes, query: $0) }
        let found = Environ(constant: [], request: Array(environ.bytes)).variables.map {
            "\($0.name)=\($0.value)"
        }
        #expect(
            found == [
                "REQUEST_METHOD=GET", "QUERY_STRING=b=c", "REQUEST_URI=/old", "HTTP_COOKIE=c",
                "REMOTE_ADDR=::1",
            ])
    }

    @Test("What never changes is said once for each listener")
    func constant() throws {
        let address = try #require(try SocketAddress.resolve(host: "127.0.0.1", port: 8000).first)
        let environ = Environ(
            constant: LocalEnd(address: address).constantPairs, request: [])
        #expect(environ["GATEWAY_INTERFACE"] == "CGI/1.1" && environ["REDIRECT_STATUS"] == "200")
        #expect(environ["SERVER_PORT"] == "8000" && environ["SERVER_ADDR"] == "127.0.0.1")
        #expect(environ["REQUEST_SCHEME"] == "http" && environ["HTTPS"] == nil)
        let unix = try #require(SocketAddress(unixPath: "/run/a"))
        let local = LocalEnd(address: unix)
        #expect(Environ(constant: local.constantPairs, request: [])["SERVER_ADDR"] == nil)
        #expect(local.defaultServerName == "localhost" && !local.isWildcard)
    }
}
