// One connection to an application process, and with it a slot. It sends the records of one exchange at a time, and
// feeds what comes back to that exchange. What becomes of the slot afterwards is the backend's decision.

import EventLoop
import FastCGIBridge
import GatewayInterface
import Logs
import Octets
import Plans
import Routing
import Syscalls

/// A connection from a worker to an application.
final class ApplicationConnection: Stream, AnswerSource {
    /// How an exchange on the connection ended, for the backend.
    enum Outcome {
        /// Answered; `canKeep` says whether the connection is fit for another exchange.
        case done(canKeep: Bool)
        /// Broken before any byte of an answer, on a connection that had served before: the application may have
        /// closed it just as the request was sent.
        case stale
        /// The connection was not made: nothing was sent.
        case unreachable(String)
        /// Broken before any byte of an answer.
        case broken(String)
        /// Broken or nonsense later than that.
        case failed(String)
        /// The deadline passed; the words say what was waited for.
        case timedOut(String)
    }

    /// Octets of a body that are encoded at a time.
    private static let bodyBlock = 65_528
    /// Octets received at a time: a full record and the header of the next.
    private static let inputSize = 66_560

    /// It lives as long as the worker's loop, which is what makes the unchecked reference safe.
    unowned(unsafe) let backend: FastCGIBackend
    /// Position of the slot in the pool.
    let position: Int
    /// Age of the process behind it.
    let age: UInt32
    /// Exchanges that it has carried.
    var served = 0
    /// When its last exchange ended, in the loop's milliseconds.
    var endedAt: UInt64 = 0
    var exchange: Exchange?
    var decoder = ResponseDecoder()
    var input = ByteBuffer()
    var output = ByteBuffer(capacity: 4096)
    var bodyToSend: UInt64 = 0
    var sawAnswer = false
    /// Whether a part of the answer has come for the client since the deadline was set.
    var hasProgress = false
    var isPaused = false
    var share = TurnShare()
    var wasCutWhileSending = false
    var isConnecting = false
    /// Whether the exchange's client is gone, and the connection waits for the application to be done with it.
    var isOrphaned = false
    /// Whether the exchange goes elsewhere when the application has come to its end.
    var isRedirecting = false
    /// Whether the deadline is that of an empty STDOUT record after which nothing has come.
    var mayHaveEnded = false
    /// What the application still does for an exchange that is over.
    var afterWork = AfterWork()
    /// When the request was sent, in the loop's milliseconds.
    var begunAt: UInt64 = 0

    init(
        _ descriptor: consuming OwnedDescriptor, backend: FastCGIBackend, position: Int, age: UInt32
    ) {
        self.backend = backend
        self.position = position
        self.age = age
        super.init(descriptor, loop: backend.loop)
    }

    /// Begins to watch the socket; what is sent before it is connected waits.
    func begin(isConnected: Bool) throws(SyscallError) {
        isConnecting = !isConnected
        try open(isConnecting: isConnecting)
    }

    // MARK: Sending

    /// Sends a request. BEGIN_REQUEST, PARAMS, and the end of STDIN where there is no body leave in one write.
    func start(_ exchange: Exchange) {
        self.exchange = exchange
        exchange.source = self
        exchange.taken(by: backend.upstreams[position])
        sawAnswer = false
        hasProgress = false
        isPaused = false
        isOrphaned = false
        isRedirecting = false
        mayHaveEnded = false
        begunAt = backend.loop.now
        decoder = ResponseDecoder()
        output.clear()
        if isConnecting {
            // Nothing is made of the request before it can be sent: where that comes to nothing, another server gets it
            // as it was.
            deadline = loop.now + backend.connectTimeout
            return
        }
        encode(exchange)
    }

    private func encode(_ exchange: Exchange) {
        let isAuthorizer = exchange.authorization == .asked
        RequestEncoder.appendBegin(
            isAuthorizer ? .authorizer : .responder, keepsConnection: backend.keepsConnections,
            to: &output)
        if isAuthorizer || backend.hasParameters || !exchange.authorizedPairs.isEmpty {
            backend.pool.parameters.withUnsafeBufferPointer {
                exchange.appendSelectedParams($0, to: &output)
            }
        } else {
            exchange.local.constantPairs.withUnsafeBufferPointer {
                RequestEncoder.appendParams($0, to: &output)
            }
            RequestEncoder.appendParams(exchange.environ.bytes, to: &output)
        }
        RequestEncoder.appendParamsEnd(to: &output)
        bodyToSend = exchange.bodyToSend
        if bodyToSend == 0 {
            RequestEncoder.appendStdinEnd(to: &output)
        } else {
            exchange.wantBody()
            guard self.exchange === exchange else { return }
            appendBody()
            guard self.exchange === exchange else { return }
        }
        sendOutput()
        renewDeadline()
        if !isClosed { receive() }
    }

    /// Encodes the next part of the body.
    private func appendBody() {
        guard let exchange else { return }
        do {
            let front = try exchange.body.front()
            // The rest has not come yet.
            guard front.count > 0 else { return }
            let count = min(front.count, Self.bodyBlock)
            RequestEncoder.appendStdin(UnsafeBufferPointer(rebasing: front[..<count]), to: &output)
            exchange.body.consume(count)
            bodyToSend -= UInt64(count)
        } catch {
            return end(.failed("the request body was lost: \(error)"))
        }
        if bodyToSend == 0 { RequestEncoder.appendStdinEnd(to: &output) }
        exchange.bodyWasTaken()
    }

    /// A further part of a body that is sent as it comes is there.
    func bodyHasCome() {
        guard !isConnecting, !isBlocked, output.isEmpty, bodyToSend > 0 else { return }
        appendBody()
        sendOutput()
        renewDeadline()
    }

