import Compression
import Octets
import TestSupport
import Testing
import WebSockets

@Suite("Compressed messages")
struct CompressedMessageTests {
    /// What a handshake comes to.
    static func agreement(
        takeover: Bool = false, bits: Int = 15, smallest: Int = 1
    ) throws -> DeflateAgreement {
        var request = HandshakeTests.request
        request.extensions = Array(
            "permessage-deflate; client_max_window_bits=\(bits); server_max_window_bits=\(bits)".utf8)
        let policy = DeflatePolicy(serverTakeover: takeover, clientTakeover: takeover, smallest: smallest)
        return try #require(try Handshake.answer(request, HandshakePolicy(deflate: policy)).deflate)
    }

    private static let hello = WebSocketEvent.message(.text("Hello"))

    @Test(
        "The examples of RFC 7692, section 7.2.3, are read",
        arguments: [
            "C1 07 F2 48 CD C9 C9 07 00", "41 03 F2 48 CD 80 04 C9 C9 07 00",  // 7.2.3.1
            "C1 0B 00 05 00 FA FF 48 65 6C 6C 6F 00",  // 7.2.3.3: a block without compression
            "C1 08 F3 48 CD C9 C9 07 00 00",  // 7.2.3.4: a block that says that it is the last
            "C1 0D F2 48 05 00 00 00 FF FF CA C9 C9 07 00",  // 7.2.3.5: two blocks
            "C1 07 F3 48 CD C9 C9 07 00",  // A last block, and nothing behind it.
        ])
    func examples(_ wire: String) throws {
        for piece in [1, 4, .max] {
            let reading = Reading(
                octets(wire), piece: piece, role: client, agreement: try Self.agreement())
            #expect(reading.events == [Self.hello])
        }
        // Nothing like it without negotiation.
        #expect(Reading(octets(wire), role: client).error == .reservedBits)
    }

    @Test("A window is shared where it was negotiated, and only there (7.2.3.2)")
    func window() throws {
        let wire = octets("C1 07 F2 48 CD C9 C9 07 00 C1 05 F2 00 11 00 00")
        let kept = Reading(wire, role: client, agreement: try Self.agreement(takeover: true))
        #expect(kept.events == [Self.hello, Self.hello])
        let fresh = Reading(wire, role: client, agreement: try Self.agreement())
        #expect(fresh.events.first == Self.hello)
        #expect(fresh.error == .malformedCompression)
        #expect(fresh.error?.code == .invalidData)
    }

    @Test("The examples are written (7.2.3.1, 7.2.3.2)")
    func writing() throws {
        var kept = WebSocketState(
            limit: 1, agreement: try Self.agreement(takeover: true), stock: DeflateStock())
        let wire = sent(by: &kept, .text("Hello")) + sent(by: &kept, .text("Hello"))
        #expect(wire == octets("C1 07 F2 48 CD C9 C9 07 00 C1 05 F2 00 11 00 00"))
    }

    @Test("An empty message may be compressed (7.2.3.6)")
    func empty() throws {
        let agreement = try Self.agreement()
        let reading = Reading(octets("C1 01 00 C2 00"), role: client, agreement: agreement)
        #expect(reading.events == [.message(.text("")), .message(.binary([]))])
        // Without an octet too, and what follows is not touched by it.
        let kept = Reading(
            octets("C1 07 F2 48 CD C9 C9 07 00 C2 00 C1 05 F2 00 11 00 00"), role: client,
            agreement: try Self.agreement(takeover: true))
        #expect(kept.events == [Self.hello, .message(.binary([])), Self.hello])
        var state = WebSocketState(limit: 1, agreement: agreement, stock: DeflateStock())
        #expect(sent(by: &state, .text("")) == [0x81, 0])
    }

