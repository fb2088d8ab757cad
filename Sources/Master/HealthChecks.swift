import Routing
import EventLoop
import Logging
import Plans
import Scoreboard
import Settings
import Syscalls

/// Asks the servers of one external application again and again whether they work. The master runs it.
final class HealthChecks {
    private struct Server {
        let name: String
        let index: Int
        var probe: HealthProbe?
        var isOut = false
        var next: UInt64 = 0
    }

    private let application: String
    private var request: [UInt8]?
    private let interval: UInt64
    private let addresses: ServerAddresses
    private let context: MasterContext
    private var servers: [Server]

    /// - Parameter indices: Those of the servers in the scoreboard.
    init(
        _ plan: ApplicationPlan, _ addresses: ServerAddresses, indices: [Int], context: MasterContext
    ) {
        application = plan.name
        request = Self.request(plan)
        self.addresses = addresses
        interval = UInt64(plan.settings.external.healthInterval) * 1000
        self.context = context
        servers = zip(plan.servers, indices).map {
            Server(name: "\($0.bind)", index: $1)
        }
    }

    private static func request(_ plan: ApplicationPlan) -> [UInt8]? {
        guard case .path(let path) = plan.settings.external.healthCheck else { return nil }
        let root: String? = if case .php(let root, let told) = plan.site { told ?? root } else { nil }
        return HealthProbe.question(path, root: root, parameters: plan.parameters)
    }

    /// Asks from now on as another generation would.
    func adopt(_ plan: ApplicationPlan) { request = Self.request(plan) }

    func tick(_ now: UInt64) {
        for position in servers.indices where servers[position].next <= now {
            servers[position].next = now + interval
            if let probe = servers[position].probe {
                probe.close()
                note(position, "it did not answer in time (--health-interval)")
            }
            ask(position)
        }
    }

    private func ask(_ position: Int) {
        // A name that leads nowhere yet: workers leave it out, and there is nobody to ask.
        guard let address = addresses[position] else { return }
        do {
            servers[position].probe = try HealthProbe(address, request, loop: context.loop) {
                [weak self] failure in self?.note(position, failure)
            }
            // It may have answered before it was kept.
            if servers[position].probe?.isClosed == true { servers[position].probe = nil }
        } catch {
            note(position, "\(error)")
        }
    }

    private func note(_ position: Int, _ failure: String?) {
        servers[position].probe = nil
        let isOut = failure != nil
        guard isOut != servers[position].isOut else { return }
        servers[position].isOut = isOut
        let record = context.scoreboard.record(server: servers[position].index)
        record.setAnswers(!isOut)
        if let failure {
            context.log.error("\(application): server \(servers[position].name) is left out: \(failure)")
        } else {
            record.succeeded()
            context.log.info("\(application): server \(servers[position].name) works again")
        }
    }

    func stop() {
        for server in servers { server.probe?.close() }
        for position in servers.indices { servers[position].probe = nil }
    }
}
