// Names of servers are looked up again and again, each in a process of its own: a look-up may take seconds, the master has
// one thread, and a name whose resolver is silent must not keep the others waiting. One child of the master has a child for
// each name, so that one signal ends them all. They answer on a pipe; what comes when nobody waits any more is lost with it.

import EventLoop
import Logging
import Plans
import Settings
import Syscalls

/// Looks up the names of the servers of one application. The master runs it.
final class NameLookup {
    private struct Server {
        let position: Int
        let bind: BindAddress
        var hasAnswered = false
        /// Whether it could not be resolved the last time.
        var isLost = false
    }

    /// Milliseconds that an application waits at its start for the first answers.
    private static let patience: UInt64 = 1000
    /// Look-ups that could not be ended, before no other one begins: what holds them would hold it too.
    private static let forsakenLimit = 4

    private let application: String
    private var servers: [Server]
    private let interval: UInt64
    private let addresses: ServerAddresses
    private let context: MasterContext
    private var next: UInt64 = 0
    private var patienceEnds: UInt64?
    private var hasEnded = false
    private var pid: ProcessID = 0
    /// When it was killed; its end is not waited for without a limit.
    private var killedAt: UInt64?
    /// Those of before that were killed and have not ended.
    private var left: [ProcessID] = []
    private var answers: NameAnswers?

    /// - Returns: `nil` where no server has a name.
    init?(_ plan: ApplicationPlan, _ addresses: ServerAddresses, context: MasterContext) {
        application = plan.name
        servers = plan.servers.enumerated().filter(\.element.isNamed)
            .map { Server(position: $0, bind: $1.bind) }
        guard !servers.isEmpty else { return nil }
        interval = UInt64(plan.settings.external.resolveInterval) * 1000
        self.addresses = addresses
        self.context = context
    }

    /// Whether a process of it is left.
    var isRunning: Bool { pid != 0 }

    /// Whether there is nothing to wait for at the start: requests that come now find addresses, or none will come soon.
    var isSettled: Bool {
        addresses.isComplete || hasEnded || patienceEnds.map { $0 <= context.loop.now } ?? false
    }

    /// - Parameter prepare: Called in the new process: lets go of what is the master's alone.
    func tick(_ now: UInt64, prepare: () -> Void) {
        guard next <= now else { return }
        next = now + interval
        patienceEnds = patienceEnds ?? now + Self.patience
        // It ends, and the names that have not answered are told apart from those that have. The next one is due then.
        guard pid == 0 else {
            next = now
            return kill(now)
        }
        left.removeAll { !context.forsaken.contains($0) }
        guard left.count < Self.forsakenLimit else { return }
        do {
            try start(prepare)
        } catch {
            hasEnded = true
            context.log.error("\(application): cannot look up the names of its servers: \(error)")
        }
    }

    private func start(_ prepare: () -> Void) throws(SyscallError) {
        let (readEnd, writeEnd) = try Pipe(readsWithoutBlocking: true).intoNumbers()
        let child: ProcessID
        do {
            child = try ChildProcess.fork(diesWithParent: true)
        } catch {
            Descriptor.closeInherited(readEnd)
            Descriptor.closeInherited(writeEnd)
            throw error
        }
        if child == 0 {
            prepare()
            Descriptor.closeInherited(readEnd)
            lookUp(writeEnd)
        }
        pid = child
        killedAt = nil
        Descriptor.closeInherited(writeEnd)
        for index in servers.indices { servers[index].hasAnswered = false }
        answers = try NameAnswers(OwnedDescriptor(adopting: readEnd), loop: context.loop) {
            [unowned self] in note($0)
        }
    }

    // MARK: In the child

    private func lookUp(_ pipe: CInt) -> Never {
        var children: [ProcessID] = []
        for server in servers {
            let child = try? ChildProcess.fork(diesWithParent: true)
            if let child, child != 0 {
                children.append(child)
                continue
            }
            let answer = NameAnswer(position: server.position, address: try? server.bind.resolve())
            answer.octets.withUnsafeBufferPointer { _ = Descriptor.writeAll(pipe, $0) }
            if child == 0 { SystemProcess.exitImmediately(0) }
        }
        for child in children { ChildProcess.wait(child) }
        SystemProcess.exitImmediately(0)
    }

    // MARK: Answers

    private func note(_ answer: NameAnswer) {
        guard let index = servers.firstIndex(where: { $0.position == answer.position }),
            !servers[index].hasAnswered
        else { return }
        servers[index].hasAnswered = true
        if let address = answer.address {
            addresses.set(answer.position, address)
            guard servers[index].isLost else { return }
            servers[index].isLost = false
            context.log.info(
                "\(application): the name of server \(servers[index].bind) can be resolved again: \(address)")
        } else {
            lost(index)
        }
    }

    /// One that cannot be found stays where it was: a resolver that is down is no reason to stop.
    private func lost(_ index: Int) {
        guard !servers[index].isLost else { return }
        servers[index].isLost = true
        let consequence =
            addresses[servers[index].position].map { "it is used where it was, \($0)," }
            ?? "it is left out"
        context.log.warning(
            "\(application): the name of server \(servers[index].bind) cannot be resolved: \(consequence) until it can"
        )
    }

    // MARK: End

    /// Ends it; nothing more is learned.
    func stop() {
        answers?.close()
        answers = nil
        kill(context.loop.now)
    }

    private func kill(_ now: UInt64) {
        guard pid != 0 else { return }
        killedAt = killedAt ?? now
        ChildProcess.signal(pid, .kill)
    }

    /// Lets go of a process that was killed and does not end: a library may wait in the system for a file system that does not
    /// answer. Neither the next look-up nor the end of the application waits for it.
    func forsakeLate(_ now: UInt64) {
        guard let killedAt, pid != 0, killedAt + ForsakenChildren.patience <= now else { return }
        context.log.error(
            "\(application): the process that looks up names (pid \(pid)) cannot be ended: it is still there \(ForsakenChildren.patience / 1000) s after KILL, and is left to itself"
        )
        context.forsaken.add(pid)
        left.append(pid)
        ended()
    }

    /// - Returns: Whether the process was the one that looks up.
    func reaped(_ pid: ProcessID) -> Bool {
        guard pid == self.pid else { return false }
        ended()
        return true
    }

    /// What has not been answered is not answered any more.
    private func ended() {
        pid = 0
        killedAt = nil
        guard let answers else { return }
        answers.finish()
        self.answers = nil
        hasEnded = true
        for index in servers.indices where !servers[index].hasAnswered { lost(index) }
    }
}
