import Testing
@testable import EventLoop

@Suite("A share of a turn")
struct TurnShareTests {
    /// How often something may be taken from a whole share.
    private func count(_ take: (inout TurnShare) -> Void) -> Int {
        var share = TurnShare()
        var count = 0
        while !share.isSpent(in: 1) {
            take(&share)
            count += 1
        }
        return count
    }

    @Test("It is spent by bytes")
    func bytes() {
        #expect(count { $0.take(bytes: TurnShare.size, in: 1) } == 1)
        #expect(count { $0.take(bytes: TurnShare.size - 1, in: 1) } == 2)
    }

    @Test("It is whole again in the next turn, whatever was taken beyond it")
    func nextTurn() {
        var share = TurnShare()
        share.take(bytes: 10 * TurnShare.size, in: 1)
        let isSpent = share.isSpent(in: 1)
        let isSpentInTheNext = share.isSpent(in: 2)
        #expect(isSpent && !isSpentInTheNext)
    }

    @Test("What comes in small pieces costs more than its bytes")
    func pieces() {
        #expect(
            count { $0.take(bytes: "1\r\nx\r\n".utf8.count + TurnShare.piece, in: 1) } < TurnShare.size / 64)
        #expect(count { $0.takeRecord() } < 500)
        #expect(count { $0.takeRecord(lines: 1) } < 100)
    }
}
