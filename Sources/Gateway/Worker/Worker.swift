// A worker's life: set up after the fork, say that it serves, serve, drain, leave. It reads top to bottom.

import Logging
import Syscalls

/// A forked process that serves HTTP with one event loop: the `async` worker class.
final class Worker {
    private let plan: WorkerPlan
    private let loop: EventLoop
    private let log: Logger
    private let context: WorkerContext
    private let backend: any Backend
    private let signals: SignalDescriptor
    private let accessLog: AccessLog?
    private var acceptors: [Acceptor] = []
    private var drainingSince: UInt64 = 0

    /// Runs a worker to its end.
    ///
    /// - Returns: The exit code: 0 after draining, 1 when it could not be set up.
    static func run(_ plan: WorkerPlan) -> Int32 {
        do {
            return try Worker(plan).serve()
        } catch {
            plan.errorLog.logger("worker \(plan.index)").error("cannot start: \(error)")
            return 1
        }
    }

    private init(_ plan: WorkerPlan) throws {
        self.plan = plan
        log = plan.errorLog.logger("worker \(plan.index)")
        loop = try EventLoop()
        // The master's signals mean nothing here, but a terminal or an operator may send them to the whole group.
        signals = try SignalDescriptor([.term, .int, .quit, .usr1, .hup, .usr2, .winch, .ttin, .ttou])
        accessLog = try plan.settings.accessLog.map { path throws(SyscallError) in try AccessLog(path) }
        switch plan.backend {
        case .pool(let pool):
            backend = FastCGIBackend(
                pool: pool, settings: plan.settings, scoreboard: plan.scoreboard, doorbells: plan.doorbells,
                loop: loop, worker: plan.index, log: log)
        case .inProcess(let build):
            backend = try InProcessBackend(build(), loop: loop, log: log)
        }
        let site = try plan.root.map { path throws(SyscallError) in try PHPSite(path) }
        context = WorkerContext(
            index: plan.index, settings: plan.settings, scoreboard: plan.scoreboard, loop: loop, log: log,
            accessLog: accessLog, dispatcher: Dispatcher(backend: backend, site: site))
    }

    private func serve() throws(SyscallError) -> Int32 {
        SystemProcess.ignoreBrokenPipes()
        try loop.add(
            Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        let bell = plan.doorbells.number(worker: plan.index)
        try loop.add(
            Watch(number: bell) { [unowned self] in
                EventDescriptor.clear(bell)
                backend.wake()
            }, .readable)
        for listener in plan.listeners {
            let local = LocalEnd(address: listener.address, documentRoot: plan.root)
            let acceptor = Acceptor(listener: listener.number, local: local, context: context)
            try acceptor.start()
            acceptors.append(acceptor)
        }
        context.connectionClosed = { [unowned self] in connectionClosed() }
        loop.onSweep = { [unowned self] now in sweep(now) }
        loop.addTurnEnd { [unowned self] in accessLog?.flush() }

        plan.scoreboard.setHeartbeat(loop.now, worker: plan.index)
        plan.scoreboard.setState(.serving, worker: plan.index)
        plan.doorbells.ringMaster()
        log.debug("serving")
        loop.run()
        accessLog?.flush()
        return 0
    }

    private func readSignals() {
        while let signal = signals.next() {
            switch signal {
            case .term: drain()
            case .int, .quit: leave()
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

    private func sweep(_ now: UInt64) {
        plan.scoreboard.setHeartbeat(now, worker: plan.index)
        plan.scoreboard.setConnections(context.connectionCount, worker: plan.index)
        backend.sweep(now)
        if !context.isDraining { for acceptor in acceptors { acceptor.resumeIfPaused() } }
        if context.isDraining { closeUnused(now) }
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
