// What happens to a pool's exchanges without their doing: other workers and the master ring, time passes, and applications complain.

import EventLoop
import GatewayInterface
import Logging
import Plans
import Routing
import Scoreboard
import Syscalls

extension FastCGIBackend {
    // MARK: Others, and time

    /// Processes that still work are waited for: who gets their slots next would wait for them too.
    var isBusy: Bool { running.contains { $0?.afterWork.isOn == true } }

    func wake() {
        leases.mayHaveFree = true
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
        standardError.sweep(now)
        leases.mayHaveFree = true
        while let exchange = queue.takeOverdue(now: now) {
            log.error(
                "\(pool.name): no free process within \(exchange.route.limits.queueTimeout / 1000) s for \(exchange.mention)"
            )
            exchange.fail(status: 503, "No application process became free in time.", retryAfter: 1)
        }
        releaseKept { leases.isWanted($0.position, age: $0.age) }
        passOverBusy(now)
        noticeHeardAborts()
        serveQueue()
    }

    // MARK: FCGI_STDERR

    /// Logs what an application complains about.
    ///
    /// - Returns: How many lines were logged.
    func logStandardError(
        _ bytes: UnsafeBufferPointer<UInt8>, position: Int, request: @autoclosure () -> String
    ) -> Int {
        standardError.add(bytes, position: position, request: request(), now: loop.now)
    }

    func endStandardError(_ connection: ApplicationConnection, request: @autoclosure () -> String) {
        standardError.finish(position: connection.position, request: request(), now: loop.now)
    }
}
