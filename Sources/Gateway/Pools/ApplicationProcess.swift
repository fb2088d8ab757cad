// One application process as the master sees it: its socket, which stays the same over all its lives, its slots, and
// what it says on its standard descriptors. The master runs this; workers know of it only what the scoreboard says.

import Logging
import Octets
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

    /// Lines of its output that are kept for the message about its end.
    private static let lastLineCount = 30
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
    private(set) var lastLines: [String] = []
    unowned let pool: ApplicationPool
    private var age: UInt32 = 0
    private(set) var startedAt: UInt64 = 0
    /// When it had read the question, or closed it, without an answer.
    private var heardAt: UInt64?
    private(set) var respawn = RespawnPolicy()
    private var probe: ReadinessProbe?
    private var output: OutputWatch?
    private var hasBooted = false
    private var isBootHinted = false
    private var isBootTimedOut = false
    /// Whether it was killed because nobody waited for its answer any more.
    private var isForsaken = false
    private var lineRate = LineRate()
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
    private var name: String { "application \(number)" }

    // MARK: Start

    /// - Parameter replaced: The process that leaves when this one is ready.
    func start(replacing replaced: ApplicationProcess? = nil) {
        self.replaced = replaced
        let now = context.loop.now
        do {
            let pipe = try Pipe(readsWithoutBlocking: true)
            var descriptors = [socket.descriptor, pipe.writeEnd.number, pipe.writeEnd.number]
            if let script = pool.script { descriptors.append(script) }
            pid = try ChildProcess.spawn(pool.program, descriptors: descriptors)
            context.lifeline.add(group: pid)
            startedAt = now
            exchangesBefore = exchanges
            let scaling = pool.settings.scaling
            let chance = UInt64(Int.random(in: 0...max(0, scaling.maxRequestsJitter)))
            exchangeLimit = scaling.maxRequests > 0 ? UInt64(scaling.maxRequests) + chance : .max
            isBootHinted = false
            isBootTimedOut = false
            isForsaken = false
            age += 1
            state = .booting(since: now)
            lastLines = []
            let watch = OutputWatch(pipe.intoReadEnd(), loop: context.loop) { [weak self] in self?.log($0) }
            try watch.start()
            output = watch
            heardAt = nil
            guard !context.endWhenAsked.contains(pool.name) else { return }
            probe = try ReadinessProbe(socket.address, loop: context.loop) { [weak self] in self?.heard($0) }
        } catch {
            let limits = error.isNotPermitted && !pool.settings.resourceLimits.isEmpty
            let message =
                "\(pool.name): cannot start \(name): \(error)"
                + (limits ? " (perhaps --rlimit: no limit may be above the gateway's own hard one)" : "")
            context.log.error("\(message)")
            if pid == 0 {
                spawnFailed(error.isNotFound ? .applicationNotFound(message) : .applicationFailed(message))
            } else {
                ChildProcess.signalGroup(pid, .kill)
            }
        }
    }

    /// It accepts. Without an answer it is not certain that it goes on doing so.
    private func heard(_ isAnswer: Bool) {
        guard case .booting = state else { return }
        if isAnswer { becameReady() } else { heardAt = heardAt ?? context.loop.now }
    }

    private func spawnFailed(_ error: ConfigurationError) {
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
        context.doorbells.ringAllWorkers()
        pool.context.changed()
    }

    // MARK: End

    /// Tells it to end.
    func stop(until deadline: UInt64) {
        switch state {
        case .booting, .ready, .retiring:
            state = .stopping(until: deadline)
            closeSlots()
            ChildProcess.signalGroup(pid, .term)
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
        for slot in slots { markRetiring(slot) }
    }

    private func markRetiring(_ slot: Int) {
        let scoreboard = context.scoreboard
        while case let word = scoreboard.slot(slot), word.age == age, !word.isRetiring, word.state != .vacant
        {
            let next = word.state == .free ? word.with(.vacant) : word.retiring
            guard scoreboard.exchange(slot, from: word, to: next) else { continue }
            // Who keeps a connection to it and does nothing with it has to hear of this.
            if word.state == .idle { context.doorbells.ring(worker: word.owner) }
            return
        }
    }

    /// Ends it at once.
    func kill() {
        guard pid > 0 else { return }
        ChildProcess.signalGroup(pid, .kill)
    }

    /// A worker has died. What was at a request of it would let the next one wait until it is done with that, though others may be
    /// idle: nobody waits for its answer, so it is replaced. But it is not killed while it is at a request of another worker.
    func lost(worker: Int) {
        guard state == .ready || isRetiring, !isForsaken else { return }
        let words = slots.map(context.scoreboard.slot).filter { $0.state == .busy || $0.state == .granted }
        guard words.contains(where: { $0.state == .busy && $0.owner == worker }),
            words.allSatisfy({ $0.owner == worker })
        else { return }
        context.log.warning(
            "\(pool.name): \(name) (pid \(pid)) is at a request whose worker is gone: killed, and started again"
        )
        isForsaken = true
        closeSlots()
        kill()
    }

    /// It has ended.
    func reaped(_ status: ExitStatus) {
        // What it started and left behind goes with it.
        ChildProcess.signalGroup(pid, .kill)
        context.lifeline.remove(group: pid)
        closeSlots()
        context.doorbells.ringAllWorkers()
        output?.drain()
        output = nil
        probe?.close()
        probe = nil
        let life = context.loop.now - startedAt
        let previous = state
        let message = "\(pool.name): \(name) (pid \(pid)) \(status)"
        pid = 0
        let (leaving, isReplacement) = (replaced, replaced != nil)
        replaced = nil
        switch previous {
        case .stopping, .retiring:
            state = .stopped
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
            if !isBootTimedOut { context.log.error("\(message) before it accepted a connection") }
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
        context.changed()
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
            context.log.warning(
                "\(pool.name): \(name) ends soon after its start; next start in \(pause / 1000) s")
        }
        if pause == 0, pool.wants(self) { start() }
    }

    private var exchanges: UInt64 { slots.reduce(0) { $0 &+ context.scoreboard.exchanges($1) } }

    private func closeSlots() {
        for slot in slots { context.scoreboard.setSlot(slot, SlotWord(.vacant, age: age)) }
    }

    // MARK: Time

    func tick(_ now: UInt64) {
        reportDroppedLines()
        switch state {
        case .waiting(let until) where until <= now:
            if pool.wants(self) { start() } else { state = .stopped }
        case .booting(let since):
            probe?.look()
            if let quiet = probe == nil ? since : heardAt, quiet + Self.doubt <= now { becameReady() }
            guard case .booting = state else { break }
            if since + 5000 <= now, !isBootHinted {
                isBootHinted = true
                context.log.warning(
                    "\(pool.name): \(name) (pid \(pid)) has not accepted a connection yet: is it a FastCGI program that accepts on descriptor 0?"
                )
            }
            let patience = UInt64(pool.settings.bootTimeout)
            if since + patience * 1000 <= now, !isBootTimedOut {
                isBootTimedOut = true
                context.log.error(
                    "\(pool.name): \(name) (pid \(pid)) did not accept a connection within \(patience) s (--boot-timeout), killed: is it a FastCGI program that accepts on descriptor 0?"
                )
                kill()
            }
        case .ready where isHung, .retiring where isHung:
            context.log.error("\(pool.name): \(name) (pid \(pid)) timed out, killed")
            // Not again before it is reaped.
            closeSlots()
            kill()
        case .ready: noteUse(now)
        case .retiring(let until):
            let isDone = slots.allSatisfy { context.scoreboard.slot($0).state == .vacant }
            if isDone || until <= now { stop(until: now + 5000) }
        case .stopping(let until) where until <= now:
            context.log.warning("\(pool.name): \(name) (pid \(pid)) did not end in time, killed")
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

    private func reportDroppedLines() {
        let count = lineRate.takeDropped(context.loop.now)
        if count > 0 { context.log.warning("\(pool.name): \(count) lines of \(name) were not logged") }
    }

    private func log(_ line: String) {
        lastLines.append(line)
        if lastLines.count > Self.lastLineCount { lastLines.removeFirst() }
        reportDroppedLines()
        guard lineRate.allows(context.loop.now) else { return }
        context.errorLog.write("output", pid: pid, role: "\(pool.name) \(name)", line)
    }
}
