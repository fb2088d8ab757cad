// The one engine of the gateway's own worker classes: set up after the fork, say that it serves, serve, drain, leave.
// It reads top to bottom.

import Logging
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

    init(_ plan: WorkerPlan, info: WorkerInfo, log: Logger) throws {
        self.plan = plan
        self.info = info
        self.log = log
        loop = try EventLoop()
        // The master's signals mean nothing here, but a terminal or an operator may send them to the whole group.
        signals = try SignalDescriptor([.term, .int, .quit, .usr1, .hup, .usr2, .winch, .ttin, .ttou])
        let format = try LogFormat(plan.settings.accessLogFormat)
        accessLog = try plan.settings.accessLog.map { path throws(SyscallError) in
            try AccessLog(path, format: format, worker: plan.index)
        }
        recycling = Recycling(plan, log: log)
        executor = try LoopExecutor(loop: loop)
        let (policy, application, router) = try Self.makeBackend(
            plan, loop: loop, executor: executor, log: log)
        let gate =
            policy.servesOneAtATime ? ExchangeGate(application, settings: plan.settings, log: log) : nil
        backend = gate ?? application
        context = try WorkerContext(
            plan, info: info, policy: policy, gate: gate, loop: loop, log: log, accessLog: accessLog,
            dispatcher: Dispatcher(backend: backend, router: router))
        executor.willRun = { [unowned self] call in
            if let exchange = call?.exchange { context.show(exchange) } else { context.hideIfOver() }
        }
        gate?.isBusyChanged = { [unowned self] in context.holdAccepting($0) }
        (application as? InProcessBackend)?.isExhaustedChanged = { [unowned self] in exhausted($0) }
    }

    private static func makeBackend(
        _ plan: WorkerPlan, loop: EventLoop, executor: LoopExecutor, log: Logger
    ) throws -> (BuiltinClass, any Backend, Router) {
        let settings = plan.settings
        let everything = Router(
            [], fallback: Route(.everything(to: 0, RouteLimits(settings), AnswerPlan(settings))))
        switch plan.backend {
        case .pools(let pools, let routes, let fallback):
            let policy = try resolve(settings, isInProcess: false)
            let backends = pools.map { pool in
                FastCGIBackend(
                    pool: pool, scoreboard: plan.scoreboard, doorbells: plan.doorbells, loop: loop,
                    worker: plan.index, log: log)
            }
            let sites = try pools.map { try $0.site?.open() }
            let types = settings.mediaTypes
            let router = Router(
                try routes.map { try Route($0, sites: sites, types: types) },
                fallback: try Route(fallback, sites: sites, types: types))
            return (policy, backends.count == 1 ? backends[0] : Applications(backends), router)
        case .broken(let text): return (.async, FaultBackend(text), everything)
        case .inProcess(let build):
            let application = try ApplicationBuilder.build(build)
            var isInline = false
            if case .inline = application.handler { isInline = true }
            let policy = try resolve(settings, isInProcess: isInline)
            let backend = try InProcessBackend(
                application, policy: policy, settings: settings, loop: loop,
                executor: executor, log: log)
            return (policy, backend, everything)
        }
    }

    private static func resolve(
        _ settings: Settings, isInProcess: Bool
    ) throws(ConfigurationError) -> BuiltinClass {
        let name = settings.workerClass
        if let policy = BuiltinClass.resolve(
            name: name, threads: settings.threads, isInProcess: isInProcess)
        {
            return policy
        }
        throw .usage("there is no worker class '\(name ?? "")' (--worker-class): write sync, thread or async")
    }

    func serve() throws(SyscallError) -> Int32 {
        try loop.add(
            Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        let bell = plan.doorbells.number(worker: plan.index)
        try loop.add(
            Watch(number: bell) { [unowned self] in
                EventDescriptor.clear(bell)
                backend.wake()
            }, .readable)
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
        accessLog?.flush()
        return 0
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
        plan.scoreboard.setState(.draining, worker: plan.index)
        for acceptor in acceptors { acceptor.drain() }
        context.isDraining = true
        backend.drain()
        drainingSince = loop.now
        if context.connectionCount == 0 { leave() }
    }

    private func leave() { loop.stop() }

    private func connectionClosed() {
        if context.isDraining {
            if context.connectionCount == 0 { leave() }
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

    /// Handlers that do not return hold all threads, or do not any more.
    private func exhausted(_ isExhausted: Bool) {
        context.holdAccepting(isExhausted)
        guard isExhausted else { return }
        recycling.ask(.threads, "handlers that do not return hold all \(plan.settings.threads) threads")
    }

    private func sweep(_ now: UInt64) {
        plan.scoreboard.setHeartbeat(now, worker: plan.index)
        plan.scoreboard.setConnections(context.connectionCount, worker: plan.index)
        backend.sweep(now)
        context.showOldest()
        recycling.sweep(now)
        if let complaint = accessLog?.takeComplaint(now) { log.error("\(complaint)") }
        if context.isDraining { closeUnused(now) } else { sweepAcceptors() }
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
