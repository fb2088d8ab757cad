// Workers are forked, watched and replaced here. What is decided about them, the worker table decides.

import EventLoop
import Logging
import Logs
import Plans
import Scoreboard
import Settings
import Syscalls

extension Master {
    static let workerLimit = Scoreboard.workerCapacity / 4
    /// How long a worker that was told to abort may take to do so, in milliseconds.
    private static let abortPatience: UInt64 = 1000

    // MARK: Watching

    /// Learns from the scoreboard how the workers of a generation are.
    func superviseWorkers(of generation: Generation) {
        for (index, entry) in generation.workers.entries {
            if let killedAt = [generation.killedAt, entry.abortsUntil].compactMap(\.self).min(),
                killedAt + ForsakenChildren.patience <= context.loop.now
            {
                forsake(entry, index, generation)
                continue
            }
            if let until = entry.abortsUntil {
                if until <= context.loop.now { ChildProcess.signal(entry.pid, .kill) }
                continue
            }
            if !entry.isServing, context.scoreboard.state(worker: index) != .booting {
                generation.workers.serves(index: index)
            }
            if isStuck(index, entry, generation) {
                generation.workers.aborts(index: index, until: context.loop.now + Self.abortPatience)
                ChildProcess.signal(entry.pid, .abrt)
            } else if generation.phase == .serving, !entry.isRetiring, !entry.isStopping,
                case let reason = context.scoreboard.wantsReplacement(worker: index), reason != .none
            {
                context.log.info(
                    "worker \(index) (pid \(entry.pid)) is replaced (\(reason)): its successor starts first")
                generation.workers.retires(index: index)
            }
        }
    }

    /// Kills what has not left in time.
    func killWorkers(of generation: Generation) {
        generation.killedAt = generation.killedAt ?? context.loop.now
        signalWorkers(of: generation, .kill)
    }

    /// A worker was killed, and does not end: another one takes its place, and nobody waits for it.
    private func forsake(_ entry: WorkerTable.Entry, _ index: Int, _ generation: Generation) {
        context.log.error(
            "worker \(index) (pid \(entry.pid)) cannot be ended: it is still there \(ForsakenChildren.patience / 1000) s after KILL, and is left to itself"
        )
        context.forsaken.add(entry.pid)
        workerEnded(generation, index: index, pid: entry.pid, .signalled(9))
    }

    /// Whether the loop of a worker stands still, or a worker never comes to serve.
    private func isStuck(_ index: Int, _ entry: WorkerTable.Entry, _ generation: Generation) -> Bool {
        let now = context.loop.now
        let settings = generation.settings
        // What a worker wrote is a hint. It may be later than the loop's idea of now: this turn has taken its time.
        let heartbeat = max(
            min(context.scoreboard.heartbeat(worker: index), now), entry.startedAt, heartbeatsFrom)
        let patience = UInt64(max(1, entry.isServing ? settings.timeout : settings.bootTimeout)) * 1000
        guard now > heartbeat, now - heartbeat > patience else { return false }
        if entry.isServing {
            let request = lastWords(ofWorker: index)
            context.log.critical(
                "worker \(index) (pid \(entry.pid)) timed out: its loop stood still for \(patience / 1000) s; ABRT is sent to it, then KILL\(request)"
            )
        } else {
            context.log.critical(
                "worker \(index) (pid \(entry.pid)) was not ready within \(patience / 1000) s; ABRT is sent to it, then KILL"
            )
        }
        return true
    }

    /// `GET /report from 192.0.2.1 for 31.0 s`: what a worker was doing, as far as it has said so.
    func runningRequest(worker index: Int) -> String? {
        guard let request = context.scoreboard.record(worker: index).read() else { return nil }
        let duration = context.loop.now - min(request.since, context.loop.now)
        return
            "\(request.method) \(request.target) from \(request.client) for \(duration / 1000).\(duration % 1000 / 100) s"
    }

    /// `; it was at GET /report …` for a message about its end; empty where it was at nothing.
    private func lastWords(ofWorker index: Int) -> String {
        runningRequest(worker: index).map { "; it was at \($0)" } ?? ""
    }

    /// Frees slots that belong to nobody: one may have been handed to a worker in the moment of its death.
    func reclaimSlots() {
        let alive = Set(generations.flatMap(\.workers.entries.keys))
        var found = false
        for slot in pools.flatMap(\.slots) {
            let word = context.scoreboard.slot(slot)
            guard !alive.contains(word.owner), word.isHeld(by: word.owner) else { continue }
            if context.scoreboard.exchange(slot, from: word, to: word.released) { found = true }
        }
        if found { context.lines.ringAll() }
    }

    /// A worker has been reaped.
    func workerEnded(_ generation: Generation, index: Int, pid: ProcessID, _ status: ExitStatus) {
        let entry = generation.workers.entries[index]
        // A worker that dies within a turn of the master's loop may have served, and nobody has noticed.
        if context.scoreboard.state(worker: index) != .booting { generation.workers.serves(index: index) }
        let request = lastWords(ofWorker: index)
        logLostRequests(generation, index: index, pid: pid, status)
        let hasAnswered = context.scoreboard.requests(worker: index) > 0
        context.lines.close(worker: index)
        let totals = context.scoreboard.totals(worker: index)
        if totals[.accepted] > 0 { context.log.info("worker \(index) (pid \(pid)) served \(totals)") }
        // Before its slots are free: a process that is at a request of it would be handed to the next one.
        for pool in pools { pool.lost(worker: index) }
        // Those that wait look again: a slot may have become free.
        if context.scoreboard.clear(worker: index) { context.lines.ringAll() }
        extensions.hooks.childExit?(info, WorkerInfo(slot: index, age: entry?.age ?? 0, pid: pid))
        switch generation.workers.reaped(
            index: index, now: context.loop.now, hasAnswered: hasAnswered)
        {
        case .expected: context.log.debug("worker \(index) (pid \(pid)) \(status)")
        case .replace:
            context.log.error("worker \(index) (pid \(pid)) \(status)\(request); starting another")
        case .bootFailure:
            context.log.error("worker \(index) (pid \(pid)) \(status) before it served")
            guard generation.phase == .bootingWorkers else { return }
            abandon(
                generation,
                status == .exited(4)
                    ? .applicationNotFound("a worker found no application")
                    : .applicationFailed("a worker could not be started"))
        }
    }

