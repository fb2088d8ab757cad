import Testing

@testable import SpawnFCGI

@Suite("The pauses of a process that keeps ending")
struct BackoffTests {
    @Test("They double from 100 ms to 30 s, and a life of 10 s ends them")
    func pauses() {
        var backoff = Backoff()
        var pauses: [UInt64] = []
        for _ in 0..<11 {
            backoff.ended(after: 9999)
            pauses.append(backoff.pause)
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
        backoff.ended(after: 10_000)
        #expect(backoff == Backoff())
    }
}
