/// A promise that an input breaks.
public struct Violation: Error, CustomStringConvertible {
    /// Which one, and how.
    public let description: String
}

/// Throws where a promise does not hold.
func require(_ holds: Bool, _ promise: @autoclosure () -> String) throws(Violation) {
    guard holds else { throw Violation(description: promise()) }
}