    // MARK: Numbers

    /// TTIN and TTOU: for what serves, and for what is about to.
    func changeWorkers(by difference: Int) {
        guard stopDeadline == nil else { return }
        let before = workerTarget
        workerTarget = min(max(1, workerTarget + difference), Self.workerLimit)
        for generation in generations where !generation.isLeaving {
            generation.workers.changeTarget(by: difference, limit: Self.workerLimit)
        }
        context.log.info("\(workerTarget) worker\(workerTarget == 1 ? "" : "s") wanted")
        extensions.hooks.nworkersChanged?(info, before, workerTarget)
    }

    /// Forks what is missing and ends what is too much.
    func keepWorkers(_ generation: Generation) {
        for _ in 0..<generation.workers.missing(now: context.loop.now) { fork(generation) }
        while generation.phase == .serving, let index = generation.workers.excess {
            generation.workers.stops(index: index)
            if let entry = generation.workers.entries[index] { ChildProcess.signal(entry.pid, .term) }
        }
    }

    // MARK: Forking

    private func fork(_ generation: Generation) {
        let used = Set(generations.flatMap(\.workers.entries.keys))
        guard let index = (1..<Scoreboard.workerCapacity).first(where: { !used.contains($0) }) else {
            context.log.error("too many workers are still ending: no other one is forked before one has gone")
            return generation.workers.spawnFailed(now: context.loop.now)
        }
        lastAge += 1
        let age = lastAge
        extensions.hooks.preFork?(info, WorkerInfo(slot: index, age: age, pid: 0))
        do {
            let settings = generation.settings
            generation.inFlight[index] =
                settings.accessLog == nil ? nil : try InFlightTable(connections: settings.workerConnections)
            let backend = generation.backend.plan(toleratesFailure: generation.toleratesFailedBuild)
            let line = try context.lines.open(worker: index, places: backend.socketPlaces)
            let plan = plan(generation, backend, index: index, age: age, line: line.number)
            context.scoreboard.setState(.booting, worker: index)
            let parent = SystemProcess.id
            let pid = try ChildProcess.fork(diesWithParent: true)
            guard pid != 0 else { becomeWorker(plan, generation, parent: parent) }
            _ = consume line
            generation.workers.spawned(pid, index: index, age: age, now: context.loop.now)
            context.log.debug("worker \(index) (pid \(pid)) forked")
        } catch {
            context.lines.close(worker: index)
            context.log.error("cannot fork a worker: \(error)")
            generation.workers.spawnFailed(now: context.loop.now)
        }
    }

    private func plan(
        _ generation: Generation, _ backend: BackendPlan, index: Int, age: Int, line: CInt
    ) -> WorkerPlan {
        WorkerPlan(
            index: index, age: age, settings: generation.settings,
            listeners: generation.listeners.map { ListenerPlan(number: $0.number, address: $0.address) },
            backend: backend,
            title: "gateway: worker \(index) [\(generation.configuration.title)]",
            identity: generation.identity, scoreboard: context.scoreboard, doorbells: context.doorbells,
            line: line, errorLog: generation.errorLog,
            extensions: extensions, inFlight: generation.inFlight[index],
            accessLogEdge: context.accessLogEdge,
            servesWithoutLog: generation.phase == .serving)
    }

    /// In the new process: lets go of what is the master's alone, and works.
    private func becomeWorker(_ plan: WorkerPlan, _ generation: Generation, parent: ProcessID) -> Never {
        closeOwnDescriptors(except: Set(generation.listeners.map(\.number)))
        SystemProcess.exitImmediately(services.work(plan, parent))
    }

    /// Makes the logs and gives them to the user that the workers will be, who could not make them themselves.
    func prepareLogs(_ configuration: Configuration, _ identity: UserIdentity?) {
        let distrusted = configuration.distrusted(identity)
        for (path, error) in Self.giveLogs(configuration.settings, to: identity, distrusting: distrusted) {
            context.log.error("cannot give '\(path)' to the user of the workers: \(error.reason)")
        }
    }

    /// - Returns: What was not given away, and why.
    static func giveLogs(
        _ settings: Settings, to identity: UserIdentity?, distrusting distrusted: Set<UInt32>
    ) -> [(path: String, error: SyscallError)] {
        guard let identity else { return [] }
        var failures: [(path: String, error: SyscallError)] = []
        for path in [settings.accessLog, settings.errorLog] {
            guard let path, LogDescriptor.standardDescriptor(path, dash: 1) == nil else { continue }
            do {
                try Files.giveLog(
                    path, user: identity.user, group: identity.group, distrusting: distrusted)
            } catch {
                failures.append((path, error))
            }
        }
        return failures
    }
}
