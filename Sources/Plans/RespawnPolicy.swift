// When to start again what has ended. A crash loop must neither stop the service of the others nor fill the disk with
// its reports (php-fpm's master once did, CVE-2015-9253): the pause doubles, has a limit, and one long life ends it.

/// The pauses between the starts of one process.
package struct RespawnPolicy: Equatable {
    /// A life of at least this many milliseconds is a success.
    package static let longLife: UInt64 = 5000
    /// The first pause after a short life, in milliseconds.
    static let firstPause: UInt64 = 100
    /// No pause is longer, in milliseconds.
    static let longestPause: UInt64 = 30_000

    package private(set) var pause: UInt64 = 0

    package init() {}

    /// - Parameter life: How long the process lived, in milliseconds.
    /// - Returns: How long to wait before the next start: nothing after a long life, else twice the last pause.
    package mutating func pauseAfter(life: UInt64) -> UInt64 {
        if life >= Self.longLife {
            pause = 0
        } else {
            pause = min(max(Self.firstPause, pause * 2), Self.longestPause)
        }
        return pause
    }
}
