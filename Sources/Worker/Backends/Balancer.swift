// Which of several servers a request goes to: the order in which they are tried. Each worker has its own turn; what all of
// them share is who is out.

import GatewayInterface
import Octets
import Settings

/// Orders the servers of an external application for each request.
struct Balancer {
    /// What the balancer has to know of a server.
    struct Server: Equatable {
        let name: String
        let weight: Int
        let isBackup: Bool
    }

    private let balance: ExternalSettings.Balance
    private let servers: [Server]
    private let hashes: [UInt64]
    /// Smooth weighted turns: who is chosen pays the total, everybody earns their weight.
    private var credit: [Int]
    private var order: [Int] = []

    init(_ balance: ExternalSettings.Balance, _ servers: [Server]) {
        self.balance = balance
        self.servers = servers
        hashes = servers.map { Self.hash(Array($0.name.utf8), seed: Self.offsetBasis) }
        credit = servers.map { _ in 0 }
    }

    /// The servers in the order in which a request tries them.
    ///
    /// - Parameters:
    ///   - key: What is hashed.
    ///   - isOut: Whether a server is left out.
    ///   - isTried: Whether the request has failed there already.
    ///   - connections: Connections of a server that are in use.
    mutating func order(
        key: (UInt64) -> UInt64, isOut: (Int) -> Bool, isTried: (Int) -> Bool, connections: (Int) -> Int
    ) -> [Int] {
        order = candidates(isOut: isOut, isTried: isTried)
        guard order.count > 1 else { return order }
        switch balance {
        case .roundRobin: takeTurn()
        case .leastConnections:
            takeTurn()
            let load = order.map { Double(connections($0) + 1) / Double(servers[$0].weight) }
            // The turn decides where the load is the same.
            order = order.indices.sorted { load[$0] == load[$1] ? $0 < $1 : load[$0] < load[$1] }
                .map { order[$0] }
        case .hashOfClient, .hashOfPath, .hashOf:
            let scores = order.map { score(key(hashes[$0]), weight: servers[$0].weight) }
            order = order.indices.sorted { scores[$0] > scores[$1] }.map { order[$0] }
        }
        return order
    }

    /// The servers that a request may try, in the order of the file.
    func candidates(isOut: (Int) -> Bool, isTried: (Int) -> Bool) -> [Int] {
        // Those that work; the backups where none of them does; and where nobody seems to work, everybody: to refuse
        // without having tried would turn a moment of trouble into an outage.
        let fresh = servers.indices.filter { !isTried($0) }
        let working = fresh.filter { !isOut($0) }
        let chosen = working.filter { !servers[$0].isBackup }
        if !chosen.isEmpty { return chosen }
        if !working.isEmpty { return working }
        // A request that waits for a slot after it has failed everywhere is served by whoever has one.
        return fresh.isEmpty ? Array(servers.indices) : fresh
    }

    private mutating func takeTurn() {
        var total = 0
        for index in order {
            credit[index] += servers[index].weight
            total += servers[index].weight
        }
        order.sort { credit[$0] == credit[$1] ? $0 < $1 : credit[$0] > credit[$1] }
        credit[order[0]] -= total
    }

    /// Rendezvous hashing: the highest score wins, so that a server which goes takes only its own requests with it.
    private func score(_ hash: UInt64, weight: Int) -> UInt64 {
        // The highest of as many draws as it has weight: without a logarithm, and exact for small weights.
        var (best, state) = (UInt64(0), hash)
        for _ in 0..<min(weight, 64) {
            state = Self.mix(state)
            best = max(best, state)
        }
        return best
    }

    // MARK: Hashing

    private static let offsetBasis: UInt64 = 0xCBF2_9CE4_8422_2325

    /// FNV-1a. The keys come from clients, but all that a chosen key can do is to choose a server.
    static func hash(_ bytes: some Sequence<UInt8>, seed: UInt64) -> UInt64 {
        var value = seed
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mix(value)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
