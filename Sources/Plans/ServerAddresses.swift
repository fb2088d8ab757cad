// Where the servers of an external application are. The master's own table is what the master goes by; the scoreboard gets a
// copy for the workers. Workers can write there, so the master never reads it back: it runs with more rights than they.

import Scoreboard
import Syscalls

/// The addresses of the servers of one application. The master has it.
package final class ServerAddresses {
    private let servers: [ApplicationPlan.Server]
    private let indices: [Int]
    private let scoreboard: Scoreboard
    private var addresses: [SocketAddress?]

    /// - Parameter indices: Those of the servers in the scoreboard.
    package init(_ servers: [ApplicationPlan.Server], indices: [Int], scoreboard: Scoreboard) {
        self.servers = servers
        self.indices = indices
        self.scoreboard = scoreboard
        addresses = servers.map(\.address)
    }

    /// Where a server is; `nil` where its name has not led anywhere yet.
    package subscript(position: Int) -> SocketAddress? { addresses[position] }

    /// Whether none is missing.
    package var isComplete: Bool { addresses.allSatisfy { $0 != nil } }

    /// Takes over what another application knows of the same names: one that replaces it starts with that.
    package func learn(from other: ServerAddresses) {
        for position in servers.indices where addresses[position] == nil {
            guard let known = other.servers.firstIndex(where: { $0.bind == servers[position].bind })
            else { continue }
            addresses[position] = other.addresses[known]
        }
    }

    /// Says where a name leads.
    package func set(_ position: Int, _ address: SocketAddress) {
        addresses[position] = address
        publish(position)
    }

    /// Tells the workers all there is to tell: their records have just been cleared.
    package func publish() { for position in servers.indices { publish(position) } }

    private func publish(_ position: Int) {
        guard servers[position].isNamed, let address = addresses[position] else { return }
        scoreboard.record(server: indices[position]).setAddress(address)
    }
}
