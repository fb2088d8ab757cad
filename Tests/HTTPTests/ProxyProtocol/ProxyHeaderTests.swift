import HTTP
import Octets
import TestSupport
import Testing

@Suite("The PROXY protocol, version 1")
struct ProxyHeaderTextTests {
    @Test(
        "Lines",
        arguments: [
            ("PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r\n", "192.0.2.1 4242 to 198.51.100.2 443"),
            (
                "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\nGET",
                "255.255.255.255 65535 to 255.255.255.255 65535 then 3"
            ),
            ("PROXY TCP6 2001:db8::1 ::1 0 80\r\n", "2001:db8::1 0 to ::1 80"),
            ("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 80\r\n", "192.0.2.1 1 to ::1 80"),
            ("PROXY UNKNOWN\r\n", "unknown"), ("PROXY UNKNOWN whatever\u{FF} this is\r\n", "unknown"),
            ("PROXY UNKNOWN \r\n", "unknown"),
            (
                "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
                "unknown"
            ),
            ("", "more"), ("P", "more"), ("PROXY", "more"),
            ("PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r", "more"),
        ])
    func lines(_ text: String, _ expected: String) {
        #expect(ProxyHeaderOutcome.of(Latin1.bytes(text)) == expected)
    }

    @Test(
        "What is no line of it",
        arguments: [
            "PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\n", "PROXY  TCP4 192.0.2.1 198.51.100.2 4242 443\r\n",
            "PROXY TCP4  192.0.2.1 198.51.100.2 4242 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 4242 443 \r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 4242\r\n", "PROXY TCP4 192.0.2.1 198.51.100.2 4242 443 1\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 04242 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.2 a 443\r\n",
            "PROXY TCP4 192.0.2.01 198.51.100.2 1 443\r\n", "PROXY TCP4 ::1 ::1 1 443\r\n",
            "PROXY TCP6 192.0.2.1 ::1 1 443\r\n",
            "PROXY tcp4 192.0.2.1 198.51.100.2 1 443\r\n", "PROXY UDP4 192.0.2.1 198.51.100.2 1 443\r\n",
            "PROXY UNKNOWNS\r\n",
            "PROXY \r\n", "PROXY TCP4\r\n", "PROXY \n", "PROXY TCP4 192.0.2.1\t198.51.100.2 1 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 1 443\r\r\n",
        ])
    func malformed(_ text: String) { #expect(ProxyHeaderOutcome.of(Latin1.bytes(text)) == "malformedLine") }

    @Test(
        "What begins otherwise is refused at its first octet that differs",
        arguments: [
            ("GET / HTTP/1.1\r\n", 1), ("POST", 2), ("PROXY\r\n", 6), ("proxy TCP4", 1), (" PROXY", 1),
            ("\r\nPROXY", 3), ("PROXX", 5),
        ])
    func foreign(_ text: String, _ count: Int) {
        let bytes = Latin1.bytes(text)
        #expect(ProxyHeaderOutcome.of(bytes) == "noHeader")
        #expect(ProxyHeaderOutcome.of(Array(bytes[..<count])) == "noHeader")
        #expect(ProxyHeaderOutcome.of(Array(bytes[..<(count - 1)])) == "more")
    }

    @Test("A line has 107 octets at the most")
    func length() {
        let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 91)
        #expect(ProxyHeaderOutcome.of(Latin1.bytes(longest + "\r\n")) == "unknown")
        #expect(ProxyHeaderOutcome.of(Latin1.bytes(longest + "x\r\n")) == "tooLong")
        #expect(ProxyHeaderOutcome.of(Latin1.bytes(longest + "x")) == "more")
        #expect(ProxyHeaderOutcome.of(Latin1.bytes(longest + "xx")) == "tooLong")
    }

    @Test("Only versions that are accepted are read")
    func versions() {
        let line = Latin1.bytes("PROXY UNKNOWN\r\n")
        #expect(
            ProxyHeaderOutcome.of(line, .one) == "unknown" && ProxyHeaderOutcome.of(line, .two) == "noHeader")
        let binary = BinaryHeader(command: 0x20, family: 0, addresses: []).bytes
        #expect(
            ProxyHeaderOutcome.of(binary, .two) == "local"
                && ProxyHeaderOutcome.of(binary, .one) == "noHeader")
    }
}

