// The master binds, spawns, forks, reaps and listens to signals. It never touches a client, has one thread, and reads
// here as a life story: start, serve, and three ways to end.

import GatewayInterface
import Logging
import Syscalls

/// The process that holds everything together.
final class Master {
    private let source: ApplicationSource
    private let context: MasterContext
    private let listeners: Listeners
    private let pidFile: PIDFile?
    private let signals: SignalDescriptor
    private var generations: [Generation] = []
    private var lastGeneration = 0
    private var workerTarget: Int
    private var stopDeadline: UInt64?
    private var wantsReload = false
    private var exitCode: Int32 = 0
    private var nextReclaim: UInt64 = 0

    /// Runs the gateway until it is stopped.
    ///
    /// - Returns: The exit code: 0 after a stop; 3 or 4 when the application did not start.
    /// - Throws: What a person has to mend before anything was started.
    static func run(_ source: ApplicationSource, settings: Settings) throws(ConfigurationError) -> Int32 {
        do {
            SystemProcess.openStandardDescriptors()
            SystemProcess.ignoreBrokenPipes()
            SystemProcess.raiseDescriptorLimit()
            let errorLog = try ErrorLog(settings.errorLog, level: settings.logLevel)
            // Before anything is bound: the guardian must hold no socket open.
            let lifeline = try Lifeline()
            defer { lifeline.end() }
            return try Master(source, settings: settings, errorLog: errorLog, lifeline: lifeline).serve()
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw .environment("cannot start: \(error)")
        }
    }

    private init(
        _ source: ApplicationSource, settings: Settings, errorLog: ErrorLog, lifeline: Lifeline
    ) throws {
        self.source = source
        context = try MasterContext(settings: settings, errorLog: errorLog, lifeline: lifeline)
        workerTarget = settings.workers
        signals = try SignalDescriptor([
            .chld, .hup, .int, .quit, .term, .ttin, .ttou, .usr1, .usr2, .winch,
        ])
        listeners = try Listeners(settings.binds, backlog: settings.backlog)
        do {
            pidFile = try settings.pidFile.map { path throws(ConfigurationError) in
                try PIDFile(path, own: [SystemProcess.id, lifeline.pid])
            }
        } catch {
            listeners.close()
            throw error
        }
    }

