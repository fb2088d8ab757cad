// The worker's side of a pool: takes exchanges, finds each a slot or lets it wait, and decides what becomes of a slot
// when its exchange is over. Runs in a worker, on its loop.

import EventLoop
import GatewayInterface
import Logging
import Logs
import Octets
import Plans
import Routing
import Scoreboard
import Settings
import Syscalls

/// Exchanges answered by FastCGI applications.
final class FastCGIBackend: Backend {
    /// Milliseconds after its answer within which an application closes that closes for having answered.
    private static let promptly: UInt64 = 100
    /// Exchanges of the queue that are looked at where the first one cannot be started.
    private static let lookedAt = 64
    /// So many connections in a row show that it does so always.
    private static let closingLimit = 3

    let loop: EventLoop
    let pool: PoolView
    // Copies out of the settings: they are read for each exchange, and the settings are large.
    private let repeatsRequests: Bool
    private let queueSize: Int
    let hasParameters: Bool
    /// Milliseconds.
    let connectTimeout: UInt64
    /// Milliseconds.
    let sendTimeout: UInt64
    /// Milliseconds that a process may work on after its response; 0 is no limit.
    let finishTimeout: UInt64
    let log: Logger
    /// `nil` where the processes are ours.
    let servers: Servers?
    let leases: Leases
    /// Connections without an exchange; the first one has been free for longest.
    private var kept: [ApplicationConnection] = []
    /// Whether the application is asked to keep connections.
    private(set) var keepsConnections: Bool
    /// Whether a connection has carried more than one exchange.
    private var hasKept = false
    /// Connections in a row that it was asked to keep, and closed after their first answer.
    private var closings = 0
    var queue = ExchangeQueue()
    private var isServingQueue = false
    var standardError: StandardErrorLog
    /// What the log calls who answers, by the position of the slot.
    private(set) lazy var upstreams = pool.slots.indices.map { position in
        Upstream(application: pool.name, place: pool.describe(position))
    }
    /// Connections with an exchange, or whose process still works for one, by the position of their slot.
    private(set) var running: [ApplicationConnection?]

    init(
        pool: PoolView, scoreboard: Scoreboard, doorbells: Doorbells, loop: EventLoop,
        worker: Int, log: Logger, errorLog: ErrorLog
    ) {
        self.pool = pool
        repeatsRequests = pool.settings.external.retry == .idempotent
        queueSize = pool.settings.queueSize
        hasParameters = !pool.parameters.isEmpty
        connectTimeout = UInt64(pool.settings.external.connectTimeout) * 1000
        sendTimeout = UInt64(pool.settings.external.sendTimeout) * 1000
        finishTimeout = UInt64(pool.settings.finishTimeout) * 1000
        keepsConnections = pool.keepsConnections
        self.loop = loop
        self.log = log
        servers = pool.servers.isEmpty ? nil : Servers(pool, scoreboard: scoreboard)
        leases = Leases(
            scoreboard: scoreboard, doorbells: doorbells, worker: worker, pool: pool.pool,
            slots: pool.slots.map(\.index), grows: pool.grows, prefersRecent: pool.prefersRecent)
        standardError = StandardErrorLog(pool, log: log, errorLog: errorLog)
        running = pool.slots.map { _ in nil }
    }

    // MARK: Exchanges come

    /// CONTENT_LENGTH stands in the environ, before the body.
    func streamsBody(of exchange: Exchange, hasLength: Bool) -> Bool {
        hasLength && exchange.route.limits.streamsBody
    }

    /// No process accepts, and it may be long until one does: nobody has to wait to hear that.
    func isOut(_ exchange: Exchange) -> Bool { leases.poolState == .failed }

    func serve(_ exchange: Exchange) {
        if queue.isEmpty, start(exchange) { return }
        guard leases.poolState != .failed else { return refuse(exchange) }
        guard queue.count < queueSize else {
            return exchange.fail(status: 503, "Too many requests are waiting.", retryAfter: 1)
        }
        queue.append(exchange)
        showQueue()
        // Announced first, looked second: see Leases.
        serveQueue()
        if !queue.isEmpty { leases.recall() }
    }

    func showQueue() { leases.setWaiting(queue.oldest, count: queue.count) }

    /// An exchange has got its slot. The master must not take it for one that waits as long as it is being sent: it
    /// would start another process for it.
    private func showServed() { if pool.grows { showQueue() } }

