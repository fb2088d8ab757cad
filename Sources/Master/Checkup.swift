// `--check-config` boots the application as a start would, in one process, and ends it again. Nothing is bound.

import EventLoop
import GatewayInterface
import Logs
import Plans
import Routing
import Settings
import Syscalls

extension Master {
    /// Boots the application once.
    ///
    /// - Returns: 0 where it boots, 3 or 4 where it does not.
    package static func check(_ configuration: Configuration, extensions: Extensions)
        throws(ConfigurationError)
        -> Int32
    {
        // A program's own worker class has no application that could be built without it.
        guard extensions.workerClass(for: configuration.settings) == nil else { return 0 }
        let plans = configuration.applications.plans
        ChildProcess.keepResults()
        let applications = configuration.applications
        let folders = ServedFolders(plans.compactMap(\.site), applications.routes + [applications.fallback])
        // Before the lifeline is there: what is built would inherit it.
        let builds = plans.compactMap(\.swift?.build).map { build in
            { _ = try ApplicationBuilder.build(build) }
        }
        let looks = folders.paths.isEmpty ? [] : [{ try folders.check(as: configuration.settings.user) }]
        for step in looks + builds {
            let code = try WorkerTrial.run(step, configuration.settings, configuration.places)
            guard code == 0 else { return code }
        }
        guard plans.contains(where: { $0.program != nil }) else { return 0 }
        do {
            SystemProcess.ignoreBrokenPipes()
            let lifeline = try Lifeline(title: configuration.title)
            defer { lifeline.end() }
            let log = try ErrorLog("-", level: .warning)
            for plan in plans where plan.program != nil {
                _ = try Checkup(plan, configuration.settings, log, lifeline).run()
            }
            return 0
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw .environment("cannot boot the application: \(error)")
        }
    }
}

/// One application process, from its start to its end.
private final class Checkup {
    private let context: MasterContext
    private let pool: ApplicationPool
    private let signals: SignalDescriptor
    private var failure: ConfigurationError?
    private var isStopping = false

    init(
        _ plan: ApplicationPlan, _ settings: Settings, _ log: ErrorLog, _ lifeline: Lifeline
    ) throws {
        signals = try SignalDescriptor([.chld, .int, .term, .quit, .hup])
        context = try MasterContext(settings: settings, errorLog: log, lifeline: lifeline)
        let plan = plan.forCheckup
        pool = try ApplicationPool(plan, context: context, index: 0, slots: Array(0..<plan.slotCount))
    }

    func run() throws -> Int32 {
        try context.loop.add(
            Watch(number: signals.descriptor.number) { [unowned self] in readSignals() }, .readable)
        context.loop.addTurnEnd { [unowned self] in advance() }
        pool.start()
        context.loop.run()
        if let failure { throw failure }
        return 0
    }

    private func readSignals() {
        while let signal = signals.next() {
            guard signal == .chld else {
                failure = .environment("interrupted before the application was ready")
                continue
            }
            while let (pid, status) = ChildProcess.reap() { _ = pool.reaped(pid, status) }
        }
    }

    private func advance() {
        pool.tick(context.loop.now, workers: [])
        if let process = pool.failedProcess { failure = failure ?? process.bootFailure }
        if !isStopping, failure != nil || pool.isReady {
            pool.flushReports()
            isStopping = true
            pool.stop(until: context.loop.now + 2000)
        }
        if isStopping, pool.isGone { context.loop.stop() }
    }
}
