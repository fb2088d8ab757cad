// The one engine of the gateway's own worker classes: set up after the fork, say that it serves, serve, drain, leave.
// It reads top to bottom.

import EventLoop
import Logging
import Logs
import Plans
import Scoreboard
import Settings
import Syscalls

/// Serves HTTP with one event loop.
final class Engine {
    private let plan: WorkerPlan
    private let info: WorkerInfo
    private let loop: EventLoop
    private let log: Logger
    private let context: WorkerContext
    private let backend: any Backend
    private let recycling: Recycling
    private let signals: SignalDescriptor
    private let accessLog: AccessLog?
    private let executor: LoopExecutor
    private var acceptors: [Acceptor] = []
    private var drainingSince: UInt64 = 0
    private var fromMaster: Watch?

    init(_ plan: WorkerPlan, info: WorkerInfo, log: Logger) throws {
        self.plan = plan
        self.info = info
        self.log = log
        loop = try EventLoop()
        // The master's signals mean nothing here, but a terminal or an operator may send them to the whole group.
        signals = try SignalDescriptor([.term, .int, .quit, .usr1, .hup, .usr2, .winch, .ttin, .ttou])
        let format = try LogFormat(plan.settings.accessLogFormat)
        accessLog = try plan.settings.accessLog.map { path throws(SyscallError) in
            do throws(SyscallError) {
                return try AccessLog(path, format: format, worker: plan.index, edge: plan.accessLogEdge)
            } catch  where plan.servesWithoutLog {
                // What has happened to a folder of the logs is no reason to serve nobody.
                log.error(
                    "cannot open '\(path)' (--access-log): \(error.reason); requests are served without it")
                return AccessLog(unopened: path, format: format, worker: plan.index, edge: plan.accessLogEdge)
            }
        }
        recycling = Recycling(plan, log: log)
        executor = try LoopExecutor(loop: loop)
        let made = try WorkerBackends(plan, loop: loop, executor: executor, log: log)
        let gate =
            made.policy.servesOneAtATime
            ? ExchangeGate(made.backend, settings: plan.settings, log: log) : nil
        backend = gate ?? made.backend
        context = try WorkerContext(
            plan, info: info, policy: made.policy, gate: gate, loop: loop, log: log, accessLog: accessLog,
            dispatcher: Dispatcher(backend: backend, router: made.router))
        executor.willRun = { [unowned self] call in
            if let exchange = call?.exchange { context.show(exchange) } else { context.hideIfOver() }
        }
        gate?.isBusyChanged = { [unowned self] in context.holdAccepting($0) }
        watchThreads(of: made)
    }

