import HTTP
import Octets
import Syscalls
import TestSupport
import Testing
@testable import Settings

@Suite("Whose word about other clients is believed")
struct TrustedPeersTests {
    private func trusted(_ entries: String...) throws -> TrustedPeers {
        try TrustedPeers(entries, setting: "x")
    }

    private func address(_ text: String) throws -> NetworkAddress {
        NetworkAddress(try #require(IPAddress(text)))
    }

    @Test(
        "Addresses and networks, of peers and of hops",
        arguments: [
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("10.1.2.3/32", "10.1.2.3", true),
            ("10.1.2.3/32", "10.1.2.2", false), ("0.0.0.0/0", "198.51.100.1", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
            ("2001:db8::/65", "2001:db8::1", true), ("2001:db8::/65", "2001:db8:0:0:8000::1", false),
            ("::1", "127.0.0.1", false), ("::ffff:127.0.0.1", "127.0.0.1", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
        ])
    func trusts(_ entry: String, _ peer: String, _ expected: Bool) throws {
        let peer = try address(peer)
        #expect(try trusted(entry).trusts(peer: peer) == expected)
        #expect(try trusted("192.0.2.1", entry).trusts(peer: peer) == expected)
        #expect(try trusted(entry).trusts(hop: peer) == expected)
        #expect(try !trusted().trusts(peer: peer))
    }

    @Test("Everybody is every peer, and no hop: else clients would write their own address")
    func everybody() throws {
        let some = try address("203.0.113.9")
        #expect(try trusted("*").trusts(peer: some) && trusted("*").trusts(peer: nil))
        #expect(try !trusted("*").trusts(hop: some))
        #expect(try trusted("*", "203.0.113.0/24").trusts(hop: some))
    }

    @Test("Peers at unix sockets are trusted by name")
    func unix() throws {
        #expect(try trusted("unix").trusts(peer: nil))
        #expect(
            try !trusted().trusts(peer: nil) && !trusted("127.0.0.1", "0.0.0.0/0", "::/0").trusts(peer: nil))
        #expect(try !trusted("unix").trusts(peer: address("127.0.0.1")))
    }

    @Test(
        "What is no address is refused, by its name",
        arguments: [
            "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "1.2.3.4/8/9", "", "10.0.0.1/-1",
            "unix:", "**",
        ])
    func malformed(_ entry: String) {
        #expect {
            _ = try trusted(entry)
        } throws: { error in
            (error as? ConfigurationError)?.message.contains("'\(entry)' is no address (--x)") == true
        }
    }

    @Test("Octets are read as the system reads texts", arguments: 0..<4 as Range<UInt64>)
    func asTheSystem(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let seeds = [
            "192.0.2.10", "2001:db8::1:0:0:9", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8", "::1:2",
            "64:ff9b::1.2.3.4",
        ]
        for number in 0..<3000 {
            let bytes = Array(seeds[number % seeds.count].utf8)
                .damaged(with: Array("0123456789abcdefF::..".utf8), using: &generator)
            let text = String(decoding: bytes, as: UTF8.self)
            let read = NetworkAddress(ByteRange(0, bytes.count), in: bytes.span)
            #expect(read == IPAddress(text).map { NetworkAddress($0) }, "\(text)")
        }
    }
}
