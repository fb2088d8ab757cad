import EventLoop
import Logging
import Plans
import Scoreboard
import Settings
import Syscalls

/// The processes of one application. Generations share it: what a reload leaves as it was goes on. The master runs it.
final class ApplicationPool {
    let context: MasterContext
    /// How it is run; a reload that leaves its processes alone may change what only workers go by.
    private(set) var plan: ApplicationPlan
    /// Its index in the scoreboard.
    let index: Int
    /// Places for processes; some are empty where processes are replaced, or come and go with the load.
    private(set) var processes: [ApplicationProcess] = []
    private let scaler: PoolScaler
    private let scriptFile: ScriptFile?
    private let externalSlots: [Int]
    /// Indices of its servers in the scoreboard.
    let servers: [Int]
    private let healthChecks: HealthChecks?
    let nameLookup: NameLookup?
    let addresses: ServerAddresses
    private(set) var state = PoolState.starting
    /// Whether a process that does not boot is tried again, though none has ever booted.
    private(set) var keepsTrying = false
    private var hasBeenReady = false
    private var nextMemoryLook: UInt64 = 0
    private var nextSocketLook: UInt64 = 0
    private var nextRecycling: UInt64 = 0
    private var reports = AlikeReports()

    var name: String { plan.name }
    var settings: Settings { plan.settings }
    var program: Program { plan.program! }
    /// The script that the program reads from descriptor 3.
    var script: CInt? { scriptFile?.number }
    /// Whether its processes are the gateway's.
    var isSupervised: Bool { plan.program != nil }

    /// - Parameters:
    ///   - index: A pool index that nobody uses.
    ///   - slots: Slots that nobody uses, as many as the plan wants.
    ///   - servers: Indices of servers that nobody uses, as many as the plan has.
    init(
        _ plan: ApplicationPlan, context: MasterContext, index: Int, slots: [Int], servers: [Int] = []
    ) throws(SyscallError) {
        self.plan = plan
        self.context = context
        self.index = index
        self.servers = servers
        scaler = PoolScaler(
            plan.settings.scaling, most: plan.processes, slotsPerProcess: plan.slotsPerProcess,
            bootsAtOnce: DefaultCounts.current.bootsAtOnce)
        let addresses = ServerAddresses(plan.servers, indices: servers, scoreboard: context.scoreboard)
        self.addresses = addresses
        healthChecks = plan.settings.external.healthCheck.map { _ in
            HealthChecks(plan, addresses, indices: servers, context: context)
        }
        nameLookup = NameLookup(plan, addresses, context: context)
        scriptFile = try plan.script.map { text throws(SyscallError) in try ScriptFile(text) }
        guard plan.program != nil else {
            externalSlots = slots
            return
        }
        externalSlots = []
        for number in 0..<plan.seats {
            let own = Array(slots[number * plan.slotsPerProcess..<(number + 1) * plan.slotsPerProcess])
            processes.append(try ApplicationProcess(number: number + 1, slots: own, pool: self))
        }
    }

    /// All its slots.
    var slots: [Int] { externalSlots + processes.flatMap(\.slots) }

    /// What a worker has to know.
    ///
    /// - Parameter plan: The plan of the worker's generation.
    func view(_ plan: ApplicationPlan) -> PoolView {
        var slots: [PoolView.Slot] = []
        // The first slots of all processes, then the second ones: work spreads over processes before threads. But where
        // processes come and go with the load, it gathers on the first ones, so that the last ones fall idle.
        if settings.scaling.way == .static {
            for turn in 0..<plan.slotsPerProcess {
                slots += processes.map { slot($0, turn) }
            }
        } else {
            for process in processes {
                slots += (0..<plan.slotsPerProcess).map { slot(process, $0) }
            }
        }
        var servers: [ServerView] = []
        for (number, server) in plan.servers.enumerated() {
            let positions = number * plan.processes..<(number + 1) * plan.processes
            slots += externalSlots[positions].map {
                PoolView.Slot(index: $0, address: addresses[number], process: number + 1)
            }
            servers.append(
                ServerView(
                    name: "\(server.bind)", index: self.servers[number], address: addresses[number],
                    isNamed: server.isNamed, weight: server.weight, isBackup: server.isBackup,
                    positions: positions))
        }
        return PoolView(plan, pool: index, slots: slots, servers: servers)
    }

    private func slot(_ process: ApplicationProcess, _ turn: Int) -> PoolView.Slot {
        PoolView.Slot(
            index: process.slots[turn], address: process.socket.address, place: process.socket.place,
            process: process.number)
    }

    // MARK: Life

