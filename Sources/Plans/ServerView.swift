import Syscalls

/// What a worker knows of a server of an external application.
package struct ServerView: Sendable {
    /// For messages and for hashing: as it was written.
    package let name: String
    /// Its index in the scoreboard.
    package let index: Int
    /// Where it is; where it has a name, where that led when the worker was made, `nil` for nowhere.
    package let address: SocketAddress?
    /// Whether its name is looked up again and again.
    package let isNamed: Bool
    package let weight: Int
    package let isBackup: Bool
    /// Positions of its slots in the pool.
    package let positions: Range<Int>

    package init(
        name: String, index: Int, address: SocketAddress?, isNamed: Bool, weight: Int, isBackup: Bool,
        positions: Range<Int>
    ) {
        self.name = name
        self.index = index
        self.address = address
        self.isNamed = isNamed
        self.weight = weight
        self.isBackup = isBackup
        self.positions = positions
    }
}
