import HTTP
import Octets
import Testing

@Suite("Addresses in figures")
struct NetworkAddressTests {
    private func read(_ text: String) -> NetworkAddress? {
        let bytes = Latin1.bytes(text)
        return NetworkAddress(ByteRange(0, bytes.count), in: bytes.span)
    }

    private func text(_ address: NetworkAddress) -> String {
        address.withText { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "What is read is written in the shortest form (RFC 5952)",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("192.0.2.10", "192.0.2.10"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::00a0:1", "2001:db8::a0:1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("0:0:1::", "0:0:1::"),
            ("fe80::1:0:0:0", "fe80::1:0:0:0"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"),
            ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
            ("1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"), ("::1.2.3.4", "::102:304"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
    func written(_ read: String, _ written: String) throws {
        let address = try #require(self.read(read))
        #expect(text(address) == written)
        #expect(self.read(written) == address)
    }

    @Test(
        "What is no address",
        arguments: [
            "", ".", ":", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3.4", "1..2.3", "1.2.3.256",
            "01.2.3.4", "1.2.3.04", "1.2.3.4 ", " 1.2.3.4", "1.2.3.+4", "0x1.2.3.4", "1.2.3.4:80",
            "1.2.3.1000",
            ":::", "::1::", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "[::1]", "::1%lo",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "\u{0}", "127.0.0.\u{B9}",
        ])
    func malformed(_ text: String) { #expect(read(text) == nil) }

    @Test(
        "Networks, with IPv4 counted over the mapped form",
        arguments: [
            ("10.255.0.1", "10.0.0.0", 104, true), ("11.0.0.1", "10.0.0.0", 104, false),
            ("::ffff:10.1.1.1", "10.0.0.0", 104, true), ("::1", "0.0.0.0", 96, false), ("::1", "::", 0, true),
            ("1.2.3.4", "::", 0, true), ("fdff::1", "fd00::", 8, true), ("fe00::1", "fd00::", 8, false),
            ("2001:db8::1", "2001:db8::", 65, true), ("2001:db8:0:0:8000::1", "2001:db8::", 65, false),
            ("::1", "::1", 128, true), ("::2", "::1", 128, false), ("::2", "::3", 127, true),
        ])
    func networks(_ address: String, _ network: String, _ bits: Int, _ expected: Bool) throws {
        #expect(try #require(read(address)).matches(#require(read(network)), bits: bits) == expected)
    }
}
