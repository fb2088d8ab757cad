// The servers of an external application as one worker sees them: who is asked first, who is left out, where a name leads.

import GatewayInterface
import Logging
import Octets
import Plans
import Scoreboard
import Settings
import Syscalls

/// Chooses servers, and notes how they do.
final class Servers {
    private let servers: [ServerView]
    private let settings: ExternalSettings
    private let scoreboard: Scoreboard
    private let slots: [PoolView.Slot]
    private var balancer: Balancer

    init(_ pool: PoolView, scoreboard: Scoreboard) {
        servers = pool.servers
        settings = pool.settings.external
        slots = pool.slots
        self.scoreboard = scoreboard
        balancer = Balancer(
            settings.balance,
            servers.map { Balancer.Server(name: $0.name, weight: $0.weight, isBackup: $0.isBackup) })
    }

    var count: Int { servers.count }

    /// The servers in the order in which a request tries them.
    func order(for exchange: Exchange, _ now: UInt64) -> [Int] {
        balancer.order(
            key: { key(of: exchange, seed: $0) },
            isOut: { isOut($0, now) }, isTried: { isTried($0, exchange) },
            connections: { server in
                servers[server].positions.count { scoreboard.slot(slots[$0].index).isBusy }
            })
    }

    /// Whether a server is one of those that a request tries.
    func mayServe(_ exchange: Exchange, _ server: Int, _ now: UInt64) -> Bool {
        balancer.candidates(isOut: { isOut($0, now) }, isTried: { isTried($0, exchange) }).contains(server)
    }

    private func isOut(_ server: Int, _ now: UInt64) -> Bool {
        scoreboard.record(server: servers[server].index).isOut(now)
            || servers[server].isNamed && address(server) == nil
    }

    private func isTried(_ server: Int, _ exchange: Exchange) -> Bool {
        exchange.triedServers & (1 << UInt64(server)) != 0
    }

    private func key(of exchange: Exchange, seed: UInt64) -> UInt64 {
        let environ = exchange.environ.bytes
        var value: UnsafeBufferPointer<UInt8>?
        switch settings.balance {
        case .hashOfPath:
            value = NameValuePairs.value(of: "REQUEST_URI", in: environ)
            value = value.map { UnsafeBufferPointer(rebasing: $0.prefix { $0 != UInt8(ascii: "?") }) }
        case .hashOf(let name):
            value = Array(name.utf8).withUnsafeBufferPointer { NameValuePairs.value(of: $0, in: environ) }
        case .hashOfClient, .roundRobin, .leastConnections:
            value = NameValuePairs.value(of: "REMOTE_ADDR", in: environ)
        }
        return value.map { Balancer.hash($0, seed: seed) } ?? seed
    }

    func positions(_ server: Int) -> Range<Int> { servers[server].positions }

    /// The server that a slot belongs to.
    func server(ofPosition position: Int) -> Int { slots[position].process - 1 }

    /// Where to connect to; `nil` where its name has not led anywhere yet.
    func address(_ server: Int) -> SocketAddress? {
        let view = servers[server]
        return view.isNamed ? scoreboard.record(server: view.index).address ?? view.address : view.address
    }

    func succeeded(_ server: Int) { scoreboard.record(server: servers[server].index).succeeded() }

    /// Notes that a request has failed at a server.
    ///
    /// - Returns: A line for the log where that takes the server out.
    func failed(_ server: Int, _ exchange: Exchange, _ now: UInt64) -> String? {
        exchange.triedServers |= 1 << UInt64(server)
        // It is to be used as soon as its name leads somewhere, and not after a pause.
        guard address(server) != nil else { return nil }
        let isOut = scoreboard.record(server: servers[server].index).failed(
            now, limit: settings.maxFails, pause: UInt64(settings.failTimeout) * 1000)
        guard isOut, servers.count > 1 else { return nil }
        return "server \(servers[server].name) is left out for \(settings.failTimeout) s (--fail-timeout)"
    }

    /// Whether there is a server that the request has not failed at.
    func hasOther(for exchange: Exchange) -> Bool {
        servers.indices.contains { exchange.triedServers & (1 << UInt64($0)) == 0 }
    }

    func name(_ server: Int) -> String { servers[server].name }
}
