import Testing
@testable import Routing

@Suite("What is said of files that are refused")
struct RefusalLogTests {
    @Test("A few lines a second, whatever is asked for, and the next one says how many were left out")
    func rate() {
        var lines: [String] = []
        let log = RefusalLog { lines.append($0) }
        for second in [5, 6] as [UInt64] {
            for count in 0..<1000 where log.allows(second * 1000 + UInt64(count)) {
                log.write(Array("/srv/x".utf8), "why")
            }
        }
        #expect(lines.count == RefusalLog.limit * 2)
        #expect(lines.first == "/srv/x is refused: why")
        #expect(
            lines[RefusalLog.limit]
                == "/srv/x is refused: why (\(1000 - RefusalLog.limit) refusals before it were not logged)"
        )
    }
}
