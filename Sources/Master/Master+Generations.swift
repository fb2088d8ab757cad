// Generations begin: at the start, and at each reload. What fails on the way changes nothing that runs.

import EventLoop
import GatewayInterface
import Logging
import Logs
import Plans
import Scoreboard
import Settings
import Syscalls

extension Master {
    /// Begins a generation: its listeners first, then its application processes, its workers when those are ready.
    func begin(_ configuration: Configuration) throws(ConfigurationError) {
        let running = openListeners
        let listeners = try Listeners.open(configuration, over: running)
        do {
            let backend = try makeBackend(configuration)
            try append(configuration, listeners, backend)
        } catch {
            leaveListeners(listeners, except: running)
            throw error
        }
    }

    private func append(
        _ configuration: Configuration, _ listeners: [Listener], _ backend: GenerationBackend
    ) throws(ConfigurationError) {
        let settings = configuration.settings
        let identity = try configuration.goingByFindings { () throws(ConfigurationError) in
            try RunAs.resolve(user: settings.user, group: settings.group, configuration.places)
        }
        prepareLogs(configuration, identity)
        let errorLog = try context.errorLog(for: settings, distrusting: configuration.distrusted(identity))
        lastGeneration += 1
        // What TTIN and TTOU have made of the number stays, unless the setting itself is another one now.
        let hasChanged = settings.workers != context.settings.workers
        let generation = Generation(
            number: lastGeneration, configuration: configuration, listeners: listeners, backend: backend,
            errorLog: errorLog, identity: identity, workers: hasChanged ? settings.workers : workerTarget,
            now: context.loop.now)
        generations.append(generation)
        warn(about: configuration, identity)
        for pool in ownPools(of: generation) { pool.start() }
    }

    /// What works, and is hardly what was meant.
    private func warn(about configuration: Configuration, _ identity: UserIdentity?) {
        if let note = configuration.applications.note { context.log.info("\(note)") }
        for warning in configuration.warnings { context.log.warning("\(warning)") }
        let set = configuration.applications
        for name in set.unrouted {
            context.log.warning("no route leads to application '\(name)': add one, or remove it")
        }
        guard SystemProcess.isRoot else { return }
        let rooted = set.plans.filter { $0.program != nil && ($0.program?.identity?.user ?? 0) == 0 }
        let who = ((identity?.user ?? 0) == 0 ? ["the workers"] : []) + rooted.map(\.name)
        guard !who.isEmpty else { return }
        context.log.warning(
            "\(who.joined(separator: ", ")) run as root, and may do what root may: name a user (--user)")
    }

    private func makeBackend(_ configuration: Configuration) throws(ConfigurationError) -> GenerationBackend {
        var set = configuration.applications
        if let build = preloadedBuild(configuration) {
            set = set.preloaded(try ApplicationBuilder.build(build, with: configuration.settings))
        }
        return .applications(try makePools(set, configuration), set)
    }

    // MARK: Reload

    /// Reads the settings anew and begins a generation that goes by them.
    ///
    /// - Parameter cause: For the log: the signal, or the file that has changed.
    func reload(_ cause: String) {
        guard stopDeadline == nil else { return }
        // One at a time: a second HUP is done when the first has come to its end.
        if trial != nil || generations.contains(where: \.isBooting) {
            if pendingReload == nil { context.log.info("reload (\(cause)): done after the one that goes on") }
            pendingReload = pendingReload ?? cause
            return
        }
        pendingReload = nil
        context.log.info(
            "reload (\(cause)): reading the settings, starting new application processes and workers")
        if predecessor == nil { notifier.reloading() }
        extensions.hooks.onReload?(info)
        do throws(ConfigurationError) { try tryReading() } catch { reloadFailed(error.message) }
    }

    /// The settings have been read in another process.
    ///
    /// - Parameter findings: What that has found: the same is read from them, without making anybody wait.
    func reloadTried(_ findings: Findings) {
        do {
            var configuration = try findings.goingByThem { () throws(ConfigurationError) in
                let configuration = try services.read()
                tellFolder(configuration.settings.folder)
                return configuration
            }
            configuration.findings = findings
            for name in services.keepStartOnly(&configuration.settings, context.settings) {
                context.log.warning(
                    "--\(name) has changed: that takes effect at the next start, not at a reload")
            }
            if let build = preloadedBuild(configuration) {
                try tryBuilding(build, configuration)
            } else {
                try begin(configuration)
            }
        } catch {
            reloadFailed(error.message)
        }
    }

