import Octets
import Testing
import WebSockets

@Suite("Closing")
struct ClosingTests {
    private static func payload(_ code: UInt16) -> [UInt8] { [UInt8(code >> 8), UInt8(code & 0xFF)] }

    @Test(
        "A code that may be sent is answered with the same code",
        arguments: [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
        ] as [UInt16])
    func allowed(_ code: UInt16) {
        for reason in ["", "so be it"] {
            let reading = Reading(frame(0x88, Self.payload(code) + reason.utf8))
            #expect(reading.events == [.closed(.init(code: CloseCode(rawValue: code), reason: reason))])
            #expect(reading.answers == frame(0x88, Self.payload(code), to: client))
            #expect(reading.isOver)
        }
    }

    @Test(
        "A code that may not be sent breaks the protocol",
        arguments: [
            0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 9999, 65_535,
        ] as [UInt16])
    func notAllowed(_ code: UInt16) {
        let reading = Reading(frame(0x88, Self.payload(code) + Array("why".utf8)))
        #expect(reading.error == .closeCodeNotAllowed(CloseCode(rawValue: code)))
        #expect(reading.answers.dropFirst(2).starts(with: Self.payload(1002)))
        // Nor is it sent from here.
        #expect(CloseFrame(CloseCode(rawValue: code), reason: "why") == CloseFrame(nil))
    }

    @Test("A close frame says nothing, a code, or a code and up to 123 octets")
    func payloads() {
        let nothing = Reading(frame(0x88))
        #expect(nothing.events == [.closed(.init(code: .noStatus, reason: ""))])
        #expect(nothing.answers == [0x88, 0])
        let one = Reading(frame(0x88, [3]))
        #expect(one.error == .closeCodeCut)
        #expect(one.answers.dropFirst(2).starts(with: Self.payload(1002)))
        let long = String(repeating: "*", count: 123)
        let most = Reading(frame(0x88, Self.payload(1000) + long.utf8))
        #expect(most.events == [.closed(.init(code: .normal, reason: long))])
        #expect(Reading(frame(0x88, Self.payload(1000) + Array((long + "*").utf8))).error == .controlTooLong)
    }

    @Test("A reason that is too long is cut between two characters")
    func reason() {
        #expect(
            CloseFrame(.normal, reason: String(repeating: "\u{20AC}", count: 50)).reason.utf8.count == 123)
        let text = "ab" + String(repeating: "\u{20AC}", count: 50)
        #expect(CloseFrame(.normal, reason: text).reason == "ab" + String(repeating: "\u{20AC}", count: 40))
        #expect(CloseFrame(.normal, reason: "short").reason == "short")
    }

    @Test("What comes behind a close frame means nothing")
    func behind() {
        let wire = frame(0x88, Self.payload(1000)) + frame(0x81, [0x61]) + frame(0x89) + [0xFF, 0xFF]
        for piece in [1, .max] {
            let reading = Reading(wire, piece: piece)
            #expect(reading.events == [.closed(.init(code: .normal, reason: ""))])
            #expect(reading.answers == frame(0x88, Self.payload(1000), to: client))
        }
    }

    @Test("After our close frame nothing is sent, messages still arrive, and the other close frame ends it")
    func closedHere() {
        var state = WebSocketState(limit: 100, stock: DeflateStock())
        var output = ByteBuffer()
        #expect(state.canSend)
        let isClosing = state.close(CloseFrame(.goingAway, reason: "bye"), into: &output)
        #expect(isClosing)
        #expect(Array(output.bytes) == frame(0x88, Self.payload(1001) + Array("bye".utf8), to: client))
        output.clear()
        #expect(!state.canSend && state.closing.isWaiting && !state.isOver)
        let later = [
            state.close(CloseFrame(.normal), into: &output), state.send(.text("late"), into: &output),
            state.ping(into: &output),
        ]
        #expect(later == [false, false, false])
        #expect(output.bytes.isEmpty)
        let reading = Reading(
            frame(0x89, [1]) + frame(0x81, [0x61]) + frame(0x88, Self.payload(4000)), &state)
        let ended = WebSocketEvent.closed(.init(code: CloseCode(rawValue: 4000), reason: ""))
        #expect(reading.events == [.ping([1]), .message(.text("a")), ended])
        #expect(reading.answers.isEmpty)
        #expect(state.isOver && !state.closing.isWaiting)
    }

    @Test("A broken protocol after our close frame is not answered")
    func brokenAfterClose() {
        var state = WebSocketState(limit: 100, stock: DeflateStock())
        var output = ByteBuffer()
        let isClosing = state.close(CloseFrame(.normal), into: &output)
        #expect(isClosing)
        let reading = Reading([0xFF], &state)
        #expect(reading.error == .reservedBits)
        #expect(reading.answers.isEmpty)
        #expect(state.closing.status?.code == .protocolError)
    }

    @Test("A socket whose connection is lost neither sends nor reads")
    func lostSocket() {
        var state = WebSocketState(limit: 100, stock: DeflateStock())
        state.lost()
        #expect(state.isOver && !state.canSend && state.closing.status?.code == .abnormal)
        let reading = Reading(frame(0x81, [0x61]) + frame(0x89), &state)
        #expect(reading.events.isEmpty && reading.answers.isEmpty)
    }

    @Test("A connection that is lost has ended with 1006, unless it had ended before")
    func lost() {
        var closing = ClosingHandshake()
        closing.lost()
        #expect(closing.status == .init(code: .abnormal, reason: "") && closing.isOver)
        #expect(closing.received(CloseFrame(.normal)) == nil)
        #expect(closing.fail(.maskMissing) == nil)
        #expect(closing.close(CloseFrame(.normal)) == nil)
        var ended = ClosingHandshake()
        #expect(ended.status == nil)
        #expect(ended.received(CloseFrame(.normal, reason: "done")) == CloseFrame(.normal))
        ended.lost()
        #expect(ended.status == .init(code: .normal, reason: "done"))
    }
}
