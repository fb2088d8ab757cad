// When a process that has ended is replaced. One that ends as soon as it starts must not keep the machine
// busy, nor fill a disk with what is said about it (php-fpm's master once did, CVE-2015-9253): the pause
// doubles, up to a limit, and one long life ends it. It never gives up: what is missing today may be mounted
// tomorrow, and nobody would be there to start it then.

/// The pauses between the lives of one process.
struct Backoff: Equatable {
    /// A life of at least this many milliseconds is a success.
    static let longLife: UInt64 = 10_000
    /// The pause after the first short life, in milliseconds.
    static let firstPause: UInt64 = 100
    /// No pause is longer, in milliseconds.
    static let longestPause: UInt64 = 30_000

    private(set) var shortLives = 0
    private(set) var pause: UInt64 = 0

    /// - Parameter life: Milliseconds.
    mutating func ended(after life: UInt64) {
        guard life < Self.longLife else {
            self = Backoff()
            return
        }
        // Counted no further than anybody asks.
        shortLives = min(shortLives + 1, 3)
        pause = min(max(Self.firstPause, pause * 2), Self.longestPause)
    }
}
