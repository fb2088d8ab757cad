import GatewayInterface
import TestSupport
import Testing

@Suite("Limits of an application's answer")
struct CGIResponseLimitTests {
    /// A head of `count` octets in fields of a kilobyte.
    private func head(_ count: Int) -> [UInt8] {
        var text = ""
        while text.utf8.count + 1100 < count { text += "X: " + String(repeating: "a", count: 1020) + "\n" }
        text += "Y: " + String(repeating: "b", count: count - text.utf8.count - 5) + "\n\n"
        return Array(text.utf8)
    }

    @Test(
        "A head may have 65 536 octets and not one more, however it is cut",
        arguments: [1, 7, 1000, 4096, 100_000])
    func limit(_ piece: Int) {
        #expect(CGIResponseParser.limit == 65_536)
        #expect(CGIOutcome.of(head(20_000), piece: piece).answer != nil)
        #expect(CGIOutcome.of(head(65_536), piece: piece).answer?.byteCount == 65_536)
        #expect(CGIOutcome.of(head(65_537), piece: piece) == .refused(.tooLarge))
    }

    @Test("A line that never ends is refused at the limit", arguments: [1, 1000, 100_000])
    func endless(_ piece: Int) {
        #expect(CGIOutcome.of([UInt8](repeating: 0x41, count: 65_536), piece: piece) == .incomplete)
        #expect(CGIOutcome.of([UInt8](repeating: 0x41, count: 65_537), piece: piece) == .refused(.tooLarge))
        #expect(CGIOutcome.of([UInt8](repeating: 0, count: 80_000), piece: piece) == .refused(.tooLarge))
    }

    @Test("20 000 damaged answers come out the same whole and byte by byte")
    func damaged() {
        var generator = SeededGenerator(seed: 3)
        let octets = Array("\r\n\n: /09A\t".utf8) + [0, 0x7F, 0xFF]
        let answer = Array("Status: 200 OK\r\nLocation: /a\nContent-Length: 5\r\nX: y\n\nhello".utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            let damaged = answer.damaged(with: octets, using: &generator)
            let whole = CGIOutcome.of(damaged, piece: damaged.count)
            if whole.answer != nil { accepted += 1 }
            if whole != CGIOutcome.of(damaged, piece: 1) {
                Issue.record("\(String(decoding: damaged, as: UTF8.self).debugDescription): \(whole)")
                return
            }
        }
        #expect(accepted > 1000 && accepted < 19_000)
    }
}