    @Test("What one end writes the other reads", arguments: [false, true], [9, 12, 15])
    func roundTrip(_ takeover: Bool, _ bits: Int) throws {
        let agreement = try Self.agreement(takeover: takeover, bits: bits)
        let stock = DeflateStock()
        var generator = SeededGenerator(seed: 9)
        var server = WebSocketState(limit: 1 << 20, agreement: agreement, stock: stock)
        var page = WebSocketState(client, limit: 1 << 20, agreement: agreement, stock: stock, fragment: 1000)
        for round in 0..<12 {
            let line = "line \(round % 3) of a page\n"
            let text = WebSocketMessage.text(String(repeating: line, count: round * round * 20))
            let noise = WebSocketMessage.binary(
                (0..<round * 500).map { _ in UInt8.random(in: 0...255, using: &generator) })
            for message in [text, noise] {
                let up = sent(by: &page, message)
                #expect(Reading(up, piece: 777, &server).events == [.message(message)])
                let down = sent(by: &server, message)
                #expect(Reading(down, piece: 777, &page).events == [.message(message)])
                if round > 3, message == text { #expect(down.count < 1000) }
            }
        }
        #expect(takeover == (server.memory > 100_000))
    }

    @Test("Sockets without takeover share the compressors, and a socket that waits holds nothing")
    func sharing() throws {
        let stock = DeflateStock()
        let agreement = try Self.agreement()
        let text = String(repeating: "the same again ", count: 100)
        var wires: Set<[UInt8]> = []
        var memory: Set<Int> = []
        for _ in 0..<50 {
            var server = WebSocketState(limit: 1 << 16, agreement: agreement, stock: stock)
            let wire = sent(by: &server, .text(text))
            var page = WebSocketState(client, limit: 1 << 16, agreement: agreement, stock: stock)
            #expect(Reading(wire, &page).events == [.message(.text(text))])
            #expect(server.memory == 0 && page.memory == 0)
            wires.insert(wire)
            memory.insert(stock.memory)
        }
        #expect(wires.count == 1)
        #expect(memory.count == 1)
    }

    @Test("Fragments of a compressed message may be answered between, and take turns between sockets")
    func interleaved() throws {
        let stock = DeflateStock()
        let agreement = try Self.agreement()
        var first = WebSocketState(limit: 100, agreement: agreement, stock: stock)
        var second = WebSocketState(limit: 100, agreement: agreement, stock: stock)
        #expect(Reading(frame(0x41, octets("F2 48 CD")), &first).events.isEmpty)
        #expect(Reading(frame(0x41, octets("F2 48")), &second).events.isEmpty)
        #expect(Reading(frame(0x89, [1]), &first).events == [.ping([1])])
        #expect(Reading(frame(0x80, octets("C9 C9 07 00")), &first).events == [Self.hello])
        #expect(Reading(frame(0x80, octets("CD C9 C9 07 00")), &second).events == [Self.hello])
    }

    @Test("A message that compression makes larger, or that is small, is sent as it is")
    func worth() throws {
        let agreement = try Self.agreement(smallest: 100)
        var server = WebSocketState(limit: 1, agreement: agreement, stock: DeflateStock())
        func firstOctet(_ payload: [UInt8]) -> UInt8? {
            sent(by: &server, .binary(payload)).first
        }
        var generator = SeededGenerator(seed: 1)
        #expect(firstOctet([UInt8](repeating: 1, count: 99)) == 0x82)
        #expect(firstOctet([UInt8](repeating: 1, count: 100)) == 0xC2)
        #expect(firstOctet((0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) }) == 0x82)
    }

    @Test("The limit is that of the message with compression undone")
    func bomb() throws {
        let agreement = try Self.agreement()
        var page = WebSocketState(client, limit: 1, agreement: agreement, stock: DeflateStock())
        let wire = sent(by: &page, .binary([UInt8](repeating: 0, count: 1_000_000)))
        #expect(wire.count < 1200)
        let reading = Reading(wire, limit: 999_999, agreement: agreement)
        #expect(reading.error == .messageTooLarge)
        #expect(reading.answers.dropFirst(2).starts(with: octets("03 F1")))  // 1009
        #expect(Reading(wire, limit: 1_000_000, agreement: agreement).error == nil)
        // Noise is larger than itself when it is compressed, and has the same limit.
        var generator = SeededGenerator(seed: 2)
        let noise = (0..<100).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let stored = [0x00, 100, 0, 155, 0xFF] + noise + [0x00]
        #expect(
            Reading(frame(0xC2, stored), limit: 100, agreement: agreement).events == [
                .message(.binary(noise))
            ])
        #expect(
            Reading([0xC2, 0xFE, 0xFF, 0xFF], limit: 100, agreement: agreement).error == .messageTooLarge)
    }

    @Test("Compressed text has to be UTF-8, and compressed data to be whole")
    func invalid() throws {
        let agreement = try Self.agreement()
        for stored in ["00 01 00 FE FF C3 00", "00 01 00 FE FF FF 00"] {
            #expect(Reading(frame(0xC1, octets(stored)), agreement: agreement).error == .invalidUTF8)
            #expect(Reading(frame(0xC2, octets(stored)), agreement: agreement).error == nil)
        }
        for broken in [
            "FF", "07", "00 06 00 F9 FF 48", "00 05 00 00 00", "F3 48 CD C9 C9 07 00 07",
        ] {
            #expect(Reading(frame(0xC1, octets(broken)), agreement: agreement).error == .malformedCompression)
        }
    }
}
