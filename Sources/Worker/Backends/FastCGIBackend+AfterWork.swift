// What becomes of a slot whose client has its response while the process still works, and of a request that was sent to such a
// process because its END_REQUEST said too early that it is free.

import EventLoop
import GatewayInterface
import Logging
import Plans

extension FastCGIBackend {
    /// Milliseconds after which a request that nobody has read is taken to be with a process that is busy.
    private static let unreadLimit: UInt64 = 300

    /// An exchange is over for its client. Its slot is not free: the connection says when it is.
    func answered(_ connection: ApplicationConnection, _ exchange: Exchange) {
        noteSuccess(connection.position)
        exchange.complete()
    }

    /// The client of an exchange has left, and its process works on: the slot is free when that is over.
    func abandoned(_ connection: ApplicationConnection, _ exchange: Exchange) {
        if exchange.response.hasHead { noteSuccess(connection.position) }
        exchange.complete()
    }

    /// Looks which processes listen again whose clients have left. Those of a known program close instead, when they are free.
    func noticeHeardAborts() {
        guard !pool.isKnownProgram else { return }
        for case let connection? in running where connection.hasHeardAbort { connection.endAfterWork(nil) }
    }

    /// A process has come to the end of what it had to do after a response.
    ///
    /// - Parameter complaint: What is wrong with how it has ended the request; the client has its response all the same.
    func workIsOver(_ connection: ApplicationConnection, complaint: String?, canKeep: Bool) {
        forget(connection)
        endStandardError(connection, request: connection.afterWork.requestName)
        if let complaint {
            complain(connection, connection.afterWork.requestName, complaint)
        } else if connection.served > 1 {
            hasCarriedOn()
        }
        settle(connection, canKeep: canKeep)
    }

    /// Logs what is wrong with the end of a request whose response stands.
    func complain(_ connection: ApplicationConnection, _ name: String, _ complaint: String) {
        log.warning(
            "\(pool.name): request \(name): after its response \(complaint) (\(describe(connection)))")
    }

    /// A process works on for longer than it may after a response.
    func worksTooLong(_ connection: ApplicationConnection) {
        let since = connection.afterWork.isAbandoned ? "its client has left" : "its response"
        log.error(
            "\(pool.name): request \(connection.afterWork.requestName): \(describe(connection)) has worked on for \(finishTimeout / 1000) s after \(since) (--finish-timeout)"
        )
        forget(connection)
        if pool.isSupervised, !pool.endsByClosing {
            connection.close()
            leases.condemn(connection.position, age: connection.age)
        } else {
            close(connection)
        }
    }

    /// An application goes on with a response that has ended.
    func sawMore(_ connection: ApplicationConnection) {
        log.warning(
            "\(pool.name): request \(connection.afterWork.requestName): the application sent more after the end of its response; it is dropped (\(describe(connection)))"
        )
    }

    /// END_REQUEST does not always mean that a process is free: PHP's fastcgi_finish_request sends it in the middle of a script. A
    /// request that it does not read for so long goes to a process that is free, where it may be executed twice.
    func passOverBusy(_ now: UInt64) {
        // Of these it is known that they end a request when they have come to its end.
        guard !pool.isKnownProgram, now > Self.unreadLimit else { return }
        for case let connection? in running where connection.isUnread(since: now - Self.unreadLimit) {
            guard hasFreeSlot else {
                // Another worker may have one and not use it.
                leases.recall()
                return
            }
            guard let exchange = connection.takeUnreadFromBusy() else { continue }
            log.debug(
                "\(pool.name): \(exchange.mention): \(describe(connection)) does not read it; another one gets it"
            )
            if exchange.connection == nil { exchange.context.giveBack(exchange) } else { serve(exchange) }
        }
    }
}
