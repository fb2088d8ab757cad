import HTTP
import Octets
import TestSupport
import Testing

/// What was believed of some fields, in words: `192.0.2.1:80 https host=a:81 port=81 prefix=/b`.
enum ForwardingOutcome {
    static let hops: Set<String> = ["10.0.0.1", "10.0.0.2", "::1"]

    /// The request, and its head.
    static func request(_ lines: [String]) throws -> ([UInt8], RequestHead) {
        let request = "GET / HTTP/1.1\r\nHost: own\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        let bytes = Latin1.bytes(request)
        var parser = RequestParser()
        var head = RequestHead()
        let isComplete = try parser.parse(bytes.span, into: &head)
        try #require(isComplete)
        return (bytes, head)
    }

    static func isHop(_ address: NetworkAddress) -> Bool {
        hops.contains(address.withText { String(decoding: $0, as: UTF8.self) })
    }

    static func of(
        _ lines: [String], believing fields: ForwardingFields = [.forwarded, .customary]
    ) throws -> String {
        let (bytes, head) = try request(lines)
        func text(_ range: ByteRange) -> String { Latin1.text(bytes[range.start..<range.end]) }
        let client = try ForwardedClient(head, bytes.span, believing: fields, isHop: isHop)
        var words: [String] = []
        switch client.node {
        case nil: break
        case .hidden: words.append("hidden")
        case .address(let address, let port):
            words.append(
                address.withText { String(decoding: $0, as: UTF8.self) } + (port.map { " :\($0)" } ?? ""))
        }
        if let isSecure = client.isSecure { words.append(isSecure ? "https" : "http") }
        if let host = client.host { words.append("host=\(text(host))") }
        if let port = client.port { words.append("port=\(port)") }
        if let prefix = client.prefix { words.append("prefix=\(text(prefix))") }
        return words.joined(separator: " ")
    }
}

