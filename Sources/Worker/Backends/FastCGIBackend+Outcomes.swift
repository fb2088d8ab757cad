// How an exchange with an application has ended, and what the client hears of it. A request is sent a second time only where
// that cannot do harm: nothing of it was sent, or its method allows it and nothing was answered.

import EventLoop
import GatewayInterface
import Logging
import Plans
import Settings
import Syscalls

extension FastCGIBackend {
    func ended(
        _ connection: ApplicationConnection, _ exchange: Exchange, _ outcome: ApplicationConnection.Outcome,
        status: Int?
    ) {
        forget(connection)
        endStandardError(connection, request: exchange.idText)
        switch outcome {
        case .done(let canKeep):
            if connection.served > 1 { hasCarriedOn() }
            // A client that has left ends an exchange too, and says nothing about the server.
            if exchange.response.hasHead { noteSuccess(connection.position) }
            settle(connection, canKeep: canKeep)
            exchange.complete()
        case .stale where exchange.connection == nil:
            close(connection)
            exchange.context.giveBack(exchange)
        case .stale where mayRepeat(exchange) && !exchange.isRetried:
            exchange.isRetried = true
            if connection.served == 2 { closedAfterFirstAnswer() }
            // Once more, on a fresh connection: the slot is still ours.
            if leases.mayGoOn(connection.position, age: connection.age) {
                if connect(exchange, connection.position, connection.age, replacing: connection) { return }
            } else {
                close(connection)
            }
            serve(exchange)
        case .stale:
            fail(connection, exchange, "it closed the connection before it answered", status: nil)
        case .unreachable(let reason):
            close(connection)
            unreachable(exchange, connection.position, reason)
        case .broken(let reason)
        where servers != nil && mayRepeat(exchange) && exchange.connection != nil && !exchange.isRetried:
            // Once: a request that ends whoever reads it must not go through all servers.
            exchange.isRetried = true
            log.error("\(pool.name): \(exchange.mention): \(reason) (\(describe(connection)))")
            close(connection)
            if !goesElsewhere(exchange, connection.position) {
                exchange.fail(status: 502, "The application did not give a valid answer.")
            }
        case .broken(let reason), .failed(let reason): fail(connection, exchange, reason, status: status)
        case .timedOut(let reason):
            log.error("\(pool.name): \(reason) to \(exchange.mention) from \(describe(connection))")
            noteFailure(exchange, connection.position)
            if pool.isSupervised, !pool.endsByClosing {
                connection.close()
                leases.condemn(connection.position, age: connection.age)
            } else {
                close(connection)
            }
            exchange.fail(status: 504, "The application did not answer in time.")
        }
    }

    /// No connection was made: nothing of the request was sent, so another server may have it, whatever it is.
    func unreachable(_ exchange: Exchange, _ position: Int, _ reason: String) {
        let place = servers.map { " (\($0.name($0.server(ofPosition: position))))" } ?? ""
        log.error("\(pool.name): \(exchange.mention): it cannot be reached\(place): \(reason)")
        let isWanted = exchange.connection != nil && pool.settings.external.retry != .never
        if isWanted, goesElsewhere(exchange, position) { return }
        if !isWanted { noteFailure(exchange, position) }
        exchange.fail(status: 502, "The application cannot be reached.")
    }

    /// Sends a request to a server at which it has not failed.
    private func goesElsewhere(_ exchange: Exchange, _ position: Int) -> Bool {
        noteFailure(exchange, position)
        guard let servers, servers.hasOther(for: exchange) else { return false }
        exchange.restartResponse()
        serve(exchange)
        return true
    }

    private func noteFailure(_ exchange: Exchange, _ position: Int) {
        guard let servers else { return }
        let server = servers.server(ofPosition: position)
        if let line = servers.failed(server, exchange, loop.now) { log.warning("\(pool.name): \(line)") }
    }

    func noteSuccess(_ position: Int) {
        servers.map { $0.succeeded($0.server(ofPosition: position)) }
    }

    private func fail(
        _ connection: ApplicationConnection, _ exchange: Exchange, _ reason: String, status: Int?
    ) {
        log.error("\(pool.name): \(exchange.mention): \(reason) (\(describe(connection)))")
        // An answer that has begun says that the server works, whatever became of it.
        if !exchange.response.hasHead { noteFailure(exchange, connection.position) }
        settle(connection, canKeep: false)
        if status == 503 {
            exchange.fail(status: 503, "The application has no room.", retryAfter: 1)
        } else {
            exchange.fail(status: 502, "The application did not give a valid answer.")
        }
    }

    func describe(_ connection: ApplicationConnection) -> String {
        pool.describe(connection.position)
    }

    /// - Parameter isOver: Whether nothing more is expected from the process; else its slot is busy until it has said so.
    func redirected(_ connection: ApplicationConnection, _ exchange: Exchange, isOver: Bool) {
        exchange.source = nil
        noteSuccess(connection.position)
        if isOver {
            forget(connection)
            endStandardError(connection, request: exchange.idText)
            settle(connection, canKeep: false)
        } else {
            connection.readBehindRedirect()
        }
        guard exchange.connection != nil else { return exchange.context.giveBack(exchange) }
        if exchange.followRedirect() { return }
        log.error(
            "\(pool.name): \(exchange.mention): its answer is malformed: \(CGIResponseError.malformedLocation)"
        )
        exchange.fail(status: 502, "The application did not give a valid answer.")
    }
}