    /// Starts an exchange on a kept connection, or on a new one.
    private func start(_ exchange: Exchange) -> Bool {
        guard let servers, servers.count > 1 else { return start(exchange, in: nil) }
        return servers.order(for: exchange, loop.now).contains { start(exchange, in: servers.positions($0)) }
    }

    /// - Parameter positions: The slots that may be used; `nil` for all.
    private func start(_ exchange: Exchange, in positions: Range<Int>?) -> Bool {
        while let index = indexOfKept(in: positions) {
            // A slot that nobody holds may have been free for longer.
            let limit = prefersConnecting(exchange) ? .max : kept[index].endedAt
            if leases.mayHaveFree, connectToFree(exchange, in: positions, freeBefore: limit) {
                return true
            }
            let connection = index == kept.count - 1 ? kept.removeLast() : kept.remove(at: index)
            guard leases.reuse(connection.position, age: connection.age) else {
                close(connection)
                continue
            }
            showServed()
            guard isFit(connection, for: exchange) else {
                if connect(exchange, connection.position, connection.age, replacing: connection) {
                    return true
                }
                continue
            }
            run(exchange, on: connection)
            return true
        }
        return connectToFree(exchange, in: positions, freeBefore: .max)
    }

    /// A process behind a kept connection may still work, although it has ended its request (`fastcgi_finish_request`). A request that
    /// cannot be taken back from it, once it has been sent, rather goes to whichever process of a server accepts.
    private func prefersConnecting(_ exchange: Exchange) -> Bool { servers != nil && !mayRepeat(exchange) }

    private func connectToFree(_ exchange: Exchange, in positions: Range<Int>?, freeBefore limit: UInt64)
        -> Bool
    {
        guard let slot = leases.acquire(in: positions, freeBefore: limit) else { return false }
        showServed()
        return connect(exchange, slot.position, slot.age, replacing: nil)
    }

    /// The kept connection that is next: see ``PoolView/prefersRecent``.
    private func indexOfKept(in positions: Range<Int>?) -> Int? {
        guard let positions else { return kept.isEmpty ? nil : pool.prefersRecent ? kept.count - 1 : 0 }
        return pool.prefersRecent
            ? kept.lastIndex { positions.contains($0.position) }
            : kept.firstIndex { positions.contains($0.position) }
    }

    /// Whether a request could be sent at once.
    var hasFreeSlot: Bool { !kept.isEmpty || leases.hasFree }

    /// A request that cannot be sent a second time is not sent into a connection that has just been closed, or that an
    /// application may be about to close that has not shown yet that it keeps any; one that was sent twice already gets a
    /// connection that nobody can have closed yet.
    private func isFit(_ connection: ApplicationConnection, for exchange: Exchange) -> Bool {
        if exchange.isRetried { return false }
        if mayRepeat(exchange) { return true }
        let isOpen = hasKept || loop.now - connection.endedAt >= Self.promptly
        return isOpen && !Descriptor.hasUnexpectedInput(connection.number)
    }

    /// Whether a request may be sent a second time of which an application may have seen something, and is still there.
    func mayRepeat(_ exchange: Exchange) -> Bool {
        exchange.isIdempotent && exchange.bodyToSend == 0 && repeatsRequests
    }

    func forget(_ connection: ApplicationConnection) {
        // A successor of the process may have one on the same slot already.
        if running[connection.position] === connection { running[connection.position] = nil }
    }

    private func run(_ exchange: Exchange, on connection: ApplicationConnection) {
        running[connection.position] = connection
        leases.countExchange(connection.position)
        connection.start(exchange)
    }

    /// Opens a connection on a slot that we hold, and answers 502 where nobody listens behind it.
    ///
    /// - Returns: False where the backlog is full: the slot is released, and the exchange has to wait.
    func connect(
        _ exchange: Exchange, _ position: Int, _ age: UInt32, replacing old: ApplicationConnection?
    ) -> Bool {
        old?.close()
        guard let address = address(ofPosition: position) else {
            leases.release(position, age: age, now: loop.now)
            unreachable(exchange, position, "its name has not led anywhere yet")
            return true
        }
        do {
            let attempt = try Socket.connect(address)
            let isConnected = attempt.isConnected
            let connection = ApplicationConnection(
                attempt.intoSocket(), backend: self, position: position, age: age)
            try connection.begin(isConnected: isConnected)
            run(exchange, on: connection)
            return true
        } catch {
            leases.release(position, age: age, now: loop.now)
            // A full unix backlog is EAGAIN, and nothing tells when it is over: the sweep tries again.
            if error.isTryAgain { return false }
            // The master has the socket: it refuses only where a process has shut it down, and soon there is another one.
            if error.isRefused, pool.isSupervised {
                leases.reportRefusal()
                return false
            }
            unreachable(exchange, position, "\(error)")
            return true
        }
    }

