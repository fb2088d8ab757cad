// What an application's records say, while its exchange runs: parts of the response for the client, messages for the log, the end.

import EventLoop
import FastCGIBridge
import GatewayInterface
import Octets
import Plans

extension ApplicationConnection {
    func decode(_ exchange: Exchange) {
        while true {
            if share.isSpent(in: loop.turns) { return giveWay() }
            do {
                switch try decoder.next(input.bytes.span) {
                case .more(let consumed):
                    input.consume(consumed)
                    return goOn(exchange)
                case .stdout(_, let consumed) where isRedirecting:
                    share.takeRecord()
                    input.consume(consumed)
                case .stdout(let range, let consumed):
                    share.takeRecord()
                    switch exchange.receive(input.bytes[range]) {
                    case .accepted:
                        guard self.exchange === exchange else { return }
                        hasProgress = hasProgress || exchange.response.isHeadSent
                        input.consume(consumed)
                    case .malformed(let error): return end(.failed("its answer is malformed: \(error)"))
                    case .redirected where backend.pool.endsByClosing:
                        // To close now would end it in the middle of what it still has to do.
                        isRedirecting = true
                        input.consume(consumed)
                    case .redirected:
                        input.consume(consumed)
                        return redirect()
                    }
                case .stderr(let range, let consumed):
                    hearStandardError(range, consumed, request: exchange.idText)
                case .nothing(let consumed):
                    share.takeRecord()
                    input.consume(consumed)
                case .end(let status, _, let consumed):
                    input.consume(consumed)
                    return finish(exchange, status)
                }
            } catch {
                return fail(exchange, "it does not speak FastCGI: \(error)")
            }
        }
    }

    /// Passes on what has come, and asks for more unless the client is too far behind.
    private func goOn(_ exchange: Exchange) {
        if isSent, exchange.isAnswered || backend.pool.isKnownProgram && hasSaidAll(exchange) {
            return letGo(of: exchange)
        }
        if isOrphaned, exchange.response.hasHead { return abandon(exchange) }
        exchange.flush()
        guard !isClosed, self.exchange === exchange else { return }
        if exchange.response.isHeadSent, exchange.isBackedUp {
            isPaused = true
            deadline = 0
        } else {
            // Complaints, empty records and the drops of a head do not count: an application could go on like that for
            // ever, and its client would never have an answer.
            if hasProgress || mayHaveEnded { renewDeadline() }
            mayHaveEnded = isSent && hasSaidAll(exchange)
            if mayHaveEnded { deadline = min(deadline, loop.now + Self.pauseAfterEnd) }
            receive()
        }
        hasProgress = false
    }

    private func finish(_ exchange: Exchange, _ status: ProtocolStatus) {
        guard status == .requestComplete else {
            return fail(
                exchange, status == .overloaded ? "overloaded" : "it refused the request",
                status: status == .overloaded ? 503 : 502)
        }
        if isRedirecting { return redirect() }
        guard exchange.response.hasHead || exchange.connection == nil else {
            return end(.failed("it ended the request without an answer"))
        }
        // What is left of a request that was not sent or read whole would be taken for the next one.
        let isClean = output.isEmpty && bodyToSend == 0 && input.isEmpty && !wasCutWhileSending
        let canKeep = isClean && (exchange.bodyToSend == 0 || backend.pool.drainsBody)
        end(.done(canKeep: canKeep))
    }

    /// Logs a part of a message, and pays for it.
    func hearStandardError(_ range: ByteRange, _ consumed: Int, request: @autoclosure () -> String) {
        let lines = backend.logStandardError(input.bytes[range], position: position, request: request())
        share.takeRecord(lines: lines)
        input.consume(consumed)
    }
}
