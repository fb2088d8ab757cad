// Names of servers are looked up again and again, in a process of its own: a look-up may take seconds, and the master has
// one thread. The answers go into the scoreboard, where workers and the master's questions read them.

import Logging
import Syscalls

/// Looks up the names of the servers of one application. The master runs it.
final class NameLookup {
    private let servers: [(bind: BindAddress, index: Int)]
    private let interval: UInt64
    private let context: MasterContext
    private var next: UInt64
    private(set) var pid: ProcessID = 0

    /// - Parameter indices: Those of the servers in the scoreboard.
    /// - Returns: `nil` where no server has a name.
    init?(_ plan: ApplicationPlan, indices: [Int], context: MasterContext) {
        servers = zip(plan.servers, indices).filter(\.0.isNamed).map { ($0.bind, $1) }
        guard !servers.isEmpty else { return nil }
        interval = UInt64(plan.settings.external.resolveInterval) * 1000
        self.context = context
        next = context.loop.now + interval
    }

    /// - Parameter prepare: Called in the new process: lets go of what is the master's alone.
    func tick(_ now: UInt64, prepare: () -> Void) {
        guard next <= now else { return }
        next = now + interval
        guard pid == 0 else { return ChildProcess.signal(pid, .kill) }
        do {
            let child = try ChildProcess.fork(diesWithParent: true)
            guard child == 0 else { return pid = child }
        } catch {
            return context.log.error("cannot look up the names of servers: \(error)")
        }
        prepare()
        for server in servers {
            // One that cannot be found stays where it was: a resolver that is down is no reason to stop.
            guard let address = try? server.bind.resolve() else { continue }
            context.scoreboard.record(server: server.index).setAddress(address)
        }
        SystemProcess.exitImmediately(0)
    }

    /// - Returns: Whether the process was the one that looks up.
    func reaped(_ pid: ProcessID) -> Bool {
        guard pid == self.pid else { return false }
        self.pid = 0
        return true
    }
}