@Suite("What a trusted proxy says of the client")
struct ForwardedClientTests {
    @Test(
        "X-Forwarded-For is walked from the right, through the hops that are trusted",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("192.0.2.1, 10.0.0.1", "192.0.2.1"),
            ("6.6.6.6, 192.0.2.1, 10.0.0.2, 10.0.0.1", "192.0.2.1"), ("10.0.0.2, 10.0.0.1", "10.0.0.2"),
            ("6.6.6.6,192.0.2.1", "192.0.2.1"), (" 192.0.2.1 ,\t10.0.0.1 ", "192.0.2.1"),
            ("2001:db8::1, ::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"), ("[2001:db8::1]:443", "2001:db8::1 :443"),
            ("192.0.2.1:567", "192.0.2.1 :567"),
            ("192.0.2.1:0", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("6.6.6.6, ::ffff:10.0.0.1", "6.6.6.6"),
            ("6.6.6.6, unknown", "hidden"), ("6.6.6.6, _a-b.c", "hidden"), ("6.6.6.6, unix:", "hidden"),
            ("6.6.6.6, unknown, 10.0.0.1", "hidden"), ("unknown:80", "hidden"), ("192.0.2.1:_p", "192.0.2.1"),
            ("<script>, \"x, 192.0.2.1", "192.0.2.1"), ("999.1.1.1, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
            ("", ""), (",", ""), (" , ,", ""), ("192.0.2.1,", "192.0.2.1"), (", 192.0.2.1", "192.0.2.1"),
        ])
    func walk(_ value: String, _ expected: String) throws {
        #expect(try ForwardingOutcome.of(["X-Forwarded-For: \(value)"]) == expected)
    }

    @Test("Lines of one name are one list")
    func lines() throws {
        #expect(
            try ForwardingOutcome.of(["X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 192.0.2.1, 10.0.0.1"])
                == "192.0.2.1")
        #expect(
            try ForwardingOutcome.of(["Forwarded: for=6.6.6.6", "forwarded: for=192.0.2.1"]) == "192.0.2.1")
    }

    @Test(
        "What is believed has to be an address",
        arguments: [
            "x", "192.0.2", "192.0.2.1, x", "6.6.6.6, x, 10.0.0.1", "192.0.2.1:", "192.0.2.1:65536",
            "192.0.2.1:a",
            "[::1", "::1]", "[192.0.2.1]", "[::1]x", "[::1]:", "192.0.2.1 10.0.0.1", "\"192.0.2.1\"",
            "fe80::1%eth0",
            "_", "unix:/a", "a.example", "192.0.2.1;10.0.0.1", "192.0.2.01",
        ])
    func malformed(_ value: String) {
        #expect(throws: RequestError.malformedForwarding) {
            try ForwardingOutcome.of(["X-Forwarded-For: \(value)"])
        }
    }

    @Test(
        "Forwarded is walked as well; scheme and host are those of the element that names the client",
        arguments: [
            ("for=192.0.2.1", "192.0.2.1"),
            ("For=192.0.2.1;Proto=HTTPS;by=10.0.0.9;host=a", "192.0.2.1 https host=a"),
            ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17 :4711"),
            ("for=\"192.0.2.1:80\"", "192.0.2.1 :80"),
            ("for=6.6.6.6;proto=https, for=192.0.2.1;proto=http, for=10.0.0.1;proto=https", "192.0.2.1 http"),
            ("for=192.0.2.60; proto=http; by=203.0.113.43", "192.0.2.60 http"), ("for=\"_gazonk\"", "hidden"),
            ("for=unknown;proto=https", "hidden https"), ("proto=https", "https"),
            ("for=6.6.6.6, proto=https", "https"),
            ("host=\"a.example:8443\"", "host=a.example:8443 port=8443"),
            ("secret=\"a\\\"b, for=6.6.6.6\";for=192.0.2.1", "192.0.2.1"),
            ("", ""), (", ,", ""), (";", ""), (";;for=192.0.2.1;", "192.0.2.1"),
            ("for=192.0.2.1,", "192.0.2.1"),
            ("for=x, for=192.0.2.1", "192.0.2.1"), ("by=_a;for=192.0.2.1", "192.0.2.1"),
            ("proto=wss", "https"), ("proto=WS", "http"),
            // Of a proxy that does not count, nobody reads the scheme.
            ("for=192.0.2.1;proto=http, for=10.0.0.1;proto=x", "192.0.2.1 http"),
        ])
    func forwarded(_ value: String, _ expected: String) throws {
        #expect(try ForwardingOutcome.of(["Forwarded: \(value)"]) == expected)
    }

    @Test(
        "Forwarded that breaks its grammar, or names nobody, is refused",
        arguments: [
            "for", "for=", "=a", "for =a", "for= a", "for=a b", "for=192.0.2.1 for=192.0.2.2",
            "for=\"192.0.2.1",
            "for=192.0.2.1\"", "for=192.0.2.1:80", "for=[::1]", "for=::1", "for=\"::1\"",
            "for=\"[192.0.2.1]\"",
            "for=192.0.2.1;for=192.0.2.2", "proto=http;PROTO=http", "host=a;host=a", "by=_a;by=_b",
            "for=\"\"", "for=x",
            "for=\"\\192.0.2.1\"", "for=\"192.0.2.1\"x", "host=\"a b\"", "host=\"\"", "host=a@b",
            "for=192.0.2.1, for=\"", "a=\"\\", "for=192.0.2.1;proto=ftp", "proto=httpss", "proto=\"\"",
        ])
    func malformedForwarded(_ value: String) {
        #expect(throws: (any Error).self) { try ForwardingOutcome.of(["Forwarded: \(value)"]) }
        #expect(throws: RequestError.malformedForwarding) {
            try ForwardingOutcome.of(["Forwarded: \(value)"])
        }
    }

    @Test(
        "Scheme, host, port and prefix say one thing, however often",
        arguments: [
            (["X-Forwarded-Proto: https"], "https"), (["X-Forwarded-Proto: HTTPS"], "https"),
            (["X-Forwarded-Proto: http"], "http"),
            (["X-Forwarded-Proto: https, https"], "https"),
            (["X-Forwarded-Proto: https", "X-Forwarded-Proto: HTTPS"], "https"),
            (["X-Forwarded-Proto: wss"], "https"), (["X-Forwarded-Proto: Ws"], "http"),
            (["X-Forwarded-Proto:"], ""),
            (["X-Forwarded-Host: a.example"], "host=a.example"),
            (["X-Forwarded-Host: [::1]:81"], "host=[::1]:81 port=81"),
            (["X-Forwarded-Host: a:81", "X-Forwarded-Port: 82"], "host=a:81 port=82"),
            (["X-Forwarded-Port: 443, 443"], "port=443"), (["X-Forwarded-Port: 65535"], "port=65535"),
            (["X-Forwarded-Prefix: /a/b"], "prefix=/a/b"),
            (["X-Forwarded-Host: a, A"], "host=a"), (["X-Forwarded-Host:", "X-Forwarded-Port:"], ""),
            (["X-Forwarded-Other: x", "X-Real-IP: 6.6.6.6", "X-Forwarded: for=1"], ""),
        ])
    func single(_ lines: [String], _ expected: String) throws {
        #expect(try ForwardingOutcome.of(lines) == expected)
    }

    @Test(
        "Two that differ are refused, and so is what cannot be meant",
        arguments: [
            ["X-Forwarded-Proto: https, http"], ["X-Forwarded-Proto: http", "X-Forwarded-Proto: https"],
            ["X-Forwarded-Proto: https,"], ["X-Forwarded-Proto: bogus"], ["X-Forwarded-Proto: on"],
            ["X-Forwarded-Proto: https:"],
            ["X-Forwarded-Proto: https", "X-Forwarded-Proto:"],
            ["X-Forwarded-Proto: https", "X-Forwarded-Proto: wss"],
            ["X-Forwarded-Host: a, b"], ["X-Forwarded-Host: a", "X-Forwarded-Host: b"],
            ["X-Forwarded-Host: a/b"],
            ["X-Forwarded-Host: a:b"], ["X-Forwarded-Host: u@a"], ["X-Forwarded-Port: 0"],
            ["X-Forwarded-Port: 65536"],
            ["X-Forwarded-Port: -1"], ["X-Forwarded-Port: 443, 80"],
            ["X-Forwarded-Port: 99999999999999999999"],
            ["X-Forwarded-Prefix: /a, /b"], ["X-Forwarded-Prefix: /a", "X-Forwarded-Prefix: /A"],
        ])
    func contradiction(_ lines: [String]) {
        #expect(throws: RequestError.malformedForwarding) { try ForwardingOutcome.of(lines) }
    }

    @Test(
        "Where both families are believed, they have to agree",
        arguments: [
            (
                "for=192.0.2.1;proto=https;host=a",
                ["X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: A"], true
            ),
            ("for=192.0.2.1", ["X-Forwarded-For: 6.6.6.6, 192.0.2.1:80"], true),
            ("for=_x", ["X-Forwarded-For: unknown"], true),
            ("for=192.0.2.1", ["X-Forwarded-For: 192.0.2.2"], false),
            ("for=192.0.2.1", ["X-Forwarded-For: unknown"], false),
            ("proto=http", ["X-Forwarded-Proto: https"], false),
            ("host=a", ["X-Forwarded-Host: b"], false), ("for=192.0.2.1", ["X-Forwarded-Proto: https"], true),
        ])
    func families(_ forwarded: String, _ lines: [String], _ agree: Bool) throws {
        let all = ["Forwarded: \(forwarded)"] + lines
        if agree {
            _ = try ForwardingOutcome.of(all)
        } else {
            #expect(throws: RequestError.malformedForwarding) { try ForwardingOutcome.of(all) }
        }
    }

    @Test("A field that is not believed is not looked at")
    func unbelieved() throws {
        let lines = [
            "Forwarded: for=6.6.6.6;proto=\"", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https",
            "X-Forwarded-Host: a b, c", "X-Forwarded-Port: x", "X-Forwarded-Prefix: x, y",
        ]
        #expect(try ForwardingOutcome.of(lines, believing: [.node, .scheme]) == "192.0.2.1 https")
        #expect(try ForwardingOutcome.of(lines, believing: []) == "")
        #expect(throws: RequestError.malformedForwarding) {
            try ForwardingOutcome.of(lines, believing: [.forwarded])
        }
        #expect(
            try ForwardingOutcome.of(["Forwarded: for=192.0.2.1", lines[1]], believing: .forwarded)
                == "192.0.2.1")
    }

    @Test(
        "Connection cannot make a proxy's word go away",
        arguments: [
            "Forwarded: for=192.0.2.1", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https",
            "X-Forwarded-Host: a",
            "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /a",
        ])
    func nominated(_ line: String) throws {
        let name = line.prefix { $0 != ":" }.lowercased()
        #expect(throws: RequestError.malformedForwarding) {
            try ForwardingOutcome.of([line, "Connection: close, \(name)"])
        }
        #expect(try ForwardingOutcome.of([line, "Connection: close, \(name)"], believing: []) == "")
    }

    @Test(
        "Whatever a client writes before it, what its proxy has added is believed, or nothing",
        arguments: 0..<4 as Range<UInt64>)
    func forged(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let octets = Array("for=\"\\,;[]: 6.1_pub/host=\tproto10.0.0.1".utf8)
        let seeds = [
            "for=6.6.6.6;proto=https", "for=\"[::1]:80\", for=10.0.0.1", "6.6.6.6, 10.0.0.1",
            "a=\"b\\\"c\", for=6.6.6.6", "::1, 1.1.1.1",
        ].map { Array($0.utf8) }
        var accepted = 0
        for number in 0..<2000 {
            let forged = seeds[number % seeds.count].damaged(with: octets, using: &generator)
            let text = Latin1.text(forged[...])
            for (line, expected) in [
                ("Forwarded: \(text), for=192.0.2.1;host=a", "192.0.2.1 host=a"),
                ("X-Forwarded-For: \(text), 192.0.2.1, 10.0.0.1", "192.0.2.1"),
            ] {
                guard let outcome = try? ForwardingOutcome.of([line]) else { continue }
                accepted += 1
                #expect(outcome == expected, "\(line)")
            }
        }
        #expect(accepted > 2000)
    }
}