    /// Says which release is served from here on, where the folder of the start is another one now.
    private func tellFolder(_ folder: WorkFolder) {
        guard !folder.isGone, let running = generations.last?.settings.folder, !folder.isSame(as: running)
        else {
            return
        }
        context.log.info(
            "reload: '\(folder.start)' is the folder '\(folder.path)' now: what starts from here on runs there"
        )
    }

    func reloadFailed(_ reason: String) {
        context.log.error("reload failed, the running generation goes on: \(reason)")
        if predecessor == nil { notifier.ready() }
    }

    /// What the master builds before it forks: the application of the program itself. A library that the master had loaded
    /// could not be replaced by a newer one, so each worker loads its own.
    func preloadedBuild(_ configuration: Configuration) -> (@Sendable () throws -> Application)? {
        let settings = configuration.settings
        guard settings.preloads, extensions.workerClass(for: settings) == nil else { return nil }
        return configuration.applications.ownBuild
    }

    /// A generation did not boot. At the start that is the end; at a reload the running generation goes on.
    func abandon(_ generation: Generation, _ error: ConfigurationError) {
        let running = generations.filter { $0 !== generation }.flatMap(\.listeners)
        for pool in ownPools(of: generation) { pool.flushReports() }
        if generation.settings.reloads, !generation.toleratesFailure, let pool = generation.pools.first,
            stopDeadline == nil
        {
            // Who develops looks at the browser: a page says what is wrong until the next save.
            showFault(of: pool, generation, error)
        } else {
            leaveListeners(generation.listeners, except: running)
            if hasServed || stopDeadline != nil {
                reloadFailed(error.message)
            } else {
                giveUp(error, of: generation)
            }
            // A worker that serves may have accepted requests already.
            if hasServed, generation.workers.entries.values.contains(where: \.isServing) {
                return leave(generation, gracefully: true)
            }
        }
        signalWorkers(of: generation, .quit)
        for index in generation.workers.entries.keys { generation.workers.stops(index: index) }
        for pool in ownPools(of: generation) { pool.kill() }
        generation.phase = .stoppingPool(until: context.loop.now + 1000)
    }

    /// The first generation did not boot: that is the end.
    private func giveUp(_ error: ConfigurationError, of generation: Generation) {
        exitCode = error.exitCode
        pendingReload = nil
        stopDeadline = context.loop.now + 1000
        showReason(error, of: generation)
        context.log.critical("\(error.message); stopping")
    }

    /// Begins a generation that answers every request with the reason why there is no application.
    private func showFault(
        of pool: ApplicationPool, _ generation: Generation, _ error: ConfigurationError
    ) {
        let lines = pool.failedProcess?.lastLines ?? []
        context.log.error("\(error.message); serving a page that says so until a file changes")
        do {
            try append(
                generation.configuration, generation.listeners,
                .broken(([error.message, ""] + lines).joined(separator: "\n")))
        } catch {
            if hasServed { reloadFailed(error.message) } else { giveUp(error, of: generation) }
        }
    }

    /// Where the log is a file, the person at the terminal sees why here.
    private func showReason(_ error: ConfigurationError, of generation: Generation) {
        guard LogDescriptor.standardDescriptor(context.settings.errorLog, dash: 2) != 2 else { return }
        let failed = generation.pools.lazy.compactMap(\.failedProcess).first
        let lines = (failed?.lastLines ?? []) + ["gateway: \(error.message)"]
        var text = lines.map { $0 + "\n" }.joined()
        text.withUTF8 { StandardError.write($0) }
        StandardError.finish()
    }

    // MARK: The course of a generation