    private func address(ofPosition position: Int) -> SocketAddress? {
        guard let servers else { return pool.slots[position].address }
        return servers.address(servers.server(ofPosition: position))
    }

    func serveQueue() {
        // An exchange that fails at once may bring the next request of its connection here: the outer loop takes it.
        guard !isServingQueue else { return }
        isServingQueue = true
        defer { isServingQueue = false }
        while let exchange = queue.first {
            queue.removeFirst()
            guard start(exchange) else {
                queue.prepend(exchange)
                break
            }
        }
        if servers != nil { serveBehindFirst() }
        showQueue()
        if queue.isEmpty { leases.returnGrants() }
    }

    /// The first in the queue may wait for one server alone, because it has failed at the others: those behind it need not
    /// wait for that one too.
    private func serveBehindFirst() {
        var place = 1
        while place < min(queue.count, Self.lookedAt) {
            let exchange = queue.remove(at: place)
            if start(exchange) { continue }
            queue.insert(exchange, at: place)
            place += 1
        }
        // What was handed to us and fits nobody here may fit somebody elsewhere.
        leases.returnGrants()
    }

    /// Decides about a slot whose exchange is over: the next in our queue, another worker, or kept for later.
    func settle(_ connection: ApplicationConnection, canKeep: Bool) {
        let (position, age) = (connection.position, connection.age)
        let canKeep = canKeep && keepsConnections
        guard leases.mayGoOn(position, age: age), !leases.shouldHandOver(oldest: queue.oldest) else {
            return close(connection)
        }
        if let next = queue.first {
            // One that fails fast is free soonest, and would draw the whole queue: it gets what it would get from a turn.
            guard isWanted(connection, for: next) else {
                close(connection)
                return serveQueue()
            }
            queue.removeFirst()
            showQueue()
            if canKeep, isFit(connection, for: next) {
                run(next, on: connection)
            } else if !connect(next, position, age, replacing: connection) {
                queue.prepend(next)
                showQueue()
            }
            return
        }
        guard canKeep, leases.park(position, age: age, now: loop.now) else { return close(connection) }
        kept.append(connection)
        connection.park()
        // Somebody may have begun to wait between the look and the parking.
        if leases.shouldHandOver(oldest: nil) { releaseKept { $0 === connection } }
    }

    /// Whether an exchange that waits may go to the server behind a connection.
    private func isWanted(_ connection: ApplicationConnection, for exchange: Exchange) -> Bool {
        guard let servers, servers.count > 1 else { return true }
        return servers.mayServe(exchange, servers.server(ofPosition: connection.position), loop.now)
    }

    func close(_ connection: ApplicationConnection) {
        connection.close()
        leases.release(connection.position, age: connection.age, now: loop.now)
    }

    func releaseKept(where condition: (ApplicationConnection) -> Bool) {
        var index = 0
        while index < kept.count {
            guard condition(kept[index]) else {
                index += 1
                continue
            }
            close(kept.remove(at: index))
        }
    }

    /// A kept connection was closed by the application, or spoke out of turn.
    func lostIdle(_ connection: ApplicationConnection) {
        if connection.served == 1, loop.now - connection.endedAt < Self.promptly { closedAfterFirstAnswer() }
        releaseKept { $0 === connection }
        serveQueue()
    }

    /// A connection has carried a second exchange.
    func hasCarriedOn() { (hasKept, closings) = (true, 0) }

    /// Some libraries overlook what they are asked, and close. A request that goes out in the same moment has to be sent
    /// again, or, where that is not allowed, fails: so they are not asked any more.
    func closedAfterFirstAnswer() {
        closings += 1
        guard closings == Self.closingLimit else { return }
        keepsConnections = false
        log.info("\(pool.name): it closes its connections after each answer; they are not kept any more")
    }

    func clientLeft(_ exchange: Exchange) {
        if queue.remove(exchange) {
            showQueue()
            exchange.context.giveBack(exchange)
        } else if let source = exchange.source {
            source.clientLeft()
        } else {
            exchange.context.giveBack(exchange)
        }
    }
}
