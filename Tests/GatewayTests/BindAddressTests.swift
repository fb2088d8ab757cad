import Testing
@testable import Settings

@Suite("Addresses of the command line")
struct BindAddressTests {
    @Test(
        "An address is a host and a port, or a unix path",
        arguments: [
            ("127.0.0.1:8000", .tcp(host: "127.0.0.1", port: 8000), "127.0.0.1:8000"),
            (":8000", .tcp(host: "", port: 8000), ":8000"), ("*:8000", .tcp(host: "", port: 8000), ":8000"),
            ("[::1]:80", .tcp(host: "::1", port: 80), "[::1]:80"),
            ("[::]:0", .tcp(host: "::", port: 0), "[::]:0"),
            ("localhost:65535", .tcp(host: "localhost", port: 65_535), "localhost:65535"),
            ("a:00080", .tcp(host: "a", port: 80), "a:80"),
            ("unix:/run/a.sock", .unix(path: "/run/a.sock"), "unix:/run/a.sock"),
            ("unix:a:80", .unix(path: "a:80"), "unix:a:80"),
            ("unix:@a", .abstract(name: "a"), "unix:@a"), ("fd://3", .descriptor(3), "fd://3"),
        ] as [(String, BindAddress, String)])
    func valid(_ text: String, _ address: BindAddress, _ description: String) throws {
        let parsed = try BindAddress(parsing: text)
        #expect(parsed == address)
        #expect("\(parsed)" == description)
        #expect(try BindAddress(parsing: description) == address)
    }

    @Test(
        "What is no address is a mistake on the command line, and the message names it",
        arguments: [
            "", ":", "a", "8000", "localhost", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:-1",
            "127.0.0.1:+80", "127.0.0.1:65536",
            "127.0.0.1:70000", "127.0.0.1:99999999999999999999", "127.0.0.1: 80", "127.0.0.1:80 ",
            "127.0.0.1:\u{0668}\u{0660}", "::1", "::1:80",
            "[::1]", "[::1]:", "[::1:80", "::1]:80", "http://a:80", "unix:",
            "unix:\(String(repeating: "a", count: 108))",
            "unix:@", "unix:@\(String(repeating: "a", count: 108))", "fd://", "fd://2", "fd://-3", "fd://a",
        ])
    func malformed(_ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try BindAddress(parsing: text) }
        #expect(error?.exitCode == 2)
        #expect(error?.message.contains("'\(text)'") == true)
    }

    @Test("Brackets without an address in them are no address")
    func emptyBrackets() {
        #expect(throws: ConfigurationError.self) { try BindAddress(parsing: "[]:80") }
    }

    @Test("An address resolves to one that a socket can have")
    func resolve() throws {
        #expect(try BindAddress.tcp(host: "127.0.0.1", port: 80).resolve().port == 80)
        #expect(try BindAddress.unix(path: "/a").resolve().isUnix)
        let name = String(repeating: "a", count: 300)
        let error = #expect(throws: ConfigurationError.self) {
            try BindAddress.tcp(host: name, port: 80).resolve()
        }
        #expect(error?.exitCode == 1)
    }

    @Test(
        "Each kind of mistake has an exit code of its own",
        arguments: [
            (.environment("a"), 1), (.usage("a"), 2), (.applicationFailed("a"), 3),
            (.applicationNotFound("a"), 4),
        ]
            as [(ConfigurationError, Int32)])
    func exitCodes(_ error: ConfigurationError, _ code: Int32) {
        #expect(error.exitCode == code)
        #expect(error.message == "a")
    }
}
