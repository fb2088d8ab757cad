// An exchange and its connection part before the application has ended the request: because the response is complete, goes
// elsewhere, or because nobody reads the request. The connection keeps its slot, and reads on until the process is free.

import EventLoop
import FastCGIBridge
import GatewayInterface
import Octets
import Plans
import Syscalls

extension ApplicationConnection {
    /// Milliseconds after which an empty STDOUT record is the end of a response (FastCGI 1.0, §5.5). Some programs write one to
    /// flush, and go on.
    static let pauseAfterEnd: UInt64 = 100

    static let closedEarly = "it closed the connection without ending the request"

    /// Whether the application has got all of its request.
    var isSent: Bool { output.isEmpty && bodyToSend == 0 && !isConnecting }

    /// Whether the last thing that the application has said is that its response is complete. An authorizer decides, and its
    /// END_REQUEST may still refuse: its word is waited for.
    func hasSaidAll(_ exchange: Exchange) -> Bool {
        decoder.sawStdoutEnd && exchange.response.hasHead && !isRedirecting
            && exchange.authorization != .asked
    }

    /// The client has, or gets, all of its response: it does not wait for what the application does after it.
    func letGo(of exchange: Exchange) {
        beginAfterWork(exchange)
        if !givesWay { receive() }
        backend.answered(self, exchange)
    }

    func beginAfterWork(_ exchange: Exchange) {
        self.exchange = nil
        exchange.source = nil
        afterWork.begin(exchange)
        (isPaused, mayHaveEnded) = (false, false)
        let limit = backend.finishTimeout
        deadline = limit == 0 ? 0 : loop.now + limit
    }

    /// Reads what comes behind a response: only the end counts, and what is for the log.
    func readOn() {
        while true {
            if share.isSpent(in: loop.turns) { return giveWay() }
            do {
                switch try decoder.next(input.bytes.span) {
                case .more(let consumed):
                    input.consume(consumed)
                    return receive()
                case .stdout(_, let consumed):
                    share.takeRecord()
                    input.consume(consumed)
                    // It writes to somebody who is gone: the close tells it.
                    if afterWork.isAbandoned { return endAfterWork(nil) }
                    if afterWork.sawMore() { backend.sawMore(self) }
                case .stderr(let range, let consumed):
                    hearStandardError(range, consumed, request: afterWork.requestName)
                case .nothing(let consumed):
                    share.takeRecord()
                    input.consume(consumed)
                case .end(let status, _, let consumed):
                    input.consume(consumed)
                    guard status == .requestComplete else { return endAfterWork("it refused the request") }
                    return endAfterWork(nil, canKeep: input.isEmpty && !wasCutWhileSending)
                }
            } catch {
                return endAfterWork("it does not speak FastCGI: \(error)")
            }
        }
    }

    /// The process is free.
    ///
    /// - Parameter complaint: What is wrong with how it has ended the request.
    func endAfterWork(_ complaint: String?, canKeep: Bool = false) {
        let complaint = afterWork.isAbandoned ? nil : complaint
        afterWork.end()
        deadline = 0
        stopReceiving()
        served += 1
        endedAt = loop.now
        backend.workIsOver(self, complaint: complaint, canKeep: canKeep)
    }

    /// What the application says is wrong. A response that is complete stands, and in whatever pieces it has come.
    func fail(_ exchange: Exchange, _ reason: String, status: Int? = nil) {
        guard isSent, exchange.isAnswered || hasSaidAll(exchange) else {
            return end(.failed(reason), status: status)
        }
        beginAfterWork(exchange)
        endAfterWork(reason)
        backend.answered(self, exchange)
    }

    // MARK: The exchange goes elsewhere

    /// Gives up an exchange that nobody has read and that may be sent a second time.
    func takeUnread() -> Exchange? {
        guard let exchange, isUnread, backend.mayRepeat(exchange) else { return nil }
        exchange.isRetried = true
        self.exchange = nil
        exchange.source = nil
        deadline = 0
        return exchange
    }

    private var isUnread: Bool {
        guard let exchange, !sawAnswer, !isConnecting, !exchange.isRetried else { return false }
        return Descriptor.unreadByPeer(number) > 0
    }

    /// Whether nobody has read the request for so long: the process is busy with something else.
    func isUnread(since time: UInt64) -> Bool {
        // A new connection to a server elsewhere waits for whoever accepts it.
        begunAt <= time && (served > 0 || backend.pool.isSupervised) && isUnread
    }

    /// The same, and keeps the slot: the process will find the request, and be free when it has answered to nobody.
    func takeUnreadFromBusy() -> Exchange? {
        guard let exchange, isUnread, backend.mayRepeat(exchange) else { return nil }
        exchange.isRetried = true
        beginAfterWork(exchange)
        receive()
        return exchange
    }

    /// The application wants another path to be answered. Where it has not got all of the request, it is told by the close that
    /// nobody reads on. Else it may come to its end.
    func redirect() {
        guard let exchange else { return }
        guard isSent, !wasCutWhileSending, !isRedirecting, !isClosed else {
            self.exchange = nil
            deadline = 0
            served += 1
            return backend.redirected(self, exchange, isOver: true)
        }
        beginAfterWork(exchange)
        backend.redirected(self, exchange, isOver: false)
    }

    /// Goes on with what has come behind a redirect.
    func readBehindRedirect() { if afterWork.isOn { readOn() } }
}