    private func serve() throws -> Int32 {
        defer {
            listeners.close()
            pidFile?.remove()
        }
        let loop = context.loop
        try loop.add(Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        let bell = context.doorbells.masterNumber
        try loop.add(Watch(number: bell, isShared: true) { EventDescriptor.clear(bell) }, .readable)
        loop.addTurnEnd { [unowned self] in advance() }
        context.log.info("gateway \(Settings.version) starts (pid \(SystemProcess.id))")
        try begin()
        loop.run()
        if exitCode == 0 { context.log.info("stopped") }
        return exitCode
    }

    // MARK: Signals

    private func readSignals() {
        while let signal = signals.next() {
            switch signal {
            case .chld: reap()
            case .term: stop(gracefully: true)
            case .int, .quit: stop(gracefully: false)
            case .hup: reload()
            case .ttin: changeWorkers(by: 1)
            case .ttou: changeWorkers(by: -1)
            case .usr1: reopenLogs()
            case .usr2, .winch: context.log.warning("signal \(signal) has no meaning here")
            case .kill: break
            }
        }
    }

    private func reap() {
        while let (pid, status) = ChildProcess.reap() {
            if pid == context.lifeline.pid {
                context.log.error(
                    "the guardian process \(status); application processes may outlive a killed master")
                continue
            }
            for generation in generations {
                if let index = generation.workers.index(of: pid) {
                    workerEnded(generation, index: index, pid: pid, status)
                } else if generation.pool?.reaped(pid, status) == true {
                    break
                }
            }
        }
    }

    private func workerEnded(_ generation: Generation, index: Int, pid: ProcessID, _ status: ExitStatus) {
        // Those that wait look again: a slot may have become free.
        if context.scoreboard.clear(worker: index) { context.doorbells.ringAllWorkers() }
        switch generation.workers.reaped(index: index, now: context.loop.now) {
        case .expected: context.log.debug("worker \(index) (pid \(pid)) \(status)")
        case .replace: context.log.error("worker \(index) (pid \(pid)) \(status); starting another")
        case .bootFailure:
            context.log.error("worker \(index) (pid \(pid)) \(status) before it served")
            if generation.phase == .bootingWorkers {
                abandon(generation, .applicationFailed("a worker could not be started"))
            }
        }
    }

    private func changeWorkers(by difference: Int) {
        guard let generation = generations.last, stopDeadline == nil else { return }
        generation.workers.changeTarget(by: difference, limit: Scoreboard.workerCapacity / 4)
        workerTarget = generation.workers.target
        context.log.info("\(workerTarget) worker\(workerTarget == 1 ? "" : "s") wanted")
    }

    private func reopenLogs() {
        let failure = context.errorLog.reopen()
        for generation in generations { signalWorkers(of: generation, .usr1) }
        if let failure { context.log.error("\(failure)") } else { context.log.info("logs opened anew") }
    }

    // MARK: Generations begin

    /// Begins a generation: its application processes first, its workers when those are ready.
    private func begin() throws {
        lastGeneration += 1
        var pool: ApplicationPool?
        if case .processes(let plan) = source {
            let pools = generations.compactMap(\.pool)
            let usedSlots = Set(pools.flatMap(\.slots))
            let slots = (0..<Scoreboard.slotCapacity).lazy.filter { !usedSlots.contains($0) }
                .prefix(ApplicationPool.slotCount(plan))
            let index = (0..<Scoreboard.poolCapacity).first { index in !pools.contains { $0.index == index } }
            guard slots.count == ApplicationPool.slotCount(plan), let index else {
                throw ConfigurationError.environment("too many application processes are still ending")
            }
            pool = try ApplicationPool(plan, context: context, index: index, slots: Array(slots))
        }
        let generation = Generation(number: lastGeneration, pool: pool, workers: workerTarget)
        generations.append(generation)
        pool?.start()
    }

    private func reload() {
        guard stopDeadline == nil else { return }
        // One at a time: a second HUP is done when the first has come to its end.
        if generations.contains(where: { $0.phase == .bootingPool || $0.phase == .bootingWorkers }) {
            wantsReload = true
            return
        }
        wantsReload = false
        context.log.info("reload: starting new application processes and workers")
        do {
            try begin()
        } catch {
            context.log.error("reload failed, the running generation goes on: \(error)")
        }
    }

    /// A generation did not boot. At the start that is the end; at a reload the running generation goes on.
    private func abandon(_ generation: Generation, _ error: ConfigurationError) {
        if generations.count == 1, stopDeadline == nil, generation.number == 1 {
            exitCode = error.exitCode
            showLastLines(of: generation)
            context.log.critical("\(error.message); stopping")
        } else {
            context.log.error("reload failed, the running generation goes on: \(error.message)")
        }
        signalWorkers(of: generation, .quit)
        generation.pool?.kill()
        generation.phase = .stoppingPool(until: context.loop.now + 1000)
    }

    /// Where the log is a file, the person at the terminal sees why here.
    private func showLastLines(of generation: Generation) {
        guard context.settings.errorLog != "-", let process = generation.pool?.failedProcess else { return }
        var text = process.lastLines.map { $0 + "\n" }.joined()
        text.withUTF8 { bytes in _ = Descriptor.writeAll(2, bytes) }
    }

    // MARK: Generations end

    private func stop(gracefully: Bool) {
        let now = context.loop.now
        let patience = gracefully ? UInt64(context.settings.gracefulTimeout) * 1000 : 500
        if stopDeadline == nil || !gracefully {
            context.log.info(
                gracefully ? "stopping: exchanges in progress are finished first" : "stopping at once")
        }
        stopDeadline = min(stopDeadline ?? .max, now + patience)
        for generation in generations { leave(generation, gracefully: gracefully) }
        // The workers accept what waits in the backlog; who comes after them is to be turned away.
        listeners.close()
    }

    private func leave(_ generation: Generation, gracefully: Bool) {
        let deadline = context.loop.now + (gracefully ? UInt64(context.settings.gracefulTimeout) * 1000 : 500)
        if case .stoppingPool = generation.phase, gracefully { return }
        signalWorkers(of: generation, gracefully ? .term : .quit)
        for index in generation.workers.entries.keys { generation.workers.stops(index: index) }
        if case .stoppingPool = generation.phase { return generation.pool?.kill() ?? () }
        generation.phase = .draining(until: min(deadline, stopDeadline ?? .max))
    }

    private func signalWorkers(of generation: Generation, _ signal: Signal) {
        // Only pids that were forked here and not reaped yet: none can belong to a stranger.
        for entry in generation.workers.entries.values { ChildProcess.signal(entry.pid, signal) }
    }

    // MARK: One step

    /// Looks at every generation and does what is due. Called after each turn of the loop.
    private func advance() {
        let now = context.loop.now
        for generation in generations {
            generation.pool?.tick(now)
            noticeServing(generation)
            switch generation.phase {
            case .bootingPool: bootPool(generation)
            case .bootingWorkers:
                if generation.workers.isComplete { serves(generation) } else { keepWorkers(generation) }
            case .serving: keepWorkers(generation)
            case .draining(let until):
                if generation.workers.isEmpty {
                    // What is left of the time belongs to the application processes, a second at least.
                    let rest = until == .max ? 0 : until - min(until, now)
                    let deadline = now + max(rest, 1000)
                    generation.phase = .stoppingPool(until: deadline)
                    generation.pool?.stop(until: deadline)
                } else if until <= now {
                    context.log.warning("workers did not finish in time, killed")
                    signalWorkers(of: generation, .kill)
                    generation.phase = .draining(until: .max)
                }
            case .stoppingPool: break
            }
        }
        if now >= nextReclaim {
            nextReclaim = now + 1000
            reclaimSlots()
        }
        for generation in generations where generation.isGone { generation.pool?.close() }
        generations.removeAll(where: \.isGone)
        if generations.isEmpty { return context.loop.stop() }
        if wantsReload { reload() }
    }

    /// Frees slots that belong to nobody: one may have been handed to a worker in the moment of its death.
    private func reclaimSlots() {
        let alive = Set(generations.flatMap(\.workers.entries.keys))
        var found = false
        for slot in generations.compactMap(\.pool).flatMap(\.slots) {
            let word = context.scoreboard.slot(slot)
            guard !alive.contains(word.owner), word.isHeld(by: word.owner) else { continue }
            if context.scoreboard.exchange(slot, from: word, to: word.with(.free)) { found = true }
        }
        if found { context.doorbells.ringAllWorkers() }
    }

    private func noticeServing(_ generation: Generation) {
        let now = context.loop.now
        let patience = UInt64(max(1, context.settings.timeout)) * 1000
        for (index, entry) in generation.workers.entries {
            if !entry.isServing, context.scoreboard.state(worker: index) != .booting {
                generation.workers.serves(index: index)
            }
            // What a worker wrote is a hint. It may be later than the loop's idea of now: this turn has taken its time.
            let heartbeat = max(min(context.scoreboard.heartbeat(worker: index), now), entry.startedAt)
            if now > heartbeat, now - heartbeat > patience, !entry.isTimedOut {
                generation.workers.timedOut(index: index)
                context.log.critical(
                    "worker \(index) (pid \(entry.pid)) timed out: its loop stood still for \(patience / 1000) s, killed"
                )
                ChildProcess.signal(entry.pid, .kill)
            }
        }
    }

    private func bootPool(_ generation: Generation) {
        if let process = generation.pool?.failedProcess, let failure = process.bootFailure {
            return abandon(generation, failure)
        }
        guard generation.pool?.isReady ?? true else { return }
        generation.phase = .bootingWorkers
        keepWorkers(generation)
    }

    /// A generation serves: those before it may go.
    private func serves(_ generation: Generation) {
        generation.phase = .serving
        let others = generations.filter { $0 !== generation && !$0.isLeaving }
        for other in others { leave(other, gracefully: true) }
        if others.isEmpty {
            let places = listeners.urls.joined(separator: " and ")
            context.log.info("listening at \(places) with \(describeProcesses(generation))")
        } else {
            context.log.info("reload: generation \(generation.number) serves, the old one drains")
        }
    }

    private func describeProcesses(_ generation: Generation) -> String {
        let count = generation.workers.target
        let workers = "\(count) worker\(count == 1 ? "" : "s")"
        guard let pool = generation.pool else { return workers }
        let processes = pool.processes.count
        if processes == 0 { return "\(workers), for \(pool.name)" }
        return "\(workers), \(processes) process\(processes == 1 ? "" : "es") of \(pool.name)"
    }

    private func keepWorkers(_ generation: Generation) {
        for _ in 0..<generation.workers.missing(now: context.loop.now) { fork(generation) }
        while generation.phase == .serving, let index = generation.workers.excess {
            generation.workers.stops(index: index)
            if let entry = generation.workers.entries[index] { ChildProcess.signal(entry.pid, .term) }
        }
    }

    private func fork(_ generation: Generation) {
        let used = Set(generations.flatMap(\.workers.entries.keys))
        guard let index = (1..<Scoreboard.workerCapacity).first(where: { !used.contains($0) }) else { return }
        let backend: BackendPlan =
            switch source {
            case .processes: .pool(generation.pool!.view)
            case .inProcess(let build): .inProcess(build)
            }
        let plan = WorkerPlan(
            index: index, settings: context.settings, listeners: listeners.plans, backend: backend,
            root: generation.pool?.plan.root, scoreboard: context.scoreboard, doorbells: context.doorbells,
            errorLog: context.errorLog)
        context.scoreboard.setState(.booting, worker: index)
        do {
            let pid = try ChildProcess.fork(diesWithParent: true)
            guard pid != 0 else {
                context.loop.abandonAfterFork()
                context.lifeline.closeInherited()
                SystemProcess.exitImmediately(Worker.run(plan))
            }
            generation.workers.spawned(pid, index: index, now: context.loop.now)
            context.log.debug("worker \(index) (pid \(pid)) forked")
        } catch {
            context.log.error("cannot fork a worker: \(error)")
            generation.workers.spawnFailed(now: context.loop.now)
        }
    }
}
