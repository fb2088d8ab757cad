import GatewayInterface
import Octets
import Testing

@Suite("The environ of a Swift application")
struct EnvironTests {
    private static func block(_ pairs: [(StaticString, String)]) -> [UInt8] {
        var buffer = ByteBuffer()
        for (name, value) in pairs { buffer.appendPair(name, text: value) }
        return Array(buffer.bytes)
    }

    private let environ = Environ(
        constant: block([("SERVER_SOFTWARE", "gateway"), ("PATH_INFO", "/constant"), ("REMOTE_ADDR", "::1")]),
        request: block([
            ("REQUEST_METHOD", "GET"), ("PATH_INFO", "/a b"), ("QUERY_STRING", "c=%20"), ("HTTP_EMPTY", ""),
            ("CONTENT_TYPE", "text/plain"),
        ]))

    @Test("A variable of the request comes before one that never changes")
    func lookUp() {
        #expect(environ["PATH_INFO"] == "/a b")
        #expect(environ["SERVER_SOFTWARE"] == "gateway")
        #expect(environ["HTTP_EMPTY"] == "")
        #expect(environ["HTTP_MISSING"] == nil)
        #expect(environ["path_info"] == nil)
    }

    @Test("The usual variables have names of their own")
    func named() {
        #expect(environ.method == .get)
        #expect(environ.path == "/a b")
        #expect(environ.query == "c=%20")
        #expect(environ.remoteAddress == "::1")
        #expect(environ.contentType == "text/plain")
        let empty = Environ([:])
        #expect(empty.method == .get && empty.path == "" && empty.query == "" && empty.remoteAddress == "")
        #expect(empty.contentType == nil)
        #expect(empty.variables.isEmpty)
    }

    @Test("Entries of an environment become pairs, and what has no name is left out")
    func entries() {
        var block = ByteBuffer()
        for var entry in ["A=b", "EMPTY=", "C=d=e", "NO_VALUE", "=f", ""] {
            entry.withUTF8 { block.appendPair(entry: $0) }
        }
        let environ = Environ(constant: [], request: Array(block.bytes))
        #expect(environ.variables.map(\.name) == ["A", "EMPTY", "C"])
        #expect(environ.variables.map(\.value) == ["b", "", "d=e"])
    }

    @Test("All variables are there, those of the request first")
    func variables() {
        #expect(
            environ.variables.map(\.name) == [
                "REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_EMPTY", "CONTENT_TYPE",
                "SERVER_SOFTWARE", "PATH_INFO",
                "REMOTE_ADDR",
            ])
        #expect(environ.variables.map(\.value)[1] == "/a b")
    }

    @Test("Bytes that are no UTF-8 are repaired in text, and can be had as they came")
    func notUTF8() {
        let environ = Environ(constant: [], request: [1, 3, 0x41, 0x61, 0xFF, 0x62])
        #expect(environ["A"] == "a\u{FFFD}b")
        #expect(environ.withBytes(of: "A") { Array($0!) } == [0x61, 0xFF, 0x62])
        #expect(environ.withBytes(of: "B") { $0 == nil })
    }

    @Test("A damaged block answers for what is whole")
    func damaged() {
        let environ = Environ(constant: [1, 1, 0x42, 0x32], request: [1, 1, 0x41, 0x31, 0xFF, 0xFF])
        #expect(environ["A"] == "1")
        #expect(environ["B"] == "2")
        #expect(environ.variables.count == 2)
    }
}

@Suite("What an environ says, by type")
struct TypedEnvironTests {
    private let environ = Environ([
        "REQUEST_METHOD": "PATCH", "HTTP_ACCEPT_LANGUAGE": "de", "HTTP_X_ODD_NAME": "1",
        "CONTENT_TYPE": "text/css",
        "CONTENT_LENGTH": "12", "REMOTE_PORT": "4711", "HTTPS": "on", "SCRIPT_NAME": "/shop",
        "HTTP_HOST": "example.org:8000",
    ])

    @Test("Fields are found by their names, in any case, and others are not")
    func fields() throws {
        #expect(environ[.acceptLanguage] == "de")
        #expect(environ[try #require(HTTPField.Name("x-oDD-name"))] == "1")
        #expect(environ[.accept] == nil)
        #expect(environ[.contentType] == "text/css" && environ[.contentLength] == "12")
        #expect(Environ(["CONTENT_LENGTH": "", "CONTENT_TYPE": ""])[.contentLength] == nil)
        #expect(environ.fields[.acceptLanguage] == "de")
        #expect(
            environ.fields.map(\.name.rawName).sorted()
                == ["Accept-Language", "Content-Length", "Content-Type", "Host", "X-Odd-Name"])
    }

    @Test("Numbers, the scheme, the host and the method have types")
    func values() {
        #expect(environ.method == .patch)
        #expect(environ.contentLength == 12 && environ.remotePort == 4711)
        #expect(environ.isSecure && environ.scheme == "https")
        #expect(environ.host == "example.org:8000" && environ.scriptName == "/shop")
        #expect(!Environ(["HTTPS": "off"]).isSecure && Environ(["HTTPS": ""]).scheme == "http")
        #expect(Environ(["CONTENT_LENGTH": "many"]).contentLength == nil)
    }

    @Test("A variable can be set, set anew and taken away")
    func mutation() {
        var environ = environ
        environ["shop.customer"] = "Grace"
        environ["REQUEST_METHOD"] = "GET"
        #expect(environ["shop.customer"] == "Grace" && environ.method == .get)
        environ["shop.customer"] = "Ada"
        environ["HTTPS"] = nil
        #expect(environ["shop.customer"] == "Ada" && environ["HTTPS"] == nil)
        #expect(environ.variables.count { $0.name == "shop.customer" } == 1)
        #expect(environ[.acceptLanguage] == "de")
    }

    @Test("Blocking work that is off-loaded comes back, with what it throws")
    func offload() async throws {
        struct Failed: Error {}
        #expect(try await environ.offload { 42 } == 42)
        await #expect(throws: Failed.self) { try await environ.offload { throw Failed() } }
    }
}
