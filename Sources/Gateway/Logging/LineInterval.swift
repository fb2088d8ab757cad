/// How often one and the same thing is said. What happens to every request while a disk is full or a house is full would
/// bury everything else.
struct LineInterval {
    /// Milliseconds between two lines.
    private static let interval: UInt64 = 10_000

    private var next: UInt64 = 0
    private var count = 0

    /// It has happened again.
    ///
    /// - Parameter now: In milliseconds.
    /// - Returns: How often since it was last said, where it is to be said now.
    mutating func happened(_ now: UInt64) -> Int? {
        count += 1
        guard now >= next else { return nil }
        next = now + Self.interval
        defer { count = 0 }
        return count
    }

    /// ` (17 times)`, for the end of a line.
    static func times(_ count: Int) -> String {
        count > 1 ? " (\(count) times since this was last said)" : ""
    }
}
