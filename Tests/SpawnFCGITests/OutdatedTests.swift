import Testing

@testable import SpawnFCGI

@Suite("Processes whose socket was replaced")
struct OutdatedTests {
    @Test("They have time to end, are asked, and are killed")
    func steps() {
        var outdated = Outdated()
        outdated.add([41, 42], now: 0)
        #expect(outdated.due(now: 9999).isEmpty)
        outdated.ended(41)
        // Another socket dies: those that are known keep their time.
        outdated.add([42, 43], now: 5000)
        #expect(outdated.next == 10_000)
        #expect(outdated.due(now: 10_000).map(\.pid) == [42])
        #expect(outdated.due(now: 10_000).isEmpty)
        #expect(outdated.due(now: 15_000).map(\.isLate) == [false])
        #expect(outdated.due(now: 20_000).map(\.isLate) == [true])
        outdated.ended(42)
        outdated.ended(43)
        #expect(outdated.next == nil)
    }
}