    /// Does what is due for one generation.
    func advance(_ generation: Generation) {
        let now = context.loop.now
        announce(generation)
        if generation.isBooting, generation.bootDeadline <= now {
            return abandon(
                generation,
                .applicationFailed("the application did not come to serve in time (--boot-timeout)"))
        }
        switch generation.phase {
        case .bootingPool: bootPools(generation)
        case .bootingWorkers:
            if generation.workers.isComplete { serves(generation) } else { keepWorkers(generation) }
        case .serving: keepWorkers(generation)
        case .draining(let until):
            if generation.workers.isEmpty {
                // What is left of the time belongs to the application processes, a second at least.
                let rest = until == .max ? 0 : until - min(until, now)
                let deadline = now + max(rest, 1000)
                generation.phase = .stoppingPool(until: deadline)
                for pool in ownPools(of: generation) { pool.stop(until: deadline) }
            } else if until <= now {
                context.log.warning("workers did not finish in time: KILL is sent to them")
                logRunning(generation)
                killWorkers(of: generation)
                generation.phase = .draining(until: .max)
            }
        case .stoppingPool(let until):
            guard !generation.workers.isEmpty, until <= now else { break }
            killWorkers(of: generation)
            generation.phase = .stoppingPool(until: .max)
        }
    }

    /// A generation serves: those before it may go.
    private func serves(_ generation: Generation) {
        generation.phase = .serving
        // Not before: a generation that is abandoned leaves what others share as it was.
        if case .applications(let pools, let set) = generation.backend {
            for (pool, plan) in zip(pools, set.plans) { pool?.adopt(plan) }
        }
        context.adopt(generation.settings, generation.errorLog)
        if hasServed, generation.workers.target != workerTarget {
            extensions.hooks.nworkersChanged?(info, workerTarget, generation.workers.target)
        }
        workerTarget = generation.workers.target
        ProcessTitle.set("gateway: master [\(generation.configuration.title)]")
        followFiles(of: generation.configuration)
        leaveListeners(inheritedListeners, except: generation.listeners)
        inheritedListeners = []
        let others = generations.filter { $0 !== generation && !$0.isLeaving }
        for other in others {
            leave(other, gracefully: true)
            // The workers that leave have copies of their own; who comes after them is to be turned away.
            leaveListeners(other.listeners, except: generation.listeners)
            other.closeListeners()
        }
        if !hasServed {
            extensions.hooks.whenReady?(info)
            let places = generation.listeners.map(\.url).joined(separator: " and ")
            context.log.info("listening at \(places) with \(describeProcesses(generation))")
            startsServing()
        } else {
            generation.announcement = context.loop.now + Self.announcementPatience
            announce(generation)
        }
    }

    /// Milliseconds in which old workers leave what is new to the new ones; one that stands still is not waited for.
    private static let announcementPatience: UInt64 = 900

    /// Says that a generation serves, once no older worker takes a new connection.
    private func announce(_ generation: Generation) {
        guard let until = generation.announcement, stopDeadline == nil else { return }
        let older = generations.filter { $0.number < generation.number }
        let accepting = older.flatMap(\.workers.entries).filter {
            context.scoreboard.state(worker: $0.key) != .draining
        }
        guard accepting.isEmpty || until <= context.loop.now else { return }
        generation.announcement = nil
        let late = accepting.map { "worker \($0.key) (pid \($0.value.pid))" }.sorted()
        let rest = late.isEmpty ? "" : "; \(late.joined(separator: ", ")) did not stop to accept yet"
        context.log.info("reload: generation \(generation.number) serves, the old one drains\(rest)")
        if predecessor == nil { notifier.ready() }
    }

    private func describeProcesses(_ generation: Generation) -> String {
        let target = generation.workers.target
        let workers = "\(target) worker\(target == 1 ? "" : "s")"
        let count = generation.configuration.applications.plans.count
        guard count < 2 else { return "\(workers) and \(count) applications" }
        guard let pool = generation.pools.first else { return workers }
        let processes = pool.plan.processes
        if !pool.isSupervised { return "\(workers), for \(pool.name)" }
        let most = pool.settings.scaling.way == .static ? "" : "up to "
        return "\(workers), \(most)\(processes) process\(processes == 1 ? "" : "es") of \(pool.name)"
    }

    /// Forgets generations of which nothing is left.
    func removeGone() {
        for generation in generations where isGone(generation) {
            for pool in ownPools(of: generation) { pool.close() }
            generations.removeAll { $0 === generation }
        }
    }
}
