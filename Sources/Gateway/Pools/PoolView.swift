import Syscalls

/// What a worker knows of a pool: fixed before the worker is forked.
struct PoolView: Sendable {
    /// What one slot leads to.
    struct Slot: Sendable {
        /// Its index in the scoreboard.
        let index: Int
        /// Where its process listens.
        let address: SocketAddress
    }

    /// The pool's index in the scoreboard.
    let pool: Int
    /// For messages: `wsgi:myapp:app`.
    let name: String
    let slots: [Slot]
    /// Whether connections outlive their exchange.
    let keepsConnections: Bool
    /// Whether the application reads what is left of a request body before the next request. libfcgi does not: an
    /// unread rest on a kept connection would be taken for the next request.
    let drainsBody: Bool
    /// Whether the processes are ours, so that a hung one can be ended.
    let isSupervised: Bool
    /// Whether closing the connection ends what an exchange has begun. Then a hung exchange is no reason to kill a process,
    /// and one whose client has left ends at once.
    let endsByClosing: Bool
}
