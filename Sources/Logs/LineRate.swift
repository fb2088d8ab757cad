/// How much of one writer is logged in a second: a flood must not fill the disk, nor hide what others say.
package struct LineRate {
    /// Lines a second.
    package static let limit = 500
    /// Bytes a second; the line that goes beyond is the last one.
    static let byteLimit = 262_144

    private var second: UInt64 = 0
    private var count = 0
    private var bytes = 0
    private var dropped = 0

    package init() {}

    /// Whether anything more may be logged, asked before anything is done for it.
    ///
    /// - Parameter now: In milliseconds.
    package mutating func isOpen(_ now: UInt64) -> Bool {
        begin(now)
        return hasRoom
    }

    /// Whether one more line may be logged; it counts then.
    ///
    /// - Parameters:
    ///   - now: In milliseconds.
    ///   - count: Its length.
    package mutating func allows(_ now: UInt64, bytes count: Int) -> Bool {
        begin(now)
        guard hasRoom else {
            dropped += 1
            return false
        }
        self.count += 1
        bytes += count
        return true
    }

    /// Lines were dropped without having been looked at.
    package mutating func drop(_ lines: Int) { dropped += lines }

    /// How many lines were dropped, when the second is over in which they came; 0 where there is nothing to say.
    package mutating func takeDropped(_ now: UInt64) -> Int {
        guard dropped > 0, now / 1000 != second else { return 0 }
        defer { dropped = 0 }
        return dropped
    }

    private var hasRoom: Bool { count < Self.limit && bytes < Self.byteLimit }

    private mutating func begin(_ now: UInt64) {
        guard now / 1000 != second else { return }
        second = now / 1000
        count = 0
        bytes = 0
    }
}
