import HTTP
import Octets
import Syscalls
import Testing

@testable import Gateway

@Suite("Whose X-Forwarded-Proto is believed")
struct TrustedPeersTests {
    @Test(
        "Addresses, networks and everybody",
        arguments: [
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("*", "203.0.113.9", true),
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3/32", "10.1.2.3", true), ("10.1.2.3/32", "10.1.2.2", false),
            ("0.0.0.0/0", "198.51.100.1", true), ("0.0.0.0/0", "::1", false), ("::/0", "::1", true),
            ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
            ("2001:db8::/65", "2001:db8::1", true),
            ("2001:db8::/65", "2001:db8:0:0:8000::1", false), ("::1", "127.0.0.1", false),
            ("::ffff:127.0.0.1", "127.0.0.1", true),
        ])
    func trusts(_ entry: String, _ peer: String, _ expected: Bool) throws {
        let address = try #require(try SocketAddress.resolve(host: peer, port: 1).first)
        #expect(try TrustedPeers([entry]).trusts(address) == expected)
        #expect(try TrustedPeers(["192.0.2.1", entry]).trusts(address) == expected)
        #expect(try !TrustedPeers([]).trusts(address))
    }

    @Test("Whoever may open a unix socket is trusted")
    func unix() throws {
        #expect(try TrustedPeers([]).trusts(#require(SocketAddress(unixPath: "/run/a"))))
    }

    @Test(
        "What is no address is refused, by its name",
        arguments: [
            "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "1.2.3.4/8/9", "", "10.0.0.1/-1",
        ])
    func malformed(_ entry: String) {
        #expect {
            _ = try TrustedPeers([entry])
        } throws: { error in
            (error as? ConfigurationError)?.message.contains("'\(entry)'") == true
        }
    }

    @Test(
        "The scheme that a proxy names",
        arguments: [
            ([], false), (["https"], true), (["HTTPS"], true), (["http"], false), (["https", "https"], true),
            (["https, https"], true), (["wss"], false), ([""], false), (["https "], true),
        ])
    func scheme(_ values: [String], _ isSecure: Bool) throws {
        #expect(try found(values) == isSecure)
    }

    @Test(
        "Two that do not agree are refused",
        arguments: [
            ["https", "http"], ["http", "https"], ["http,https"], ["https", ""], ["https,"],
            ["https", "wss"],
        ])
    func contradiction(_ values: [String]) {
        #expect(throws: RequestError.malformedField) { try found(values) }
    }

    @Test("A field that speaks about the connection only is not asked")
    func nominated() throws {
        #expect(try found(["https"], and: "Connection: x-forwarded-proto\r\n") == false)
    }

    private func found(_ values: [String], and more: String = "") throws -> Bool {
        let fields = values.map { "X-Forwarded-Proto: \($0)\r\n" }.joined()
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\(more)\r\n".utf8)
        var parser = RequestParser()
        var head = RequestHead()
        let isComplete = try parser.parse(bytes.span, into: &head)
        try #require(isComplete)
        return try bytes.withUnsafeBufferPointer { try ForwardedScheme.isSecure(head, $0) }
    }
}