    func serve() throws(SyscallError) -> Int32 {
        try loop.add(
            Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        let bell = plan.doorbells.number(worker: plan.index)
        try loop.add(
            Watch(number: bell) { [unowned self] in
                EventDescriptor.clear(shared: bell)
                backend.wake()
            }, [.readable, .edgeTriggered])
        let line = Watch(number: plan.line) { [unowned self] in readLine() }
        fromMaster = line
        try loop.add(line, .readable)
        plan.extensions.hooks.postWorkerInit?(info)
        for listener in plan.listeners {
            let acceptor = Acceptor(
                listener: listener.number,
                ends: LocalEnds(listener.address),
                context: context)
            try acceptor.start()
            acceptors.append(acceptor)
        }
        context.connectionClosed = { [unowned self] in connectionClosed() }
        context.holdsAcceptingChanged = { [unowned self] in holdsAcceptingChanged() }
        loop.onSweep = { [unowned self] now in sweep(now) }
        loop.addTurnEnd { [unowned self] in accessLog?.flush() }

        plan.scoreboard.setHeartbeat(loop.now, worker: plan.index)
        plan.leaveTerminal()
        plan.scoreboard.setState(.serving, worker: plan.index)
        plan.doorbells.ringMaster()
        log.debug("serving")
        loop.run()
        // None is left after draining. Not before the last turn has ended, in which an answer may have come.
        context.stopExchanges()
        if let complaint = accessLog?.finish() ?? nil { log.error("\(complaint)") }
        return 0
    }

    /// The master has rung, or has made a socket anew.
    private func readLine() {
        var message = receive()
        while let come = message, come != .end {
            if case .lost = come { replaceable() }
            message = receive()
        }
        // It is gone, and so is this worker in a moment.
        if case .end = message, let fromMaster { loop.remove(fromMaster) }
        backend.wake()
    }

    private func receive() -> Parcels.Message? {
        Parcels.receive(on: plan.line) { plan.socketPlaces.contains($0) }
    }

    /// What it knows of a socket is what it was: another worker has to come, and this one serves what it has.
    private func replaceable() {
        guard !context.isDraining else { return }
        log.error(
            "an application's new socket was lost, as no descriptor is left: another worker takes over")
        drain()
    }

    private func readSignals() {
        while let signal = signals.next() {
            switch signal {
            case .term: drain()
            case .int, .quit:
                plan.extensions.hooks.workerInt?(info)
                leave()
            case .usr1:
                for failure in [plan.errorLog.reopen(), accessLog?.reopen() ?? nil] {
                    if let failure { log.error("\(failure)") }
                }
            default: break
            }
        }
    }

    /// Serves what has been accepted or waits to be, and leaves.
    private func drain() {
        guard !context.isDraining else { return }
        for acceptor in acceptors { acceptor.drain() }
        // Not before: the master says then that a new generation serves, and nobody but that.
        plan.scoreboard.setState(.draining, worker: plan.index)
        plan.doorbells.ringMaster()
        context.isDraining = true
        backend.drain()
        drainingSince = loop.now
        leaveIfIdle()
    }

    /// Leaves when the last client is gone, and the last handler has returned.
    private func leaveIfIdle() {
        if context.connectionCount == 0, !backend.isBusy { leave() }
    }

    private func leave() { loop.stop() }

    private func connectionClosed() {
        if context.isDraining {
            leaveIfIdle()
        } else {
            for acceptor in acceptors { acceptor.resumeIfPaused() }
        }
    }

    /// Looks whether there is room again here, and whether a worker without room was told of connections that wait.
    private func sweepAcceptors() {
        context.door.lookAgain()
        let helps = context.scoreboard.isFullSomewhere(but: context.index)
        for acceptor in acceptors {
            acceptor.resumeIfPaused()
            if helps { acceptor.helpOut() }
        }
    }

    private func holdsAcceptingChanged() {
        guard !context.isDraining else { return }
        for acceptor in acceptors {
            if context.holdsAccepting { acceptor.pauseAccepting() } else { acceptor.resumeIfPaused() }
        }
    }

    /// Handlers that do not return may hold all threads of an application: the worker asks for a successor. Where it has
    /// nothing else to serve, it leaves new connections to others.
    private func watchThreads(of made: WorkerBackends) {
        let count = made.count
        for application in made.inProcess {
            application.isExhaustedChanged = { [unowned self, unowned application] isExhausted in
                if count == 1 { context.holdAccepting(isExhausted) }
                guard isExhausted else { return }
                let name = count == 1 ? "" : " of \(application.name)"
                recycling.ask(
                    .threads,
                    "handlers that do not return hold all \(application.settings.threads) threads\(name)")
            }
        }
    }

    private func sweep(_ now: UInt64) {
        plan.scoreboard.setHeartbeat(now, worker: plan.index)
        plan.scoreboard.setConnections(context.connectionCount, worker: plan.index)
        backend.sweep(now)
        context.showOldest()
        recycling.sweep(now)
        accessLog?.flushWaiting()
        plan.errorLog.flush()
        if let complaint = accessLog?.takeComplaint(now) { log.error("\(complaint)") }
        if context.isDraining {
            closeUnused(now)
            leaveIfIdle()
        } else {
            sweepAcceptors()
        }
    }

    /// Connections without a request get a second to send one, which is answered and told that it was the last: closing
    /// at once would throw away requests that are on their way.
    private func closeUnused(_ now: UInt64) {
        guard drainingSince + 1000 <= now else { return }
        for case let connection as Connection in loop.allSources where connection.isUnused {
            connection.closeIfSilent()
        }
    }
}
