import Testing

@testable import Gateway

@Suite("A share of a turn")
struct TurnShareTests {
    @Test("It is spent by bytes, and whole again in the next turn")
    func bytes() {
        var share = TurnShare()
        share.take(bytes: TurnShare.size - 1, in: 7)
        #expect(!share.isSpent(in: 7))
        share.take(bytes: 1, in: 7)
        #expect(share.isSpent(in: 7))
        #expect(!share.isSpent(in: 8))
    }

    @Test("What comes in small pieces costs more than its bytes")
    func pieces() {
        var share = TurnShare()
        var chunks = 0
        while !share.isSpent(in: 1) {
            share.take(bytes: "1\r\nx\r\n".utf8.count + TurnShare.piece, in: 1)
            chunks += 1
        }
        #expect(chunks < TurnShare.size / 64)
        var records = 0
        while !share.isSpent(in: 2) {
            share.takeRecord()
            records += 1
        }
        #expect(records < 500)
        var lines = 0
        while !share.isSpent(in: 3) {
            share.takeRecord(lines: 1)
            lines += 1
        }
        #expect(lines < 100)
    }

    @Test("What is taken beyond it costs the next turn nothing")
    func overdraft() {
        var share = TurnShare()
        share.take(bytes: 10 * TurnShare.size, in: 1)
        #expect(share.isSpent(in: 1))
        #expect(!share.isSpent(in: 2))
    }
}