    func start() {
        for slot in externalSlots { context.scoreboard.setSlot(slot, SlotWord(.free, age: 1)) }
        for server in servers { context.scoreboard.record(server: server).clear() }
        addresses.publish()
        startProcesses()
        show()
    }

    /// Goes on for another generation, by its plan.
    func adopt(_ plan: ApplicationPlan) {
        self.plan = plan
        healthChecks?.adopt(plan)
    }

    /// Whether everything that should be there at the start accepts.
    var isReady: Bool {
        guard isSupervised else { return nameLookup?.isSettled ?? true }
        return processes.count { $0.state == .ready } >= scaler.least
    }

    /// The process that did not boot, if there is one.
    var failedProcess: ApplicationProcess? {
        processes.first { $0.bootFailure != nil && $0.state == .stopped }
    }

    /// Goes on trying to start what did not boot.
    func keepTrying() {
        keepsTrying = true
        for process in processes where process.bootFailure != nil && process.state == .stopped {
            process.retry()
        }
        show()
    }

    /// Whether no process is left.
    var isGone: Bool { processes.allSatisfy { $0.pid == 0 } && nameLookup?.isRunning != true }

    func stop(until deadline: UInt64) {
        flushReports()
        nameLookup?.stop()
        for process in processes { process.stop(until: deadline) }
    }
    func kill() {
        flushReports()
        nameLookup?.stop()
        for process in processes {
            process.stop(until: .max)
            process.kill()
        }
    }

    /// - Returns: Whether the process was one of the pool's.
    func reaped(_ pid: ProcessID, _ status: ExitStatus) -> Bool {
        if nameLookup?.reaped(pid) == true { return true }
        guard let process = processes.first(where: { $0.pid == pid }) else { return false }
        process.reaped(status)
        return true
    }

    /// A worker has died. A script ends with the connection that it was asked on, and what other servers do with a request that nobody
    /// waits for is theirs.
    func lost(worker: Int) {
        guard isSupervised, !plan.endsByClosing else { return }
        for process in processes { process.lost(worker: worker) }
    }

    /// - Parameter workers: Those that may wait for a slot; none where the pool is on its way out and only ends.
    func tick(_ now: UInt64, workers: [Int]) {
        for process in processes { process.tick(now) }
        nameLookup?.forsakeLate(now)
        say(reports.due(now))
        if now >= nextSocketLook {
            nextSocketLook = now + 200
            for process in processes { process.noticeShutdown() }
        }
        guard !workers.isEmpty else { return healthChecks?.stop() ?? () }
        healthChecks?.tick(now)
        guard isSupervised else { return }
        if settings.scaling.recycles { recycle(now) }
        if settings.scaling.way != .static { scale(now, workers) }
        show()
    }

    /// In a process that was forked from the master: closes what only the master and the processes need.
    func closeInherited() {
        if let script { Descriptor.closeInherited(script) }
        for process in processes { Descriptor.closeInherited(process.socket.descriptor) }
    }

    /// Gives its slots back.
    func close() { for slot in slots { context.scoreboard.setSlot(slot, SlotWord(.vacant, age: 0)) } }

    // MARK: Numbers

    private func startProcesses() { start(scaler.starts(PoolScaler.Load())) }

    private func start(_ count: Int) {
        for process in processes.lazy.filter({ $0.state == .stopped }).prefix(count) { process.start() }
    }

    /// Whether a process that has ended, and waited for as long as it has to, starts again. On demand, nobody needs what has
    /// crashed before somebody asks; but what did not boot is tried until it does, for its requests are turned away.
    func wants(_ process: ApplicationProcess) -> Bool {
        scaler.way != .ondemand || process.bootFailure != nil
            || context.scoreboard.oldestWaiter(pool: index, except: -1) != nil
    }

    private func load(_ now: UInt64, _ workers: [Int]) -> PoolScaler.Load {
        var load = PoolScaler.Load()
        for process in processes where process.replaced == nil {
            switch process.state {
            case .ready:
                load.ready += 1
                if process.isBusy { load.busy += 1 }
            case .waiting where process.bootFailure == nil: load.resting += 1
            case .booting, .waiting: load.booting += 1
            case .stopped, .retiring, .stopping: break
            }
        }
        // After the busy ones: a worker takes a slot first, and then says that one request fewer waits.
        for worker in workers {
            load.queued += context.scoreboard.queued(pool: index, worker: worker, limit: settings.queueSize)
        }
        if load.queued > 0, let oldest = context.scoreboard.oldestWaiter(pool: index, except: -1) {
            load.wait = now - min(oldest.since, now)
        }
        return load
    }

