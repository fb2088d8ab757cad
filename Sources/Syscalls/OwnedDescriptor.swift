import Glibc

/// A file descriptor with one owner; it is closed when the owner lets it go.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, valid as long as the owner lives.
    public let number: CInt

    /// Takes over a descriptor that nobody else closes.
    public init(adopting number: CInt) { self.number = number }

    /// Gives the descriptor up without closing it.
    public consuming func relinquish() -> CInt {
        let number = self.number
        discard self
        return number
    }

    deinit {
        // Never retried: Linux frees the number even when close(2) reports EINTR, and a second close could shut a
        // descriptor that another connection just got.
        _ = close(number)
    }
}
