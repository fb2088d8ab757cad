// Supervision (`--watch`): what multiwatch does behind spawn-fcgi, in one process. The supervisor stays who
// it was started by, and each process becomes who it is to be after its fork; so the supervisor can remove
// the socket and the pid file at its end. It has one thread, reads nothing from a client, and takes its
// processes along when it is killed (PR_SET_PDEATHSIG).

import Syscalls

/// The supervisor of the processes on one socket.
final class Watch {
    private static let stopping: [Signal] = [.hup, .int, .quit, .term, .usr1]

    /// How long an end is waited for, in milliseconds: a process may wait in the system, be frozen, or have a tracer that hides
    /// its end.
    private static let patience: UInt64 = 3000
    /// How often it is looked for ends that are hidden, in milliseconds.
    private static let lookInterval: UInt64 = 500

    private let program: Program
    private let options: Options
    private let settings: WatchOptions
    private let socket: SharedSocket
    private let pids: PIDList?
    private let log: WatchLog
    private let voice: Voice
    /// When a socket that was shut down is made anew.
    private var nextRenewal: UInt64 = 0
    private var hasRenewalFailed = false
    /// Processes that have a socket which was replaced.
    private var outdated = Outdated()
    /// Processes on their way to their program.
    private var launches: [Launch] = []
    /// Why processes did not come to run whose end is to follow.
    private var failures: [ProcessID: SpawnError] = [:]
    /// Since when nothing but the end of a process is to come: it was sent KILL, or is dead, and has not been reaped.
    private var overdue: [ProcessID: UInt64] = [:]
    /// Those that did not end, and that nobody waits for any more.
    private var forsaken: Set<ProcessID> = []

    init(
        _ program: Program, _ options: Options, _ settings: WatchOptions, socket: SharedSocket,
        pids: PIDList?, log: WatchLog, voice: Voice
    ) {
        self.program = program
        self.options = options
        self.settings = settings
        self.socket = socket
        self.pids = pids
        self.log = log
        self.voice = voice
    }

    /// - Returns: The code to end with, in the background too.
    func run() throws(Complaint) -> Int32 {
        let isForeground = options.staysInForeground
        let background = isForeground ? nil : try Background.enter()
        SystemProcess.ignoreBrokenPipes()
        // From here on no signal is lost: one that comes during the start is read after it.
        let signals = try Self.signals()
        let batch = try Batch(
            program, listener: socket.number, voice, keepsOutput: isForeground)
        let outcome = try batch.start(options.processes, pids: nil, isWatched: true)
        guard outcome.hasProcess else {
            voice.warn("no process is left to watch")
            socket.file?.remove()
            pids?.discard()
            voice.leave()
            return outcome.code == 0 ? 1 : outcome.code
        }
        voice.say("\(SpawnFCGI.name): watching from PID: \(SystemProcess.id)\n")
        pids?.add(SystemProcess.id, hasSuccessor: false)
        if isForeground { log.adopt(voice.errors) } else { voice.leave() }
        background?.succeeded()
        var table = WatchTable(outcome.processes, now: Clock.monotonicMilliseconds())
        do throws(SyscallError) {
            launches = outcome.launches
            try supervise(&table, batch, signals)
        } catch {
            throw Complaint("cannot watch: \(error)")
        }
        socket.file?.remove()
        pids?.remove()
        log.finish()
        return 0
    }

    private static func signals() throws(Complaint) -> SignalDescriptor {
        do throws(SyscallError) {
            return try SignalDescriptor(stopping + [.usr2, .chld])
        } catch {
            throw Complaint("cannot watch: \(error)")
        }
    }

    private func supervise(
        _ table: inout WatchTable, _ batch: Batch, _ signals: borrowing SignalDescriptor
    ) throws(SyscallError) {
        let epoll = try Epoll()
        try epoll.add(signals.descriptor.number, .readable, token: 0)
        for launch in launches { try epoll.add(launch.number, .readable, token: 1) }
        try epoll.add(socket.number, [.peerEnded, .edgeTriggered], token: 2)
        while true {
            lookAtLaunches()
            while let (pid, status) = ChildProcess.reap() { reaped(pid, status, &table) }
            forsakeOverdue(&table)
            if table.isOver { return }
            let isDead = !table.isStopping && socket.isDead
            if isDead, nextRenewal <= Clock.monotonicMilliseconds() {
                // Others may still have the old one open.
                try? epoll.remove(socket.number)
                renewSocket(table)
                try epoll.add(socket.number, [.peerEnded, .edgeTriggered], token: 2)
                continue
            }
            endOutdated()
            // Nobody would reach what starts now.
            for index in isDead ? [] : table.due(now: Clock.monotonicMilliseconds()) {
                guard let launch = start(index, &table, batch) else { continue }
                launches.append(launch)
                try epoll.add(launch.number, .readable, token: 1)
            }
            let times = [isDead ? nextRenewal : table.nextStart, outdated.next].compactMap(\.self)
            let next = (times + launches.map(\.deadline)).min()
            let wait = Self.wait(until: next)
            let isCalm = hasFlushed() && overdue.isEmpty && !table.isStopping
            let limit = CInt(Self.lookInterval)
            _ = try epoll.wait(milliseconds: isCalm || (0..<limit).contains(wait) ? wait : limit)
            while let signal = signals.next() { take(signal, &table) }
        }
    }

    /// Whether nothing waits for a reader any more.
    private func hasFlushed() -> Bool {
        let isQuiet = voice.flush()
        return log.flush() && isQuiet
    }

