// One application process as the master sees it: its socket, which stays the same over all its lives, its slots, and
// what it says on its standard descriptors. The master runs this; workers know of it only what the scoreboard says.

import EventLoop
import Logging
import Logs
import Octets
import Plans
import Scoreboard
import Settings
import Syscalls

/// A spawned FastCGI process and its successors.
final class ApplicationProcess {
    enum State: Equatable {
        /// Not running, and not to be started.
        case stopped
        /// Not running; to be started at this time.
        case waiting(until: UInt64)
        /// Running, and not accepting yet.
        case booting(since: UInt64)
        /// Accepting.
        case ready
        /// Working off what it has, and told to end at this time.
        case retiring(until: UInt64)
        /// Told to end; killed at this time.
        case stopping(until: UInt64)
    }

    /// Milliseconds in which a process shows that it survives a question that it did not answer, or, where it is not
    /// asked, that it can run at all.
    private static let doubt: UInt64 = 500

    let number: Int
    /// Indices of its slots in the scoreboard.
    let slots: [Int]
    let socket: NamelessSocket
    private(set) var state = State.stopped
    private(set) var pid: ProcessID = 0
    /// Why it did not boot.
    private(set) var bootFailure: ConfigurationError?
    /// What it said last.
    var lastLines: [String] { lines.last }
    private lazy var lines = ApplicationLines { [weak self] line in
        guard let self else { return }
        context.errorLog.writeOutput(pid: pid, role: "\(pool.name) \(name)", line)
    }
    unowned let pool: ApplicationPool
    private(set) var age: UInt32 = 0
    private(set) var startedAt: UInt64 = 0
    /// When it had read the question, or closed it, without an answer.
    private var heardAt: UInt64?
    private(set) var respawn = RespawnPolicy()
    private var probe: ReadinessProbe?
    /// How its life began, and what it says.
    private var start: ApplicationStart?
    private var hasBooted = false
    private var isBootHinted = false
    private var isBootTimedOut = false
    /// Whether it was killed because nobody waited for its answer any more.
    var isForsaken = false
    /// When it was killed: it ends soon, or not at all.
    private var killedAt: UInt64?
    /// Whether it leaves only to begin another life.
    var comesBack = false
    /// Exchanges of its slots before it was started.
    private var exchangesBefore: UInt64 = 0
    /// Exchanges after which it is replaced, with its share of chance: those that started together do not leave together.
    private(set) var exchangeLimit: UInt64 = .max
    /// The process that leaves when this one is ready.
    private(set) weak var replaced: ApplicationProcess?
    /// When it was last seen busy, in the loop's milliseconds.
    private(set) var lastUsed: UInt64 = 0
    private var exchangesSeen: UInt64 = 0
    /// Exchanges of this life.
    var lifeExchanges: UInt64 { exchanges &- exchangesBefore }

    init(number: Int, slots: [Int], pool: ApplicationPool) throws(SyscallError) {
        self.number = number
        self.slots = slots
        self.pool = pool
        socket = try NamelessSocket(
            backlog: max(slots.count * 2, 16), folder: pool.settings.temporaryFolder)
    }

    var context: MasterContext { pool.context }
    var name: String { "application \(number)" }

    // MARK: Start

    /// - Parameter replaced: The process that leaves when this one is ready.
    func start(replacing replaced: ApplicationProcess? = nil) {
        self.replaced = replaced
        do throws(ConfigurationError) {
            try prepareSocket()
            let start = try ApplicationStart(pool, name: name, listener: socket.descriptor, lines: lines)
            context.lifeline.add(group: start.pid)
            beginLife(start)
        } catch {
            pool.report(failedStart: error, number)
            startFailed(error)
        }
    }

