// The worker's side of a pool: takes exchanges, finds each a slot or lets it wait, and decides what becomes of a slot
// when its exchange is over. Runs in a worker, on its loop.

import GatewayInterface
import Logging
import Octets
import Syscalls

/// Exchanges answered by FastCGI applications.
final class FastCGIBackend: Backend {
    /// Milliseconds after its answer within which an application closes that closes for having answered.
    private static let promptly: UInt64 = 100
    /// So many connections in a row show that it does so always.
    private static let closingLimit = 3

    let loop: EventLoop
    let pool: PoolView
    /// Seconds until an application must begin to answer, and between two parts of its answer.
    let timeout: Int
    private let settings: Settings
    private let log: Logger
    private var leases: Leases
    private var kept: [ApplicationConnection] = []
    /// Whether the application is asked to keep connections.
    private(set) var keepsConnections: Bool
    /// Whether a connection has carried more than one exchange.
    private var hasKept = false
    /// Connections in a row that it was asked to keep, and closed after their first answer.
    private var closings = 0
    private var queue = ExchangeQueue()
    private var isServingQueue = false
    private var standardError: [LineAssembler]
    /// Connections with an exchange, by the position of their slot.
    private var running: [ApplicationConnection?]

    init(
        pool: PoolView, settings: Settings, scoreboard: Scoreboard, doorbells: Doorbells, loop: EventLoop,
        worker: Int, log: Logger
    ) {
        self.pool = pool
        keepsConnections = pool.keepsConnections
        self.settings = settings
        self.loop = loop
        self.log = log
        timeout = settings.timeout
        leases = Leases(
            scoreboard: scoreboard, doorbells: doorbells, worker: worker, pool: pool.pool,
            slots: pool.slots.map(\.index))
        standardError = pool.slots.map { _ in LineAssembler() }
        running = pool.slots.map { _ in nil }
    }

    // MARK: Exchanges come

    func serve(_ exchange: Exchange) {
        if queue.isEmpty, start(exchange) { return }
        guard queue.count < settings.queueSize else {
            return exchange.fail(status: 503, "Too many requests are waiting.", retryAfter: 1)
        }
        queue.append(exchange)
        leases.setWaiting(queue.oldest)
        // Announced first, looked second: see Leases.
        serveQueue()
        if !queue.isEmpty { leases.recall() }
    }

    /// Starts an exchange on a kept connection, or on a new one.
    private func start(_ exchange: Exchange) -> Bool {
        while let connection = kept.popLast() {
            guard leases.reuse(connection.position, age: connection.age) else {
                close(connection)
                continue
            }
            guard isFit(connection, for: exchange) else {
                if connect(exchange, connection.position, connection.age, replacing: connection) {
                    return true
                }
                continue
            }
            run(exchange, on: connection)
            return true
        }
        guard let slot = leases.acquire() else { return false }
        return connect(exchange, slot.position, slot.age, replacing: nil)
    }

    /// A request that cannot be sent a second time is not sent into a connection that has just been closed, or that an
    /// application may be about to close that has not shown yet that it keeps any; one that was sent twice already gets a
    /// connection that nobody can have closed yet.
    private func isFit(_ connection: ApplicationConnection, for exchange: Exchange) -> Bool {
        if exchange.isRetried { return false }
        if canRepeat(exchange) { return true }
        let isOpen = hasKept || loop.now - connection.endedAt >= Self.promptly
        return isOpen && !Descriptor.hasUnexpectedInput(connection.number)
    }

    /// Whether a request may be sent a second time, and is still there to be sent.
    private func canRepeat(_ exchange: Exchange) -> Bool { exchange.isIdempotent && exchange.bodyCount == 0 }

    private func forget(_ connection: ApplicationConnection) {
        // A successor of the process may have one on the same slot already.
        if running[connection.position] === connection { running[connection.position] = nil }
    }

    private func run(_ exchange: Exchange, on connection: ApplicationConnection) {
        running[connection.position] = connection
        connection.start(exchange)
    }

    /// Opens a connection on a slot that we hold, and answers 502 where nobody listens behind it.
    ///
    /// - Returns: False where the backlog is full: the slot is released, and the exchange has to wait.
    private func connect(
        _ exchange: Exchange, _ position: Int, _ age: UInt32, replacing old: ApplicationConnection?
    ) -> Bool {
        old?.close()
        do {
            let attempt = try Socket.connect(pool.slots[position].address)
            let isConnected = attempt.isConnected
            let connection = ApplicationConnection(
                attempt.intoSocket(), backend: self, position: position, age: age)
            try connection.begin(isConnected: isConnected)
            run(exchange, on: connection)
            return true
        } catch {
            leases.release(position, age: age)
            // A full unix backlog is EAGAIN, and nothing tells when it is over: the sweep tries again.
            if error.isTryAgain { return false }
            log.error("\(pool.name): \(exchange.requestLine): it cannot be reached: \(error)")
            exchange.fail(status: 502, "The application cannot be reached.")
            return true
        }
    }

    private func serveQueue() {
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
        leases.setWaiting(queue.oldest)
        if queue.isEmpty { leases.returnGrants() }
    }

    // MARK: Exchanges end

