import Testing
@testable import Logs
@testable import Worker

@Suite("The pace of a transfer")
struct PaceTests {
    /// Moves `count` octets every `pause` milliseconds, for an hour at the most.
    ///
    /// - Returns: When the transfer was too far behind; `nil` where it never was.
    private func end(_ count: Int, every pause: UInt64, rate: Int, grace: Int, from pace: Pace? = nil)
        -> UInt64?
    {
        var pace = pace ?? Pace()
        if pace.end == 0 { pace.begin(0, grace: grace) }
        var now: UInt64 = 0
        while now < 3_600_000 {
            now += pause
            if pace.end <= now { return pace.end }
            pace.moved(count, now, grace: grace, rate: rate)
        }
        return nil
    }

    @Test(
        "Who keeps up goes on, who does not is ended, and a drip does not help",
        arguments: [
            (500, 1000, true), (501, 1000, true), (400, 1000, false), (1, 1000, false), (1, 2, true),
            (1, 3, false),
            (5000, 9000, true), (5000, 11_000, false), (1_000_000, 29_000, true), (1_000_000, 31_000, false),
        ] as [(Int, UInt64, Bool)])
    func rates(_ count: Int, _ pause: UInt64, _ isFine: Bool) {
        #expect((end(count, every: pause, rate: 500, grace: 30) == nil) == isFine)
    }

    @Test(
        "Without a rate only pauses count", arguments: [(29_000, true), (30_000, false)] as [(UInt64, Bool)])
    func noRate(_ pause: UInt64, _ isFine: Bool) {
        #expect((end(1, every: pause, rate: 0, grace: 30) == nil) == isFine)
    }

    @Test("A pause ends it after the grace")
    func silence() {
        var pace = Pace()
        pace.begin(1000, grace: 30)
        #expect(pace.end == 31_000)
        pace.moved(0, 20_000, grace: 30, rate: 500)
        #expect(pace.end == 31_000)
    }

    @Test("A burst does not pay for drips after it")
    func burst() throws {
        var pace = Pace()
        pace.begin(0, grace: 10)
        pace.moved(1 << 30, 0, grace: 10, rate: 500)
        let last = try #require(end(1, every: 1000, rate: 500, grace: 10, from: pace))
        #expect(last < 11_000)
    }

    @Test("Octets that buy less than a millisecond are not lost", arguments: [1, 3, 7, 1000])
    func fractions(_ count: Int) {
        var (pace, whole) = (Pace(), Pace())
        pace.begin(0, grace: 1000)
        whole.begin(0, grace: 1000)
        for _ in 0..<1000 { pace.moved(count, 900_000, grace: 1000, rate: 3_000_000) }
        whole.moved(count * 1000, 900_000, grace: 1000, rate: 3_000_000)
        #expect(pace.end == whole.end)
        #expect(count < 3 || pace.end > 1_000_000)
    }

    @Test("Counts that nobody can have sent trap nothing")
    func huge() {
        var pace = Pace()
        pace.begin(0, grace: 1)
        for _ in 0..<10 { pace.moved(.max, 500, grace: 1, rate: 1) }
        #expect(pace.end == 1500)
    }
}

@Suite("How often the same thing is said")
struct LineIntervalTests {
    @Test("At first, and then with how often it was since")
    func lines() {
        var lines = LineInterval()
        #expect(lines.happened(5) == 1)
        for now in 6..<1000 as Range<UInt64> { #expect(lines.happened(now) == nil) }
        #expect(lines.happened(10_005) == 995)
        #expect(lines.happened(10_006) == nil)
        #expect(lines.happened(30_000) == 2)
        #expect(LineInterval.times(1) == "" && LineInterval.times(2).contains("2 times"))
    }
}
