/// A line that strangers can cause: one in ten seconds is logged, and the next one says how many there were.
struct RareLine {
    private var silentUntil: UInt64 = 0
    private var left = 0

    /// - Parameter now: In milliseconds.
    /// - Returns: How many were left out since the last one; `nil` where this one is left out as well.
    mutating func next(_ now: UInt64) -> Int? {
        guard now >= silentUntil else {
            left += 1
            return nil
        }
        silentUntil = now + 10_000
        defer { left = 0 }
        return left
    }
}