    func sendOutput() {
        while !output.isEmpty {
            switch send(output.bytes) {
            case .bytes(let count):
                output.consume(count)
                if isBlocked { return }
            case .wouldBlock: return
            case .failed:
                // The application may have answered and closed before it read everything: what it said is still
                // there to be received, and the end of it will tell.
                output.clear()
                bodyToSend = 0
                wasCutWhileSending = true
                exchange?.bodyIsNotRead()
                return
            }
            if output.isEmpty, bodyToSend > 0 { appendBody() }
        }
    }

    override func sendable() {
        if isConnecting {
            if let error = Socket.connectionError(number) { return end(.unreachable("\(error)")) }
            isConnecting = false
            if let exchange { return encode(exchange) }
        }
        sendOutput()
        renewDeadline()
    }

    // MARK: Receiving

    override func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> {
        input.spare(max(4096, Self.inputSize - input.count))
    }

    override func received(_ count: Int) {
        input.commit(count)
        share.take(bytes: count, in: loop.turns)
        guard let exchange else {
            if afterWork.isOn { return readOn() }
            // Nothing may come between exchanges.
            return backend.lostIdle(self)
        }
        sawAnswer = true
        decode(exchange)
    }

    override func turnCame() {
        if let exchange { decode(exchange) } else if afterWork.isOn, !afterWork.isUnheard { readOn() }
    }

    func clientHasRoom() {
        guard isPaused else { return }
        isPaused = false
        renewDeadline()
        receive()
    }

    override func receivedEnd(error: CInt?) {
        guard let exchange else {
            guard afterWork.isOn else { return backend.lostIdle(self) }
            // The end of STDOUT and then of the connection: complete, without an END_REQUEST.
            return endAfterWork(decoder.sawStdoutEnd ? nil : Self.closedEarly)
        }
        if isRedirecting { return redirect() }
        if !sawAnswer, served > 0 { return end(.stale) }
        // The end of STDOUT and then of the connection: complete, without an END_REQUEST.
        let isComplete = decoder.sawStdoutEnd && exchange.response.hasHead
        if isOrphaned || isComplete { return end(.done(canKeep: false)) }
        let reason = error.map { SyscallError(call: "recv", code: $0).description }
        if exchange.isAnswered {
            backend.complain(self, exchange.idText, Self.closedEarly)
            return end(.done(canKeep: false))
        }
        let place = exchange.response.hasHead ? "in the middle of its answer" : "before it answered"
        let text = "it closed the connection \(place)" + (reason.map { " (\($0))" } ?? "")
        end(sawAnswer ? .failed(text) : .broken(text))
    }

    override func hungUp() {
        if afterWork.isUnheard { return endAfterWork(nil) }
        guard !givesWay else { return }  // What was received already comes first.
        guard exchange == nil, !afterWork.isOn else { return receive() }
        backend.lostIdle(self)
    }

    // MARK: The end of an exchange

    /// The time runs from the start for the head as a whole, from its last part for the request's body, which an
    /// application takes as it can, and from its last part for the answer's. After sending: what is waited for depends on
    /// whether the socket is full.
    func renewDeadline() {
        // While the client is behind, the application is not late.
        guard let exchange, !isPaused else { return }
        // A client that owes a part of the body has its own deadline.
        if waitsForBody, exchange.bodyState.isOwed { return deadline = 0 }
        deadline = loop.now + (takesTooLittle ? backend.sendTimeout : exchange.route.limits.timeout)
    }

    /// Whether everything has been sent that the client has sent, and not all of the body.
    private var waitsForBody: Bool { bodyToSend > 0 && output.isEmpty }

    /// Whether an application that runs elsewhere does not take what is sent to it. Of our own processes, which may have begun to
    /// work already, the answer is awaited.
    private var takesTooLittle: Bool { isBlocked && !backend.pool.isSupervised }

    override func deadlinePassed() {
        guard let exchange else {
            if afterWork.isOn { backend.worksTooLong(self) }
            return
        }
        if mayHaveEnded, isSent, hasSaidAll(exchange) { return letGo(of: exchange) }
        if isConnecting {
            let limit = backend.connectTimeout / 1000
            return end(.unreachable("no connection within \(limit) s (--connect-timeout)"))
        }
        if takesTooLittle {
            return end(.timedOut("it takes nothing for \(backend.sendTimeout / 1000) s (--request-timeout)"))
        }
        end(.timedOut("no answer within \(exchange.route.limits.timeout / 1000) s"))
    }

    /// It still gets its answer.
    func clientHasEnded() {}

    /// The client is gone. Until the application shows a sign of life the slot stays busy: a new request would only
    /// wait behind the old one. An answer that has begun is not read on, and the application is told.
    func clientLeft() {
        isOrphaned = true
        // Before a connection is made, the application knows nothing of it, and never will.
        if isConnecting {
            end(.done(canKeep: false))
        } else if let exchange,
            exchange.response.hasHead || exchange.bodyState.isOwed || backend.pool.endsByClosing
        {
            // It would wait for the rest of a body for ever, and must not take what it has for all of it.
            abandon(exchange)
        } else if isPaused {
            clientHasRoom()
        }
    }

    /// Takes the exchange off the connection and lets the backend decide about both.
    func end(_ outcome: Outcome, status: Int? = nil) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.source = nil
        deadline = 0
        stopReceiving()
        served += 1
        endedAt = loop.now
        backend.ended(self, exchange, outcome, status: status)
    }

    /// Waits, without an exchange, for the next one: nothing may arrive but the end.
    func park() {
        deadline = 0
        receive()
    }
}
