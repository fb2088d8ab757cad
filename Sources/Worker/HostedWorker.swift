// A worker that a program's own class serves. The main thread waits for signals and looks after what the master wants
// to know; the class runs on threads that exist only now, after the fork.

import EventLoop
import Logging
import Logs
import Plans
import Synchronization
import Syscalls

/// Runs a worker class of a program to its end.
final class HostedWorker {
    private enum Outcome: Sendable {
        case returned
        case threw(String)
    }

    private let plan: WorkerPlan
    private let info: WorkerInfo
    private let workerClass: WorkerClass
    private let log: Logger
    private let loop: EventLoop
    private let signals: SignalDescriptor
    private let host: WorkerHost
    private let recycling: Recycling
    private var outcome = Outcome.returned
    private var mailbox: Mailbox<Outcome>?

    init(_ plan: WorkerPlan, info: WorkerInfo, workerClass: WorkerClass, log: Logger) throws {
        self.plan = plan
        self.info = info
        self.workerClass = workerClass
        self.log = log
        loop = try EventLoop()
        // Blocked before any thread exists: none of them is ever interrupted by one.
        signals = try SignalDescriptor([.term, .int, .quit, .usr1, .hup, .usr2, .winch, .ttin, .ttou])
        host = WorkerHost(plan, info: info, log: log)
        recycling = Recycling(plan, log: log)
    }

    func serve() throws(SyscallError) -> Int32 {
        try loop.add(
            Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        let mailbox = try Mailbox<Outcome>(loop: loop) { [unowned self] outcome in
            self.outcome = outcome
            loop.stop()
        }
        self.mailbox = mailbox
        loop.onSweep = { [unowned self] now in
            recycling.sweep(now)
            plan.errorLog.flush()
        }
        plan.extensions.hooks.postWorkerInit?(info)
        Task { [workerClass, host] in
            do {
                try await workerClass.run(host)
                mailbox.post(.returned)
            } catch {
                mailbox.post(.threw("\(error)"))
            }
        }
        loop.run()
        guard case .threw(let error) = outcome else { return 0 }
        log.critical("the worker class '\(workerClass.name)' failed: \(error)")
        return host.isReady ? 1 : 3
    }

    private func readSignals() {
        while let signal = signals.next() {
            switch signal {
            case .term where !host.isStopping: host.stop(gracefully: true)
            case .int, .quit:
                // One is a request, which the class may need a moment for; at the second there is no more waiting.
                if host.isStopping { loop.stop() }
                plan.extensions.hooks.workerInt?(info)
                host.stop(gracefully: false)
            case .usr1: if let failure = plan.errorLog.reopen() { log.error("\(failure)") }
            default: break
            }
        }
    }
}
