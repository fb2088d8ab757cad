// Tests wait for conditions, never for a time: a deadline only bounds how long a test that fails takes to say
// so. It is generous: the machine may be busy with other things.

import Syscalls
import Testing

/// A point in time that a wait may not go beyond.
struct Deadline {
    private let end: UInt64

    init(seconds: Int) { end = Clock.monotonicMilliseconds() + UInt64(seconds) * 1000 }

    var isOver: Bool { Clock.monotonicMilliseconds() >= end }

    /// What is left, for a wait of the kernel's.
    var milliseconds: CInt {
        let now = Clock.monotonicMilliseconds()
        return now < end ? CInt(clamping: end - now) : 0
    }
}

/// Waits for a condition by looking again and again, and fails the test where it does not come.
func eventually(
    _ condition: String, within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () throws -> Bool
) throws {
    let deadline = Deadline(seconds: seconds)
    while try !holds() {
        try #require(
            !deadline.isOver, "within \(seconds) s it did not come true that \(condition)",
            sourceLocation: sourceLocation)
        pause(milliseconds: 10)
    }
}

/// The same, for something that is `nil` until it is there.
func eventually<Value>(
    _ condition: String, within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation,
    find: () throws -> Value?
) throws -> Value {
    var found: Value?
    try eventually(condition, within: seconds, sourceLocation: sourceLocation) {
        found = try find()
        return found != nil
    }
    return try #require(found)
}

/// Leaves the processor to others between two looks.
func pause(milliseconds: CInt) {
    guard let epoll = try? Epoll() else { return }
    _ = try? epoll.wait(milliseconds: milliseconds)
}