@Suite("The PROXY protocol, version 2")
struct ProxyHeaderBinaryTests {
    private static let six =
        [UInt8](repeating: 0, count: 15) + [1] + [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [
            9
        ]
        + [0x10, 0x92, 1, 0xBB]
    private static let unix =
        Array("/run/a".utf8) + [UInt8](repeating: 0, count: 102) + [UInt8](repeating: 0x62, count: 108)

    @Test(
        "Commands, families and transports",
        arguments: [
            (BinaryHeader(), "192.0.2.1 4242 to 198.51.100.2 443"),
            (BinaryHeader(family: 0x12), "192.0.2.1 4242 to 198.51.100.2 443 datagram"),
            (BinaryHeader(family: 0x21, addresses: six), "::1 4242 to 2001:db8::9 443"),
            (BinaryHeader(family: 0x22, addresses: six), "::1 4242 to 2001:db8::9 443 datagram"),
            (BinaryHeader(family: 0x31, addresses: unix), "/run/a to \(String(repeating: "b", count: 108))"),
            (BinaryHeader(family: 0, addresses: []), "unknown"),
            (BinaryHeader(family: 0, addresses: [], extras: BinaryHeader.extra(4, "x")), "unknown"),
            (BinaryHeader(family: 0x01, addresses: []), "unknown"), (BinaryHeader(family: 0x10), "unknown"),
            // Of no family: what stands there may be addresses, and is skipped.
            (BinaryHeader(family: 0, addresses: [UInt8](repeating: 0xFF, count: 12)), "unknown"),
            (BinaryHeader(family: 0, addresses: [1]), "unknown"),
            (BinaryHeader(family: 0, addresses: [], extras: BinaryHeader.tls(1)), "unknown"),
            (BinaryHeader(command: 0x20, addresses: [UInt8](repeating: 0xFF, count: 12)), "local"),
            (BinaryHeader(command: 0x20), "local"),
            (BinaryHeader(command: 0x20, family: 0, addresses: [1, 2, 3]), "local"),
        ])
    func kinds(_ header: BinaryHeader, _ expected: String) {
        #expect(ProxyHeaderOutcome.of(header.bytes) == expected)
        #expect(ProxyHeaderOutcome.of(header.bytes + Array("GET".utf8)) == expected + " then 3")
        for count in [0, 1, 11, 12, 13, 15, header.bytes.count - 1] {
            #expect(ProxyHeaderOutcome.of(Array(header.bytes[..<count])) == "more", "\(count)")
        }
    }

    @Test(
        "What does not exist, or does not fit, is refused",
        arguments: [
            (BinaryHeader(command: 0x22), "unknownKind"), (BinaryHeader(command: 0x11), "unknownKind"),
            (BinaryHeader(command: 0x31), "unknownKind"),
            (BinaryHeader(family: 0x41), "unknownKind"), (BinaryHeader(family: 0x13), "unknownKind"),
            (BinaryHeader(family: 0xF1), "unknownKind"),
            (BinaryHeader(addresses: Array(BinaryHeader.four.dropLast())), "malformedExtra"),
            (BinaryHeader(family: 0x21), "malformedExtra"),
            (BinaryHeader(family: 0x31, addresses: six), "malformedExtra"),
            (BinaryHeader(length: 4081), "tooLong"), (BinaryHeader(length: 65_535), "tooLong"),
        ])
    func refused(_ header: BinaryHeader, _ expected: String) {
        #expect(ProxyHeaderOutcome.of(header.bytes) == expected)
    }

    @Test("A header may be as long as the limit")
    func longest() {
        let room = ProxyHeader.longest - 16 - 12 - 3
        let header = BinaryHeader(extras: BinaryHeader.extra(4, [UInt8](repeating: 0, count: room)))
        #expect(header.bytes.count == ProxyHeader.longest)
        #expect(ProxyHeaderOutcome.of(header.bytes) == "192.0.2.1 4242 to 198.51.100.2 443")
    }

    @Test(
        "Extras",
        arguments: [
            (BinaryHeader.extra(1, "h2"), "alpn=h2"),
            (BinaryHeader.extra(2, "a.example"), "authority=a.example"), (BinaryHeader.extra(4, "\0\0"), ""),
            (BinaryHeader.extra(5, "id-1"), "id=id-1"), (BinaryHeader.extra(0x30, "blue"), "netns=blue"),
            (
                BinaryHeader.extra(0xEA, "vpce") + BinaryHeader.extra(0x99, "") + BinaryHeader.extra(2, "b"),
                "authority=b"
            ),
            (BinaryHeader.tls(0), ""), (BinaryHeader.tls(1), "tls"), (BinaryHeader.tls(3), "tls verified"),
            (BinaryHeader.tls(5), "tls verified"),
            (BinaryHeader.tls(3, verify: 1), "tls unverified"), (BinaryHeader.tls(1, verify: 1), "tls"),
            (
                BinaryHeader.tls(
                    3,
                    BinaryHeader.extra(0x21, "TLSv1.3") + BinaryHeader.extra(0x22, "Ä b")
                        + BinaryHeader.extra(0x23, "AES") + BinaryHeader.extra(0x28, "\0")),
                "tls verified version=TLSv1.3 cn=\u{C3}\u{84} b cipher=AES"
            ),
        ])
    func extras(_ extras: [UInt8], _ expected: String) {
        let plain = "192.0.2.1 4242 to 198.51.100.2 443"
        #expect(
            ProxyHeaderOutcome.of(BinaryHeader(extras: extras).bytes) == plain
                + (expected.isEmpty ? "" : " \(expected)"))
    }

