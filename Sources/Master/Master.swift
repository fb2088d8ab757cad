// The master binds, spawns, forks, reaps and listens to signals. It never touches a client, has one thread, and reads
// here as a life story: start, serve, and the signals that change its course. How generations begin, how workers are
// kept, how it ends and how it hands over to a successor stand in files of their own.

import EventLoop
import Logging
import Logs
import Plans
import Scoreboard
import Settings
import Syscalls

/// The process that holds everything together.
package final class Master {
    let context: MasterContext
    let extensions: Extensions
    let services: MasterServices
    let notifier: ServiceNotifier
    private let signals: SignalDescriptor
    private let detachment: Detachment?
    var pidFile: PIDFile?

    /// All generations that are not gone; the last one is the newest.
    var generations: [Generation] = []
    var lastGeneration = 0
    /// The age of the worker that was forked last.
    var lastAge = 0
    /// Listeners that were there before the first generation.
    var inheritedListeners: [Listener]
    /// How many workers there should be; TTIN and TTOU change it, and a reload only where the setting has changed.
    var workerTarget: Int
    var stopDeadline: UInt64?
    /// Files of unix sockets that are to be removed when the other master of an upgrade has gone.
    var leftFiles: [SocketFile] = []
    /// A program that has changed while something was being tried.
    var changedInTrial: String?
    /// What is being tried before the master does it.
    var trial: Trial?
    /// Heartbeats before this time do not count: nobody's did while the machine, or this process, stood still.
    var heartbeatsFrom: UInt64 = 0
    private var lastTurn: UInt64 = 0
    /// What asked for a reload while another one was under way.
    var pendingReload: String?
    var exitCode: Int32 = 0
    var nextReclaim: UInt64 = 0
    var nextListenerLook: UInt64 = 0
    /// When a listener that is dead is a reason for a reload again.
    var nextListenerReload: UInt64 = 0
    var listenerPauses = RespawnPolicy()
    var hasServed = false
    /// The master that was there before, as long as it is.
    var predecessor: ProcessID?
    /// The master that is to come.
    var successor: ProcessID?
    /// On its way to its program.
    var successorStart: ProcessStart?
    /// Whether it has not come to run its program, which has been said.
    var hasSuccessorFailed = false
    /// When it was killed for that; its end is not waited for without a limit.
    var successorKilledAt: UInt64?
    var reloader: Reloader?
    /// What the same process is to listen on when it has begun anew as another program.
    var restarts: [Listener]?
    private var nextWatchdog: UInt64 = 0

    /// Runs the gateway until it is stopped.
    ///
    /// - Returns: The exit code: 0 after a stop; 3 or 4 when the application did not start.
    /// - Throws: What a person has to mend before anything was started.
    package static func run(
        _ configuration: Configuration, extensions: Extensions, services: MasterServices
    ) throws(ConfigurationError) -> Int32 {
        let settings = configuration.settings
        do {
            // An ignored SIGCHLD is inherited, and leaves nothing to wait for.
            ChildProcess.keepResults()
            SystemProcess.openStandardDescriptors()
            SystemProcess.ignoreBrokenPipes()
            SystemProcess.ignoreFileSizeSignals()
            let succession = try Succession.inherited()
            // Before the way into the background: they are for the process that the service manager started.
            let activated = try ActivatedSockets.take().map { socket in
                try Listener(inheriting: socket.number, origin: .activated)
            }
            // A successor has left the terminal already, with the master that started it.
            let detachment = settings.detaches && succession == nil ? try Detachment.begin() : nil
            // From here on nothing that is said, by whomever in this process, waits for a reader.
            StandardOutputs.own()
            SystemProcess.raiseDescriptorLimit()
            let identity = try RunAs.resolve(
                user: settings.user, group: settings.group, configuration.places)
            // Before the log is opened: what is made here belongs to those who write it. What fails is logged by the
            // first generation.
            let distrusted = configuration.distrusted(identity)
            _ = Self.giveLogs(settings, to: identity, distrusting: distrusted)
            let inherited = (succession?.listeners ?? []) + activated
            let lifeline = try Lifeline(title: configuration.title)
            defer { lifeline.end() }
            let master = try Master(
                configuration, extensions: extensions, services: services,
                errorLog: ErrorLog(
                    settings.errorLog, level: settings.logLevel, distrusting: distrusted),
                lifeline: lifeline,
                inherited: inherited, predecessor: succession?.predecessor, detachment: detachment)
            defer { master.context.errorLog.finish() }
            let code = try master.serve(configuration)
            if let listeners = master.restarts {
                lifeline.end()
                let error = master.restart(with: listeners)
                for listener in listeners { listener.file?.remove() }
                master.pidFile?.remove()
                throw error
            }
            return code
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw .start(error)
        }
    }

    private init(
        _ configuration: Configuration, extensions: Extensions, services: MasterServices, errorLog: ErrorLog,
        lifeline: Lifeline, inherited: [Listener], predecessor: ProcessID?, detachment: Detachment?
    ) throws {
        let settings = configuration.settings
        self.extensions = extensions
        self.detachment = detachment
        self.predecessor = predecessor
        self.services = services
        context = try MasterContext(settings: settings, errorLog: errorLog, lifeline: lifeline)
        notifier = ServiceNotifier()
        workerTarget = settings.workers
        inheritedListeners = inherited
        signals = try SignalDescriptor([
            .chld, .hup, .int, .quit, .term, .ttin, .ttou, .usr1, .usr2, .winch,
        ])
        ProcessTitle.set("gateway: master [\(configuration.title)]")
    }

    private func serve(_ configuration: Configuration) throws -> Int32 {
        extensions.hooks.onStarting?(info)
        // Before anything is there that would be left behind: a person may have had enough of waiting.
        let configuration = try preloaded(configuration)
        let identity = try RunAs.resolve(
            user: configuration.settings.user, group: configuration.settings.group, configuration.places)
        try writePIDFile(distrusting: configuration.distrusted(identity))
        defer { removeTraces() }
        try begin(configuration)
        let loop = context.loop
        try loop.add(Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        let bell = context.doorbells.masterNumber
        try loop.add(
            Watch(number: bell, isShared: true) { EventDescriptor.clear(shared: bell) },
            [.readable, .edgeTriggered])
        loop.addTurnEnd { [unowned self] in advance() }
        context.log.info("gateway \(Settings.version) starts (pid \(SystemProcess.id))")
        loop.run()
        if exitCode == 0 { context.log.info("stopped") }
        extensions.hooks.onExit?(info)
        return exitCode
    }

    private func preloaded(_ configuration: Configuration) throws(ConfigurationError) -> Configuration {
        guard let build = preloadedBuild(configuration) else { return configuration }
        let application = try SignalDescriptor.interruptible { () throws(ConfigurationError) in
            try ApplicationBuilder.build(build, with: configuration.settings)
        }
        var preloaded = configuration
        preloaded.applications = configuration.applications.preloaded(application)
        return preloaded
    }

    private func writePIDFile(distrusting distrusted: Set<UInt32>) throws(ConfigurationError) {
        guard let path = context.settings.pidFile else { return }
        let own = [SystemProcess.id, context.lifeline.pid]
        // The predecessor's file stays its own until it has gone.
        pidFile = try PIDFile(predecessor == nil ? path : path + ".2", own: own, distrusting: distrusted)
    }

    /// Removes what others could take for a running gateway: not what another master still, or already, uses.
    private func removeTraces() {
        if restarts != nil { return }
        noticePredecessor()
        leaveListeners(generations.flatMap(\.listeners) + inheritedListeners, except: [])
        if predecessor == nil, successor == nil {
            generations = []
            removeLeftFiles()
        }
        pidFile?.remove()
    }

    /// The first generation serves.
    func startsServing() {
        hasServed = true
        detachment?.succeeded(alsoSilencing: context.settings.unusedDescriptors)
        // Until its predecessor has gone, the service manager takes another master for the main one.
        if predecessor == nil { notifier.ready() }
    }

    /// What hooks are told.
    var info: MasterInfo {
        let serving = generations.last { $0.phase == .serving }
        return MasterInfo(pid: SystemProcess.id, workers: workerTarget, generation: serving?.number ?? 0)
    }

    // MARK: Signals

    private func readSignals() {
        while let signal = signals.next() {
            switch signal {
            case .chld: reap()
            case .term: stop(gracefully: true)
            case .int, .quit: stop(gracefully: false)
            case .hup: reload("HUP")
            case .ttin: changeWorkers(by: 1)
            case .ttou: changeWorkers(by: -1)
            case .usr1: reopenLogs()
            case .usr2: startSuccessor()
            case .winch: dismissWorkers()
            case .kill, .abrt, .cont: break
            }
        }
    }

    private func reap() {
        while let (pid, status) = ChildProcess.reap() {
            if pid == context.lifeline.pid {
                context.log.error("the guardian process \(status); starting another")
                context.lifeline.reaped(context.loop.now)
                keepGuardian()
            } else if pid == successor {
                successorEnded(status)
            } else if let trial, pid == trial.pid {
                trialEnded(trial, status)
            } else {
                reap(pid, status)
            }
        }
    }

    private func keepGuardian() {
        guard let (text, isError) = context.lifeline.tick(context.loop.now)?.line else { return }
        if isError { context.log.error("\(text)") } else { context.log.info("\(text)") }
    }

    private func reap(_ pid: ProcessID, _ status: ExitStatus) {
        for generation in generations {
            if let index = generation.workers.index(of: pid) {
                return workerEnded(generation, index: index, pid: pid, status)
            }
        }
        if pools.contains(where: { $0.reaped(pid, status) }) { return }
        _ = context.forsaken.reaped(pid)
    }

    private func reopenLogs() {
        // The master may be another user than the workers: it makes the files, and they open them.
        for generation in generations { prepareLogs(generation.configuration, generation.identity) }
        var failure = context.errorLog.reopen()
        for generation in generations where generation.errorLog !== context.errorLog {
            failure = generation.errorLog.reopen() ?? failure
        }
        for generation in generations { signalWorkers(of: generation, .usr1) }
        if let failure { context.log.error("\(failure)") } else { context.log.info("logs opened anew") }
    }

    // MARK: One step

    /// Looks at everything and does what is due. Called after each turn of the loop.
    private func advance() {
        let now = context.loop.now
        if lastTurn != 0, now > lastTurn + 1000 { heartbeatsFrom = now }
        lastTurn = now
        context.errorLog.flush()
        noticePredecessor()
        keepGuardian()
        context.lines.flush()
        careForListeners(now)
        superviseTrial()
        superviseSuccessor(now)
        // While there is a predecessor the service manager may already take this process for the main one.
        if let interval = notifier.watchdogInterval, now >= nextWatchdog {
            nextWatchdog = now + interval
            notifier.watchdog()
        }
        tickPools(now)
        for generation in generations {
            superviseWorkers(of: generation)
            advance(generation)
        }
        if now >= nextReclaim {
            nextReclaim = now + 1000
            reclaimSlots()
        }
        removeGone()
        if generations.isEmpty { return context.loop.stop() }
        if let cause = pendingReload { reload(cause) }
    }

    func signalWorkers(of generation: Generation, _ signal: Signal) {
        // Only pids that were forked here and not reaped yet: none can belong to a stranger.
        for entry in generation.workers.entries.values { ChildProcess.signal(entry.pid, signal) }
    }
}