    private func scale(_ now: UInt64, _ workers: [Int]) {
        let load = load(now, workers)
        start(scaler.starts(load))
        let patience = UInt64(settings.scaling.idleTimeout) * 1000
        let idle = processes.filter { $0.state == .ready && !$0.isBusy && $0.lastUsed + patience <= now }
        for process in idle.suffix(scaler.surplus(load)) { process.retire("it has been idle for long") }
    }

    /// Replaces, one after another, what has served for long enough: the next one first.
    private func recycle(_ now: UInt64) {
        guard now >= nextRecycling else { return }
        let looksAtMemory = now >= nextMemoryLook
        if looksAtMemory { nextMemoryLook = now + 1000 }
        guard !processes.contains(where: { $0.replaced != nil }) else { return }
        for process in processes where process.state == .ready {
            guard let reason = process.reasonToLeave(now, looksAtMemory: looksAtMemory),
                let next = processes.first(where: { $0.state == .stopped })
            else { continue }
            context.log.info(
                "\(name): application \(process.number) (pid \(process.pid)) is replaced (\(reason)): its successor starts first"
            )
            return next.start(replacing: process)
        }
    }

    /// A successor did not boot: not again before a pause.
    func postponeRecycling() { nextRecycling = context.loop.now + 5000 }

    // MARK: Reports

    /// Says of a process what others may have to say as well.
    func report(_ report: AlikeReports.Report, _ number: Int, _ pid: ProcessID) {
        reports.add(report, number: number, pid: pid, now: context.loop.now)
    }

    /// Says why a process could not be started. The message names the process, and is the same for all others behind that.
    func report(failedStart error: ConfigurationError, _ number: Int) {
        let place = "\(name): cannot start application \(number): "
        guard error.message.hasPrefix(place) else { return context.log.error("\(error.message)") }
        report(BootReport.failed(String(error.message.dropFirst(place.count))), number, 0)
    }

    /// Says what waits for others: the outcome is about to be said.
    func flushReports() { say(reports.all()) }

    private func say(_ lines: [AlikeReports.Line]) {
        for line in lines { context.log.log(level: line.level, "\(name): \(line.text)") }
    }

    // MARK: State

    /// Tells workers, and the log where it has changed, how the pool is.
    private func show() {
        let next = nextState
        guard next != state else { return }
        let isWorthSaying = keepsTrying || hasBeenReady
        hasBeenReady = hasBeenReady || next == .ready
        let isRecovery = state == .degraded || state == .failed
        state = next
        context.scoreboard.setPoolState(next, pool: index)
        context.lines.ringAll()
        guard isWorthSaying else { return }
        switch next {
        case .failed:
            flushReports()
            let words = processes.last { $0.bootFailure != nil }?.lastLines.last.map { ": \($0)" }
            context.log.error("\(name): failed, its requests are answered 503\(words ?? "")")
        case .degraded: context.log.warning("\(name): degraded, some of its processes do not start")
        case .ready where isRecovery: context.log.info("\(name): ready")
        case .ready, .starting: break
        }
    }

    private var nextState: PoolState {
        guard isSupervised else { return .ready }
        let ready = processes.contains { $0.state == .ready || $0.isRetiring }
        let broken = processes.contains { $0.isBroken }
        if ready { return broken ? .degraded : .ready }
        // One that has served may die of a request; as long as another is coming, requests wait for that.
        if processes.contains(where: { $0.isBooting && $0.bootFailure == nil }), state != .failed {
            return .starting
        }
        if broken { return .failed }
        if scaler.least == 0, processes.allSatisfy({ $0.pid == 0 && !$0.isWaiting }) {
            // The next request is a new attempt.
            return .ready
        }
        if state == .failed { return .failed }
        return scaler.least == 0 ? .ready : .starting
    }
}

extension PoolView {
    init(_ plan: ApplicationPlan, pool: Int, slots: [Slot], servers: [ServerView]) {
        self.init(
            pool: pool, name: plan.name, settings: plan.settings, slots: slots, servers: servers,
            keepsConnections: plan.keepsConnections, drainsBody: plan.drainsBody,
            isSupervised: plan.program != nil, endsByClosing: plan.endsByClosing,
            grows: plan.settings.scaling.way != .static, site: plan.site,
            parameters: plan.parameters)
    }
}

/// A file in memory that an interpreter reads a script from.
private final class ScriptFile {
    private let file: OwnedDescriptor

    init(_ text: [UInt8]) throws(SyscallError) { file = try Files.inMemory(name: "responder.py", text) }

    var number: CInt { file.number }
}