    @Test(
        "Extras that are malformed, or stand twice",
        arguments: [
            [1], [1, 0], [1, 0, 1], [2, 0xFF, 0xFF], BinaryHeader.extra(0x20, [1, 0, 0, 0]),
            BinaryHeader.tls(1, [0x21]),
            BinaryHeader.tls(1, [0x21, 0, 2, 65]), BinaryHeader.tls(1) + BinaryHeader.tls(1),
            BinaryHeader.extra(2, "a") + BinaryHeader.extra(2, "a"),
            BinaryHeader.extra(1, "") + BinaryHeader.extra(1, ""),
            BinaryHeader.extra(5, [UInt8](repeating: 65, count: 129)), BinaryHeader.extra(2, "a\0b"),
            BinaryHeader.extra(2, "a\nb"), BinaryHeader.tls(3, BinaryHeader.extra(0x22, "a\r")),
            BinaryHeader.extra(3, [0, 0, 0]),
            BinaryHeader.tls(1, BinaryHeader.extra(0x21, "a") + BinaryHeader.extra(0x21, "b")),
        ] as [[UInt8]])
    func malformedExtras(_ extras: [UInt8]) {
        #expect(ProxyHeaderOutcome.of(BinaryHeader(extras: extras).bytes) == "malformedExtra")
    }

    @Test("A checksum has to be right")
    func checksum() {
        let header = BinaryHeader(extras: BinaryHeader.extra(2, "a.example"))
        #expect(
            ProxyHeaderOutcome.of(header.withChecksum())
                == "192.0.2.1 4242 to 198.51.100.2 443 authority=a.example")
        #expect(ProxyHeaderOutcome.of(header.withChecksum(changed: 1)) == "checksum")
        #expect(ProxyHeaderOutcome.of(header.withChecksum(changed: 1 << 31)) == "checksum")
        var twice = header
        twice.extras += BinaryHeader.extra(3, [0, 0, 0, 0])
        #expect(ProxyHeaderOutcome.of(twice.withChecksum()) == "checksum")
        var bytes = header.withChecksum()
        bytes[17] ^= 1
        #expect(ProxyHeaderOutcome.of(bytes) == "checksum")
    }

    @Test(
        "Damaged headers come out the same whole and octet by octet, and trap nothing",
        arguments: 0..<4 as Range<UInt64>)
    func damaged(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let seeds = [
            BinaryHeader(
                extras: BinaryHeader.tls(3, BinaryHeader.extra(0x21, "TLSv1.3")) + BinaryHeader.extra(2, "a")
            ).bytes,
            BinaryHeader(family: 0x21, addresses: Self.six).bytes,
            BinaryHeader(extras: BinaryHeader.extra(5, "id")).withChecksum(),
            Latin1.bytes("PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r\n"),
            Latin1.bytes("PROXY TCP6 ::1 2001:db8::2 4242 443\r\nGET"),
            BinaryHeader(command: 0x20).bytes,
        ]
        let octets = Array("\r\n :.0159fPTCQUIT".utf8) + [0, 1, 2, 3, 4, 5, 0x11, 0x20, 0x21, 0xFF]
        for number in 0..<1500 {
            _ = ProxyHeaderOutcome.of(seeds[number % seeds.count].damaged(with: octets, using: &generator))
        }
    }
}
