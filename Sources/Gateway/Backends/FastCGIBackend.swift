// The worker's side of a pool: takes exchanges, finds each a slot or lets it wait, and decides what becomes of a slot
// when its exchange is over. Runs in a worker, on its loop.

import GatewayInterface
import Logging
import Octets
import Syscalls

/// Exchanges answered by FastCGI applications.
final class FastCGIBackend: Backend {
    let loop: EventLoop
    let pool: PoolView
    let log: Logger
    /// `nil` where the processes are ours.
    let servers: Servers?
    var leases: Leases
    private var kept: [ApplicationConnection] = []
    private var queue = ExchangeQueue()
    private var isServingQueue = false
    private var standardError: [LineAssembler]
    /// Connections with an exchange, by the position of their slot.
    private var running: [ApplicationConnection?]

    init(
        pool: PoolView, scoreboard: Scoreboard, doorbells: Doorbells, loop: EventLoop,
        worker: Int, log: Logger
    ) {
        self.pool = pool
        self.loop = loop
        self.log = log
        servers = pool.servers.isEmpty ? nil : Servers(pool, scoreboard: scoreboard)
        leases = Leases(
            scoreboard: scoreboard, doorbells: doorbells, worker: worker, pool: pool.pool,
            slots: pool.slots.map(\.index), grows: pool.grows)
        standardError = pool.slots.map { _ in LineAssembler() }
        running = pool.slots.map { _ in nil }
    }

    // MARK: Exchanges come

    func serve(_ exchange: Exchange) {
        if queue.isEmpty, start(exchange) { return }
        guard leases.poolState != .failed else { return refuse(exchange) }
        guard queue.count < pool.settings.queueSize else {
            return exchange.fail(status: 503, "Too many requests are waiting.", retryAfter: 1)
        }
        queue.append(exchange)
        showQueue()
        // Announced first, looked second: see Leases.
        serveQueue()
        if !queue.isEmpty { leases.recall() }
    }

    /// No process accepts, and it may be long until one does: nobody has to wait to hear that.
    private func refuse(_ exchange: Exchange) {
        exchange.fail(status: 503, "The application is not running.", retryAfter: 5)
    }

    private func showQueue() { leases.setWaiting(queue.oldest, count: queue.count) }

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
        while let connection = takeKept(in: positions) {
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
        guard let slot = leases.acquire(in: positions) else { return false }
        showServed()
        return connect(exchange, slot.position, slot.age, replacing: nil)
    }

    private func takeKept(in positions: Range<Int>?) -> ApplicationConnection? {
        guard let positions else { return kept.popLast() }
        return kept.lastIndex { positions.contains($0.position) }.map { kept.remove(at: $0) }
    }

    /// A request that must not be sent twice is not sent into a connection that has just been closed; one that was
    /// sent twice already gets a connection that nobody can have closed yet.
    private func isFit(_ connection: ApplicationConnection, for exchange: Exchange) -> Bool {
        if exchange.isRetried { return false }
        return exchange.isIdempotent || !Descriptor.hasUnexpectedInput(connection.number)
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
        do {
            let attempt = try Socket.connect(address(ofPosition: position))
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
            unreachable(exchange, position, "\(error)")
            return true
        }
    }

    private func address(ofPosition position: Int) -> SocketAddress {
        guard let servers else { return pool.slots[position].address }
        return servers.address(servers.server(ofPosition: position))
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
        showQueue()
        if queue.isEmpty { leases.returnGrants() }
    }

    /// Decides about a slot whose exchange is over: the next in our queue, another worker, or kept for later.
    func settle(_ connection: ApplicationConnection, canKeep: Bool) {
        let (position, age) = (connection.position, connection.age)
        let canKeep = canKeep && pool.keepsConnections
        guard leases.mayGoOn(position, age: age), !leases.shouldHandOver(oldest: queue.oldest) else {
            return close(connection)
        }
        if let next = queue.first {
            queue.removeFirst()
            showQueue()
            if canKeep, !next.isRetried {
                run(next, on: connection)
            } else if !connect(next, position, age, replacing: connection) {
                queue.prepend(next)
                showQueue()
            }
            return
        }
        guard canKeep, leases.park(position, age: age) else { return close(connection) }
        kept.append(connection)
        connection.park()
        // Somebody may have begun to wait between the look and the parking.
        if leases.shouldHandOver(oldest: nil) { releaseKept { $0 === connection } }
    }

    func close(_ connection: ApplicationConnection) {
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
        releaseKept { $0 === connection }
        serveQueue()
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

    // MARK: Others, and time

    func wake() {
        releaseKept { leases.isWanted($0.position, age: $0.age) }
        for case let connection? in running where !leases.holds(connection.position, age: connection.age) {
            moveIfUnread(connection)
        }
        serveQueue()
        while leases.poolState == .failed, let exchange = queue.first {
            queue.removeFirst()
            refuse(exchange)
        }
        showQueue()
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
        while let exchange = queue.takeOverdue(now: now) {
            log.error(
                "\(pool.name): no free process within \(exchange.route.limits.queueTimeout / 1000) s for \(exchange.requestLine)"
            )
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