    private func beginLife(_ start: ApplicationStart) {
        let now = context.loop.now
        self.start = start
        pid = start.pid
        startedAt = now
        exchangesBefore = exchanges
        let scaling = pool.settings.scaling
        let chance = UInt64(Int.random(in: 0...max(0, scaling.maxRequestsJitter)))
        exchangeLimit = scaling.maxRequests > 0 ? UInt64(scaling.maxRequests) + chance : .max
        isBootHinted = false
        isBootTimedOut = false
        isForsaken = false
        killedAt = nil
        comesBack = false
        age += 1
        state = .booting(since: now)
        lines.clear()
        heardAt = nil
        guard !context.endWhenAsked.contains(pool.name) else { return }
        do throws(SyscallError) {
            probe = try ReadinessProbe(socket.address, loop: context.loop) { [weak self] in self?.heard($0) }
        } catch {
            context.log.error("\(pool.name): cannot start \(name): \(error)")
            kill()
        }
    }

    /// It accepts. Without an answer it is not certain that it goes on doing so.
    private func heard(_ isAnswer: Bool) {
        guard case .booting = state else { return }
        if isAnswer { becameReady() } else { heardAt = heardAt ?? context.loop.now }
    }

    /// There was no process, or it did not come to run its program.
    private func startFailed(_ error: ConfigurationError) {
        guard replaced != nil else { return fail(life: 0, error) }
        replaced = nil
        state = .stopped
        pool.postponeRecycling()
    }

    private func becameReady() {
        guard case .booting = state else { return }
        probe?.close()
        probe = nil
        state = .ready
        hasBooted = true
        bootFailure = nil
        lastUsed = context.loop.now
        if let replaced {
            if replaced.state == .ready { replaced.retire("its successor is ready") }
            if !replaced.isRetiring { replaced.stop(until: context.loop.now + 5000) }
        }
        replaced = nil
        for slot in slots { context.scoreboard.setSlot(slot, SlotWord(.free, age: age)) }
        context.log.debug("\(pool.name): \(name) (pid \(pid)) is ready")
        context.lines.ringAll()
    }

    // MARK: End

    /// Tells it to end.
    func stop(until deadline: UInt64) {
        comesBack = false
        end(until: deadline)
    }

    private func end(until deadline: UInt64) {
        switch state {
        case .booting, .ready, .retiring:
            state = .stopping(until: deadline)
            closeSlots()
            // What has not come to its program yet has nothing to finish, and may be standing still.
            if start?.isPending == true { kill() } else { ChildProcess.signalLeader(pid, .term) }
        case .waiting: state = .stopped
        case .stopped, .stopping: break
        }
    }

    /// Lets it work off what it has; then it ends. No request is lost: who holds one of its slots gives it up as vacant.
    ///
    /// - Parameter reason: For the log.
    func retire(_ reason: String) {
        guard state == .ready else { return }
        context.log.debug("\(pool.name): \(name) (pid \(pid)) leaves: \(reason)")
        state = .retiring(until: context.loop.now + UInt64(max(1, pool.settings.gracefulTimeout)) * 1000)
        markRetiring()
    }

    /// Ends it at once.
    func kill() {
        guard pid > 0 else { return }
        killedAt = killedAt ?? context.loop.now
        ChildProcess.signalLeader(pid, .kill)
    }

    /// It has ended.
    func reaped(_ status: ExitStatus) {
        // What it started and left behind goes with it.
        ChildProcess.signalGroup(pid, .kill)
        context.lifeline.remove(group: pid)
        ended("\(status)", status)
    }

    /// It was killed, and does not end: it waits in the system, or somebody who traces it hides its end. Its number stays its own
    /// until it is reaped after all.
    private func forsake() {
        context.log.error(
            "\(pool.name): \(name) (pid \(pid)) cannot be ended: it is still there \(ForsakenChildren.patience / 1000) s after KILL, and is left to itself"
        )
        context.forsaken.add(pid)
        ended("could not be ended", .signalled(9))
    }