    /// The socket was shut down: it listens again, or another one takes its place.
    private func renewSocket(_ table: WatchTable) {
        let now = Clock.monotonicMilliseconds()
        nextRenewal = now + 1000
        let event = "the socket \(socket.address) was shut down by a process that had it"
        switch socket.renew() {
        case .revived:
            hasRenewalFailed = false
            log.say("\(event): it listens again")
        case .replaced:
            hasRenewalFailed = false
            outdated.add(table.running, now: now)
            log.say("\(event): a new one takes its place")
        case .failed(let reason):
            if !hasRenewalFailed {
                log.say("\(event), and cannot be made anew: \(reason); this is tried once a second")
            }
            hasRenewalFailed = true
        }
    }

    private func endOutdated() {
        for (pid, isLate) in outdated.due(now: Clock.monotonicMilliseconds()) {
            ChildProcess.signalLeader(pid, isLate ? .kill : settings.signal.signal)
            if isLate { overdue[pid] = overdue[pid] ?? Clock.monotonicMilliseconds() }
            ChildProcess.signalLeader(pid, .cont)
        }
    }

    private func lookAtLaunches() {
        let now = Clock.monotonicMilliseconds()
        for launch in launches {
            guard let failure = launch.look(now) else { continue }
            failures[launch.pid] = failure
            if failure == .late { overdue[launch.pid] = now }
        }
        // With them their reports are closed, which takes those out of epoll.
        launches.removeAll(where: \.isSettled)
    }

    private func reaped(_ pid: ProcessID, _ status: ExitStatus, _ table: inout WatchTable) {
        // It may have said why it does not run since the last look.
        lookAtLaunches()
        launches.removeAll { $0.pid == pid }
        overdue[pid] = nil
        outdated.ended(pid)
        if forsaken.remove(pid) != nil { return ChildProcess.signalGroup(pid, .kill) }
        let failure = failures.removeValue(forKey: pid)
        let now = Clock.monotonicMilliseconds()
        guard let ending = table.ended(pid, now: now, hasRun: failure == nil) else { return }
        // What it has left behind would go on to accept from the socket.
        ChildProcess.signalGroup(pid, .kill)
        report(failure?.complaint(program).message ?? "process \(pid) \(status)", ending)
    }

    /// Goes on without those that do not end.
    private func forsakeOverdue(_ table: inout WatchTable) {
        let now = Clock.monotonicMilliseconds()
        if table.isStopping {
            // They are to end, and one that is dead has nothing to do any more.
            for pid in table.running where overdue[pid] == nil && !SystemProcess.isRunning(pid) {
                overdue[pid] = now
            }
        }
        for (pid, since) in overdue where since + Self.patience <= now {
            overdue[pid] = nil
            outdated.ended(pid)
            launches.removeAll { $0.pid == pid }
            let failure = failures.removeValue(forKey: pid)
            guard let ending = table.ended(pid, now: now, hasRun: failure == nil) else { continue }
            forsaken.insert(pid)
            let why =
                SystemProcess.isRunning(pid)
                ? "cannot be ended: it is still there \(Self.patience / 1000) s after KILL"
                : "is dead, and cannot be reaped: somebody traces it"
            report("process \(pid) \(why); it is left to itself", ending)
        }
    }

    private static func wait(until time: UInt64?) -> CInt {
        guard let time else { return -1 }
        let now = Clock.monotonicMilliseconds()
        return time > now ? CInt(clamping: time - now) : 0
    }

    private func start(_ index: Int, _ table: inout WatchTable, _ batch: Batch) -> Launch? {
        do throws(SpawnError) {
            if table.running.isEmpty { socket.prepare() }
            let launch = try batch.begin()
            table.started(launch.pid, at: index, now: Clock.monotonicMilliseconds())
            return launch
        } catch {
            let ending = table.failedToStart(at: index, now: Clock.monotonicMilliseconds())
            report(error.complaint(program).message, ending)
            return nil
        }
    }

    private func take(_ signal: Signal, _ table: inout WatchTable) {
        if Self.stopping.contains(signal) {
            let sent = table.stop(signal, gentle: settings.signal.signal)
            let now = Clock.monotonicMilliseconds()
            log.say("\(signal.name) came; sending \(sent.name) to \(table.running.count) processes")
            for pid in table.running {
                // What has not come to its program yet has nothing to finish.
                let isPending = launches.contains { $0.pid == pid }
                // Each leads a session: what it has started ends with it. What is stopped takes the signal all the same.
                ChildProcess.signalLeader(pid, isPending ? .kill : sent)
                if isPending || sent == .kill { overdue[pid] = overdue[pid] ?? now }
                ChildProcess.signalLeader(pid, .cont)
            }
        } else if signal == .usr2 {
            // The application's own business, as with multiwatch. It ends whoever does not expect it, so its children are
            // spared.
            for pid in table.running { ChildProcess.signal(pid, signal) }
        }
    }

    private func report(_ what: String, _ ending: WatchTable.Ending) {
        guard ending.weight != .silent else { return }
        var line = what
        if ending.life > 0 { line += " after \(ending.life) ms" }
        switch (ending.weight, ending.pause) {
        case (_, nil): break
        case (.lastLine, let pause?):
            line +=
                ", as the one before it; the next starts in \(pause) ms, and each after it waits twice as long, "
            line += "up to \(Backoff.longestPause / 1000) s, until one lives \(Backoff.longLife / 1000) s; "
            line += "this is not said again"
        case (_, 0?): line += "; the next starts at once"
        case (_, let pause?): line += "; the next starts in \(pause) ms"
        }
        log.say(line)
    }
}

extension Signal {
    /// `TERM`
    fileprivate var name: String { "\(self)".uppercased() }
}