@Suite("What a proxy has taken off the path")
struct ForwardedPrefixTests {
    private func normalize(_ text: String) throws -> String {
        var output = ByteBuffer()
        output.append("before")
        defer { #expect(output.bytes.prefix(6).elementsEqual("before".utf8)) }
        try Latin1.bytes(text).withUnsafeBufferPointer { try ForwardedPrefix.normalize($0, into: &output) }
        return Latin1.text(Array(output.bytes)[6...])
    }

    @Test(
        "It is a path by the rules of paths",
        arguments: [
            ("/", ""), ("/a", "/a"), ("/a/", "/a"), ("/a//", "/a"), ("/a/b", "/a/b"), ("/a%20b", "/a b"),
            ("/a/./b/../c", "/a/c"),
            ("/%C3%A4", "/\u{C3}\u{A4}"), ("/a//b", "/a//b"), ("/./", ""),
        ])
    func paths(_ text: String, _ expected: String) throws { #expect(try normalize(text) == expected) }

    @Test(
        "What is none, or would name another host in a redirect, is refused",
        arguments: [
            "", "a", "a/b", "//evil.example", "/%2Fevil.example", "/\\evil", "/%5Cevil", "/a?b", "/a#b",
            "/a b", "/..", "/a/../..",
            "/%00", "/%", "/%zz", "/\u{E4}", "http://a/", "/./%2Fevil", "/a/..//evil", "/.//evil",
        ])
    func malformed(_ text: String) {
        #expect(throws: RequestError.malformedForwarding) { try normalize(text) }
    }
}