    private func ended(_ end: String, _ status: ExitStatus) {
        closeSlots()
        context.lines.ringAll()
        start?.close(context.loop.now)
        start?.output.drain()
        let failure = start?.failure
        start = nil
        probe?.close()
        probe = nil
        let life = context.loop.now - startedAt
        let previous = state
        let message = "\(pool.name): \(name) (pid \(pid)) \(end)"
        let ended = pid
        pid = 0
        let (leaving, isReplacement) = (replaced, replaced != nil)
        replaced = nil
        switch previous {
        case .stopping, .retiring:
            state = .stopped
            if comesBack { waitAndStart(life: lifeExchanges > 1 ? .max : life) }
        case .booting where failure != nil:
            replaced = leaving
            pool.report(failedStart: failure!, number)
            startFailed(failure!)
        case .booting where heardAt != nil && !isBootTimedOut:
            // Libraries without much care end with the first connection that brings no request.
            context.log.warning(
                "\(message) when it was asked whether it is ready: starting it again, and not asking any more"
            )
            context.endWhenAsked.insert(pool.name)
            start(replacing: leaving)
        case .booting where isReplacement:
            context.log.error(
                "\(message) before it accepted a connection; the one that it was to replace goes on")
            state = .stopped
            pool.postponeRecycling()
        case .booting:
            if !isBootTimedOut { pool.report(BootReport.ended(end), number, ended) }
            fail(
                life: life, status == .exited(4) ? .applicationNotFound(message) : .applicationFailed(message)
            )
        case .ready where isForsaken: waitAndStart(life: .max)
        case .ready where status == .exited(0):
            // Its own limit of requests, most likely: what has done its work need not wait for its successor.
            context.log.info("\(message); starting it again")
            waitAndStart(life: exchanges == exchangesBefore ? life : .max)
        default:
            context.log.error("\(message); starting it again")
            // What it died of is not what it is when it had answered before: one deadly request, sent again and again,
            // must not take the process from all others.
            waitAndStart(life: exchanges &- exchangesBefore > 1 ? .max : life)
        }
    }

    private func fail(life: UInt64, _ error: ConfigurationError) {
        bootFailure = error
        // What never booted is not tried again; what has worked once may do so again.
        if hasBooted || pool.keepsTrying { waitAndStart(life: life) } else { state = .stopped }
    }

    /// Tries again what did not boot, after a pause.
    func retry() { waitAndStart(life: 0) }

    private func waitAndStart(life: UInt64) {
        let pause = respawn.pauseAfter(life: life)
        state = .waiting(until: context.loop.now + pause)
        if pause >= 1000 {
            pool.report(BootReport.pause(pause / 1000), number, 0)
        }
        if pause == 0, pool.wants(self) { start() }
    }

    private var exchanges: UInt64 { slots.reduce(0) { $0 &+ context.scoreboard.exchanges($1) } }

    // MARK: Time

    func tick(_ now: UInt64) {
        lines.reportDropped(of: pool, name)
        start?.look(now)
        if let killedAt, pid > 0, killedAt + ForsakenChildren.patience <= now { forsake() }
        switch state {
        case .waiting(let until) where until <= now:
            if pool.wants(self) { start() } else { state = .stopped }
        case .booting(let since):
            probe?.look()
            let quiet = probe == nil ? start?.begunAt : heardAt
            if let quiet, quiet + Self.doubt <= now { becameReady() }
            guard case .booting = state else { break }
            if since + 5000 <= now, !isBootHinted {
                isBootHinted = true
                pool.report(pool.plan.boot.slow(after: 5), number, pid)
            }
            let patience = UInt64(pool.settings.bootTimeout)
            if since + patience * 1000 <= now, !isBootTimedOut {
                isBootTimedOut = true
                pool.report(pool.plan.boot.late(after: patience), number, pid)
                kill()
            }
        case .ready where isHung, .retiring where isHung:
            context.log.error("\(pool.name): \(name) (pid \(pid)) timed out, KILL is sent to it")
            // Not again before it is reaped.
            closeSlots()
            kill()
        case .ready: noteUse(now)
        case .retiring(let until):
            let isDone = slots.allSatisfy { context.scoreboard.slot($0).state == .vacant }
            if isDone || until <= now { end(until: now + 5000) }
        case .stopping(let until) where until <= now:
            context.log.warning("\(pool.name): \(name) (pid \(pid)) did not end in time, KILL is sent to it")
            state = .stopping(until: .max)
            kill()
        default: break
        }
    }

    private var isHung: Bool { slots.contains { context.scoreboard.slot($0).state == .condemned } }

    private func noteUse(_ now: UInt64) {
        let count = exchanges
        if count != exchangesSeen || isBusy { lastUsed = now }
        exchangesSeen = count
    }
}
