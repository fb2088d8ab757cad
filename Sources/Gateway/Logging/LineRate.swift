/// How many lines of one writer are logged in a second: a flood must not fill the disk, nor hide what others say.
struct LineRate {
    /// Lines a second.
    static let limit = 500

    private var second: UInt64 = 0
    private var count = 0
    private var dropped = 0

    /// Whether one more line may be logged.
    ///
    /// - Parameter now: In milliseconds.
    mutating func allows(_ now: UInt64) -> Bool {
        if now / 1000 != second {
            second = now / 1000
            count = 0
        }
        count += 1
        if count > Self.limit { dropped += 1 }
        return count <= Self.limit
    }

    /// How many lines were dropped, when the second is over in which they came; 0 where there is nothing to say.
    mutating func takeDropped(_ now: UInt64) -> Int {
        guard dropped > 0, now / 1000 != second else { return 0 }
        defer { dropped = 0 }
        return dropped
    }
}
