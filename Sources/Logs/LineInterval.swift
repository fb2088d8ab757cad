/// How often one and the same thing is said. What happens to every request while a disk is full or a house is full would
/// bury everything else.
package struct LineInterval {
    /// Milliseconds between two lines.
    private static let interval: UInt64 = 10_000

    private var next: UInt64 = 0
    private var count = 0

    package init() {}

    /// It has happened again.
    ///
    /// - Parameter now: In milliseconds.
    /// - Returns: How often since it was last said, where it is to be said now.
    package mutating func happened(_ now: UInt64) -> Int? {
        count += 1
        guard isDue(now) else { return nil }
        defer { count = 0 }
        return count
    }

    /// Whether it is to be said now; then it counts as said.
    package mutating func isDue(_ now: UInt64) -> Bool {
        guard now >= next else { return false }
        next = now + Self.interval
        return true
    }

    /// ` (17 times)`, for the end of a line.
    package static func times(_ count: Int) -> String {
        count > 1 ? " (\(count) times since this was last said)" : ""
    }
}
