import Octets
import TestSupport
import Testing
import WebSockets

@Suite("Frames")
struct FrameTests {
    private static let hello = Array("Hello".utf8)

    @Test(
        "The examples of RFC 6455, section 5.7, are read as it says",
        arguments: [
            ("81 05 48 65 6C 6C 6F", false, .message(.text("Hello"))),
            ("81 85 37 FA 21 3D 7F 9F 4D 51 58", true, .message(.text("Hello"))),
            ("01 03 48 65 6C 80 02 6C 6F", false, .message(.text("Hello"))),
            ("89 05 48 65 6C 6C 6F", false, .ping(hello)),
            ("8A 85 37 FA 21 3D 7F 9F 4D 51 58", true, .pong(hello)),
        ] as [(String, Bool, WebSocketEvent)])
    func examples(_ wire: String, _ isMasked: Bool, _ event: WebSocketEvent) {
        let role = isMasked ? Role.server : client
        for piece in [1, 2, 3, .max] {
            #expect(Reading(octets(wire), piece: piece, role: role).events == [event])
        }
    }

    @Test("The examples are written as the section says")
    func writing() {
        let text = { (role: Role, fragment: Int?) in
            encoded { output in
                Self.hello.withUnsafeBufferPointer {
                    FrameEncoder(role).append(message: .text, $0, fragment: fragment, to: &output)
                }
            }
        }
        #expect(text(.server, nil) == octets("81 05 48 65 6C 6C 6F"))
        #expect(text(client, nil) == octets("81 85 37 FA 21 3D 7F 9F 4D 51 58"))
        #expect(text(.server, 3) == octets("01 03 48 65 6C 80 02 6C 6F"))
        #expect(
            encoded { FrameEncoder(.server).append(.ping(Self.hello), to: &$0) }
                == octets("89 05 48 65 6C 6C 6F"))
        #expect(
            encoded { FrameEncoder(client).append(.pong(Self.hello), to: &$0) }
                == octets("8A 85 37 FA 21 3D 7F 9F 4D 51 58"))
    }

    @Test(
        "A length takes as few octets as it can",
        arguments: [
            (0, "82 00"), (125, "82 7D"), (126, "82 7E 00 7E"), (256, "82 7E 01 00"),
            (65_535, "82 7E FF FF"), (65_536, "82 7F 00 00 00 00 00 01 00 00"),
        ])
    func lengths(_ count: Int, _ head: String) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let written = encoded { output in
            payload.withUnsafeBufferPointer {
                FrameEncoder(.server).append(message: .binary, $0, to: &output)
            }
        }
        #expect(written == octets(head) + payload)
        for piece in [1, 7, 1000, .max] {
            #expect(Reading(written, piece: piece, role: client).events == [.message(.binary(payload))])
            #expect(
                Reading(frame(0x82, payload), piece: piece).events == [.message(.binary(payload))])
        }
    }

    @Test(
        "What section 5 forbids is refused with the code that it has, at the first octet that shows it",
        arguments: [
            ([0x91], .reservedBits), ([0xA1], .reservedBits), ([0xC1], .reservedBits),
            ([0xF1], .reservedBits),
            ([0x99], .reservedBits), ([0xC9], .reservedBits), ([0xC8], .reservedBits),
            ([0x83], .unknownOpcode(3)), ([0x84], .unknownOpcode(4)), ([0x85], .unknownOpcode(5)),
            ([0x86], .unknownOpcode(6)), ([0x87], .unknownOpcode(7)), ([0x8B], .unknownOpcode(11)),
            ([0x8C], .unknownOpcode(12)), ([0x8D], .unknownOpcode(13)), ([0x8E], .unknownOpcode(14)),
            ([0x8F], .unknownOpcode(15)), ([0x08], .controlFragmented), ([0x09], .controlFragmented),
            ([0x0A], .controlFragmented), ([0x80], .continuationOfNothing), ([0x00], .continuationOfNothing),
            ([0x81, 0x00], .maskMissing), ([0x89, 0x05], .maskMissing), ([0x81, 0x7E], .maskMissing),
            ([0x89, 0xFE], .controlTooLong), ([0x8A, 0xFF], .controlTooLong),
            ([0x88, 0xFE], .controlTooLong),
            ([0x82, 0xFE, 0x00, 0x7D], .lengthNotMinimal), ([0x82, 0xFE, 0x00, 0x00], .lengthNotMinimal),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .lengthNotMinimal),
            ([0x82, 0xFF, 0x80], .lengthTooLarge), ([0x82, 0xFF, 0xFF], .lengthTooLarge),
            ([0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .messageTooLarge),
            ([0x01, 0x80, 0, 0, 0, 0, 0x81], .messageInsideMessage),
            ([0x01, 0x80, 0, 0, 0, 0, 0x02], .messageInsideMessage),
            ([0x01, 0x80, 0, 0, 0, 0, 0xC0], .reservedBits),
            ([0x81, 0x80, 0, 0, 0, 0, 0x80], .continuationOfNothing),
        ] as [([UInt8], WebSocketError)])
    func forbidden(_ bytes: [UInt8], _ error: WebSocketError) {
        for piece in [1, .max] {
            #expect(Reading(bytes, piece: piece).error == error)
            let before = Reading(Array(bytes.dropLast()), piece: piece)
            #expect(before.error == nil)
            // Nothing is read behind it, and it is said once.
            let reading = Reading(bytes + bytes + frame(0x81), piece: piece)
            #expect(reading.error == error)
            #expect(reading.isOver)
            let code: UInt16 = error == .messageTooLarge ? 1009 : 1002
            #expect(error.code.rawValue == code)
            let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + error.description.utf8
            #expect(reading.answers == frame(0x88, payload, to: client))
        }
    }

    @Test("A client refuses what is masked")
    func maskForClient() {
        #expect(Reading([0x81, 0x80], role: client).error == .maskUnexpected)
    }

    @Test("A message is refused when a length says that it passes the limit, before any of it has come")
    func limit() {
        #expect(Reading([0x82, 0x8B], limit: 10).error == .messageTooLarge)
        #expect(Reading(frame(0x82, [UInt8](repeating: 1, count: 10)), limit: 10).error == nil)
        let half = [UInt8](repeating: 1, count: 6)
        #expect(Reading(frame(0x02, half) + [0x80, 0x85], limit: 10).error == .messageTooLarge)
        // Of another message the count begins anew, and control frames do not count.
        let four = Array(half.prefix(4))
        var wire = frame(0x02, half) + frame(0x89, half)
        wire += frame(0x80, four) + frame(0x82, half + four)
        let whole = WebSocketEvent.message(.binary(half + four))
        #expect(Reading(wire, limit: 10).events == [.ping(half), whole, whole])
    }

    @Test("Control frames come between the fragments of a message, and are answered at once")
    func interleaved() {
        let text = Array("a\u{20AC}".utf8)
        var wire = frame(0x01, Array(text[..<2])) + frame(0x89, [7])
        wire += frame(0x00) + frame(0x8A) + frame(0x80, Array(text[2...]))
        for piece in [1, 5, .max] {
            let reading = Reading(wire, piece: piece)
            #expect(reading.events == [.ping([7]), .pong([]), .message(.text("a\u{20AC}"))])
            #expect(reading.answers == frame(0x8A, [7], to: client))
        }
    }

    @Test("A socket that waits holds no memory, and one in the middle of a message what has come of it")
    func memory() {
        var state = WebSocketState(limit: 1 << 20, stock: DeflateStock())
        let message = [UInt8](repeating: 7, count: 10_000)
        for piece in [100, .max] {
            #expect(Reading(frame(0x02, message), piece: piece, &state).events.isEmpty)
            #expect(state.isInsideMessage && state.memory >= 10_000 && state.memory < 30_000)
            #expect(Reading(frame(0x80), &state).events == [.message(.binary(message))])
            #expect(!state.isInsideMessage && state.memory == 0)
        }
    }

    @Test("A message of empty fragments is an empty message")
    func emptyFragments() {
        #expect(Reading(frame(0x01) + frame(0x00) + frame(0x80)).events == [.message(.text(""))])
        #expect(Reading(frame(0x82)).events == [.message(.binary([]))])
    }

    @Test("However the octets are cut, the same events come out, and what one end writes the other reads")
    func pieces() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            var sender = WebSocketState(
                client, limit: 1, stock: DeflateStock(), fragment: Int.random(in: 1...300, using: &generator))
            var messages: [WebSocketEvent] = []
            var wire: [UInt8] = []
            for _ in 0..<10 {
                let count = Int.random(in: 0...400, using: &generator)
                let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                messages.append(.message(.binary(payload)))
                wire += sent(by: &sender, .binary(payload))
            }
            for piece in [1, 2, 13, 500] { #expect(Reading(wire, piece: piece).events == messages) }
        }
    }
}
