import Testing
@testable import Logs

@Suite("How many lines are logged in a second")
struct LineRateTests {
    @Test("So many are logged, the others are counted, and the count is told once when the second is over")
    func limit() {
        var rate = LineRate()
        let logged = (0..<700).count { _ in rate.allows(5_100, bytes: 10) }
        #expect(logged == LineRate.limit)
        #expect(rate.takeDropped(5_900) == 0)
        #expect(rate.takeDropped(6_000) == 200)
        #expect(rate.takeDropped(6_000) == 0)
        let again = rate.allows(6_001, bytes: 10)
        #expect(again)
        #expect(rate.takeDropped(9_000) == 0)
    }

    @Test("Bytes count as lines do")
    func bytes() {
        var rate = LineRate()
        let length = 8192
        let logged = (0..<100).count { _ in rate.allows(5_100, bytes: length) }
        #expect(logged == LineRate.byteLimit / length)
        let (isOpen, isOpenAgain) = (rate.isOpen(5_999), rate.isOpen(6_000))
        #expect(!isOpen && isOpenAgain)
        #expect(rate.takeDropped(7_000) == 100 - logged)
    }
}
