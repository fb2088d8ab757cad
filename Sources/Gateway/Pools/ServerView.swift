import Syscalls

/// What a worker knows of a server of an external application.
struct ServerView: Sendable {
    /// For messages and for hashing: as it was written.
    let name: String
    /// Its index in the scoreboard.
    let index: Int
    /// Where it is; where it has a name, where that led when the worker was made, `nil` for nowhere.
    let address: SocketAddress?
    /// Whether its name is looked up again and again.
    let isNamed: Bool
    let weight: Int
    let isBackup: Bool
    /// Positions of its slots in the pool.
    let positions: Range<Int>
}
