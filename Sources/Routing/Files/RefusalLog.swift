// What is there and is not given away leaves a line for the operator. A client decides how often it asks for such a thing, so
// only a few lines a second are written, and the next one says how many were left out.

import Syscalls

/// Tells the operator of a worker which files were refused, and why.
package final class RefusalLog {
    /// Lines a second.
    package static let limit = 10

    private let say: (String) -> Void
    private var second: UInt64 = 0
    private var count = 0
    private var dropped = 0

    /// - Parameter say: Writes a line.
    package init(_ say: @escaping (String) -> Void) { self.say = say }

    /// Whether one more line may be written.
    ///
    /// - Parameter now: In milliseconds.
    package func allows(_ now: UInt64 = Clock.monotonicMilliseconds()) -> Bool {
        if now / 1000 != second { (second, count) = (now / 1000, 0) }
        count += 1
        if count > Self.limit { dropped += 1 }
        return count <= Self.limit
    }

    /// Writes a line that ``allows(_:)`` has allowed.
    ///
    /// - Parameters:
    ///   - path: What was refused.
    ///   - reason: Why, as it goes on behind the path.
    package func write(_ path: [UInt8], _ reason: String) {
        defer { dropped = 0 }
        let others =
            switch dropped {
            case 0: ""
            case 1: " (1 refusal before it was not logged)"
            default: " (\(dropped) refusals before it were not logged)"
            }
        say("\(String(decoding: path.prefix(500), as: UTF8.self)) is refused: \(reason)\(others)")
    }
}