    func ended(
        _ connection: ApplicationConnection, _ exchange: Exchange, _ outcome: ApplicationConnection.Outcome,
        status: Int?
    ) {
        forget(connection)
        switch outcome {
        case .done(let canKeep):
            if connection.served > 1 { (hasKept, closings) = (true, 0) }
            settle(connection, canKeep: canKeep)
            exchange.complete()
        case .stale where exchange.connection == nil:
            close(connection)
            exchange.context.giveBack(exchange)
        case .stale where canRepeat(exchange) && !exchange.isRetried:
            exchange.isRetried = true
            if connection.served == 2 { closedAfterFirstAnswer() }
            // Once more, on a fresh connection: the slot is still ours.
            if leases.holds(connection.position, age: connection.age) {
                if connect(exchange, connection.position, connection.age, replacing: connection) { return }
            } else {
                close(connection)
            }
            serve(exchange)
        case .stale:
            fail(connection, exchange, "it closed the connection before it answered", status: nil)
        case .failed(let reason): fail(connection, exchange, reason, status: status)
        case .timedOut:
            log.error(
                "\(pool.name): no answer within \(timeout) s to \(exchange.requestLine) from \(describe(connection))"
            )
            if pool.isSupervised {
                connection.close()
                leases.condemn(connection.position, age: connection.age)
            } else {
                close(connection)
            }
            exchange.fail(status: 504, "The application did not answer in time.")
        }
    }

    private func fail(
        _ connection: ApplicationConnection, _ exchange: Exchange, _ reason: String, status: Int?
    ) {
        log.error("\(pool.name): \(exchange.requestLine): \(reason) (\(describe(connection)))")
        settle(connection, canKeep: false)
        if status == 503 {
            exchange.fail(status: 503, "The application has no room.", retryAfter: 1)
        } else {
            exchange.fail(status: 502, "The application did not give a valid answer.")
        }
    }

    private func describe(_ connection: ApplicationConnection) -> String {
        "slot \(pool.slots[connection.position].index)"
    }

    func redirected(_ connection: ApplicationConnection, _ exchange: Exchange) {
        forget(connection)
        exchange.source = nil
        settle(connection, canKeep: false)
        exchange.dispatchRedirect()
    }

    /// Decides about a slot whose exchange is over: the next in our queue, another worker, or kept for later.
    private func settle(_ connection: ApplicationConnection, canKeep: Bool) {
        let (position, age) = (connection.position, connection.age)
        let canKeep = canKeep && keepsConnections
        guard leases.holds(position, age: age), !leases.shouldHandOver(oldest: queue.oldest) else {
            return close(connection)
        }
        if let next = queue.first {
            queue.removeFirst()
            leases.setWaiting(queue.oldest)
            if canKeep, isFit(connection, for: next) {
                run(next, on: connection)
            } else if !connect(next, position, age, replacing: connection) {
                queue.prepend(next)
                leases.setWaiting(queue.oldest)
            }
            return
        }
        guard canKeep, leases.park(position, age: age) else { return close(connection) }
        kept.append(connection)
        connection.park()
        // Somebody may have begun to wait between the look and the parking.
        if leases.shouldHandOver(oldest: nil) { releaseKept { $0 === connection } }
    }

    private func close(_ connection: ApplicationConnection) {
        connection.close()
        leases.release(connection.position, age: connection.age)
    }

    private func releaseKept(where condition: (ApplicationConnection) -> Bool) {
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

    /// Some libraries overlook what they are asked, and close. A request that goes out in the same moment has to be sent
    /// again, or, where that is not allowed, fails: so they are not asked any more.
    private func closedAfterFirstAnswer() {
        closings += 1
        guard closings == Self.closingLimit else { return }
        keepsConnections = false
        log.info("\(pool.name): it closes its connections after each answer; they are not kept any more")
    }

    func clientLeft(_ exchange: Exchange) {
        if queue.remove(exchange) {
            leases.setWaiting(queue.oldest)
            exchange.context.giveBack(exchange)
        } else if let source = exchange.source {
            source.clientLeft()
        } else {
            exchange.context.giveBack(exchange)
        }
    }

    // MARK: Others, and time

    func wake() {
        releaseKept { leases.isWanted($0.position, age: $0.age) }
        for case let connection? in running where !leases.holds(connection.position, age: connection.age) {
            moveIfUnread(connection)
        }
        serveQueue()
        if queue.isEmpty { leases.returnGrants() }
    }

    /// The process behind a connection is dead, and the request may sit in its backlog, where only a successor would
    /// find it. One that may be executed twice goes to another process instead.
    private func moveIfUnread(_ connection: ApplicationConnection) {
        guard let exchange = connection.takeUnread() else { return }
        forget(connection)
        connection.close()
        if exchange.connection == nil { exchange.context.giveBack(exchange) } else { serve(exchange) }
    }

    func sweep(_ now: UInt64) {
        let patience = UInt64(settings.queueTimeout) * 1000
        while let exchange = queue.first, exchange.dispatchedAt + patience <= now {
            queue.removeFirst()
            log.error(
                "\(pool.name): no free process within \(settings.queueTimeout) s for \(exchange.requestLine)")
            exchange.fail(status: 503, "No application process became free in time.", retryAfter: 1)
        }
        releaseKept { leases.isWanted($0.position, age: $0.age) }
        serveQueue()
    }

    // MARK: FCGI_STDERR

    /// Logs whole lines; a part of a line waits for its end.
    func logStandardError(_ bytes: UnsafeBufferPointer<UInt8>, position: Int) {
        standardError[position].lines(adding: bytes) { line in log.error("\(pool.name): \(line)") }
    }
}
