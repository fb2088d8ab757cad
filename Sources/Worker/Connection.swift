// A client's connection, and what happens to a request on it, in order:
//
//   (preface ─►) received ─► head ─► environ ─► body (spooled) ─► dispatch ─► response ─► the next request, or the end
//
// The connection frames requests and sends what is spooled for the client; what is answered is the exchange's and
// the backend's affair. Runs in a worker, on its loop.

import EventLoop
import HTTP
import Logging
import Logs
import Octets
import Routing
import Scoreboard
import Settings
import Syscalls

/// One accepted client.
final class Connection: Stream {
    enum Phase {
        /// Before a PROXY header, where there has to be one.
        case preface
        /// Between requests, or in a request head.
        case head
        /// In a request body.
        case body
        /// The exchange is with a backend.
        case responding
        /// It is a WebSocket.
        case upgraded
        /// The last answer was sent; what the client still sends is read and thrown away, or the reset that closing
        /// causes would eat the answer before the client reads it.
        case lingering
    }

    /// Octets of a head that are kept also where memory is short.
    private static let sparedHead = 4096

    let context: WorkerContext
    private let ends: LocalEnds
    /// The end that requests come to, unless their fields say more.
    private var local: LocalEnd
    /// The client: whoever connected, then whom a PROXY header has named.
    private(set) var peer: PeerAddress
    /// Whether the client is a proxy whose word about other clients counts.
    private(set) var isTrusted = false
    var phase = Phase.head
    var input = ByteBuffer()
    var parser: RequestParser
    private(set) var head = RequestHead()
    var decoder = BodyDecoder(.none)
    /// What its client may cost the others in this turn.
    var share = TurnShare()
    var exchange: Exchange?
    /// What it has become.
    var session: WebSocketSession?
    /// The exchange whose answer is complete, and waits for the client to take it.
    var undelivered: Exchange?
    /// Whether it goes to make room for another one.
    var isEvicted = false
    var isProcessing = false
    /// Whether the header deadline runs: from accept for the first request, from its first byte for others.
    private var isInHead = true
    var served = 0
    var lingered = 0
    var mustLinger = false
    /// Whether it ends by a reset, because an end would pass for that of an answer.
    var endsByReset = false
    /// Whether a part of an answer could not be kept.
    var isLost = false
    /// Whether the memory of an idle connection has been given up.
    var isTrimmed = false
    /// Where it waits for its client among others.
    var idlePlace = IdleConnections.Place()
    /// Its place in the count of its client's address, or -1.
    var addressPlace: Int
    /// Octets of ``input`` that are counted in the budget.
    private var countedInput = 0
    /// Octets received since ``bodyPace`` was last told.
    var arrived = 0
    var bodyPace = Pace()
    /// Whether the client waits because the application is behind with its body.
    var isBodyHeld = false
    /// Octets given to the socket, and those of them that the client had taken when ``sendPace`` was last told.
    var sent = 0
    var taken = 0
    var sendPace = Pace()
    /// Whether an answer waits for the client.
    var isWaitingForRoom = false
    /// What waits to be sent to the client.
    let output: Spool
    var file: OutgoingFile?

    init(
        _ descriptor: consuming OwnedDescriptor, context: WorkerContext, ends: LocalEnds, peer: PeerAddress,
        addressPlace: Int = -1
    ) {
        self.addressPlace = addressPlace
        self.context = context
        self.ends = ends
        self.peer = peer
        local = ends.plain
        parser = RequestParser(limits: context.settings.requestLimits, rules: context.settings.requestRules)
        output = context.makeSpool()
        super.init(descriptor, loop: context.loop)
        if context.expectsPreface {
            phase = .preface
        } else {
            identify(peer, isTrusted: context.trusted.trusts(peer: peer.address))
        }
    }

    /// Says who the client is: at once, or after a PROXY header. Nothing else does, and from here on
    /// ``peer`` is the one to count, to limit and to log.
    func identify(_ client: PeerAddress, isTrusted: Bool) {
        peer = client
        self.isTrusted = isTrusted
        if client.isSecure || client.namesServer { local = end(nil) }
        guard isTrusted else { return }
        var rules = context.settings.requestRules
        rules.trustsPeer = true
        parser = RequestParser(limits: context.settings.requestLimits, rules: rules)
    }

    /// Whether nothing of a request has arrived since the last one was answered, or since accept.
    var isUnused: Bool {
        (phase == .head || phase == .preface) && parser.isAtStart && input.isEmpty && output.isEmpty
            && file == nil && !isBlocked
    }

    /// Where a request comes from, and the end that it came to.
    func origin(
        of head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(RequestError) -> RequestOrigin {
        guard isTrusted, head.speaksOfClient else {
            return RequestOrigin(
                local: local, peer: peer, client: nil, passed: context.passesForwarding ? nil : [])
        }
        let client = try ForwardedClient(
            head, bytes.span, believing: context.forwardingFields
        ) { context.trusted.trusts(hop: $0) }
        return RequestOrigin(
            local: end(client), peer: peer, client: client,
            passed: context.passesForwarding ? nil : context.forwardingFields)
    }

    private func end(_ client: ForwardedClient?) -> LocalEnd {
        ends.end(
            isSecure: client?.isSecure ?? peer.isSecure, saysPort: client?.port == nil && !peer.namesServer,
            saysAddress: !peer.namesServer)
    }

    func start() throws(SyscallError) {
        try open()
        context.opened()
        context.door.idle.enter(self, .silent, loop.now)
        setDeadline(seconds: context.settings.headerTimeout)
        receive()
    }

    override func didClose() {
        loseUndelivered()
        if let exchange {
            self.exchange = nil
            exchange.clientLeft()
        } else if phase == .head, !parser.isAtStart, !input.isEmpty {
            leftInHead()
        }
        context.door.idle.leave(self)
        context.door.leave(addressPlace)
        context.budget.change(by: -countedInput)
        context.closed()
    }

    // MARK: Receiving

    override func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> { context.scratch }

    override func received(_ count: Int) {
        context.counters.add(.octetsIn, count)
        arrived += count
        guard phase != .lingering else { return linger(count) }
        guard phase != .upgraded else { return receivedFrames(count) }
        isProcessing = true
        let bytes = UnsafeBufferPointer(rebasing: context.scratch[0..<count])
        if input.isEmpty {
            let consumed = process(bytes)
            if consumed < count { input.append(UnsafeBufferPointer(rebasing: bytes[consumed...])) }
        } else {
            // Of a head in drips only what has come is kept, and no room for what may come.
            input.append(bytes)
            input.consume(process(input.bytes))
            if input.isEmpty { input.clear(keeping: 0) }
        }
        isProcessing = false
        afterProcessing()
    }

    override func receivedEnd(error: CInt?) {
        // A client that sends no more may well be waiting for its answer.
        if phase == .responding, error == nil { return }
        // An incomplete body is never shown to an application as complete.
        close()
    }

    override func peerHasStopped() {
        switch phase {
        case .responding: exchange?.clientHasEnded()
        // What was received already comes first.
        case .body where givesWay, .upgraded where givesWay: break
        // The rest of a body waits in the kernel while the handler is behind.
        case .body where isStreamingBody: exchange?.clientHasEnded()
        // No end of a WebSocket is like that: its handler is behind, and what it would read is of no use to anybody.
        case .upgraded: close()
        default: break
        }
    }

    override func hungUp() {
        if phase == .responding || phase == .upgraded || isStreamingBody { close() }
    }

    /// Uses up as much of `bytes` as makes sense now.
    ///
    /// - Returns: How much; the rest is kept for later.
    func process(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var used = 0
        var inRow = 0
        while !isClosed {
            let rest = UnsafeBufferPointer(rebasing: bytes[used...])
            do {
                switch phase {
                case .preface:
                    guard let count = readPreface(rest) else { return isClosed ? bytes.count : used }
                    used += count
                case .head:
                    if file != nil || isBlocked || output.count >= WorkerContext.scratchSize {
                        flush()
                        if isBlocked || isClosed { return used }
                    }
                    guard inRow < context.settings.pipelineDepth || rest.isEmpty else {
                        giveWay()
                        return used
                    }
                    // The memory is the worker's or this connection's own, and only rules that are off change it.
                    guard try parser.parse(rewriting: UnsafeMutableBufferPointer(mutating: rest), into: &head)
                    else {
                        // More than one, and the kernel has more of them: the bound is of a turn, not of a receive.
                        if inRow > 1, mayHaveUnread { giveWay() }
                        return used
                    }
                    inRow += 1
                    used += head.byteCount
                    parser.reset()
                    try begin(rest)
                case .body:
                    guard !givesWayIfSpent() else { return used }
                    let (count, isAll) = try takeBody(rest)
                    used += count
                    if isAll { return used }
                case .responding: return used
                case .upgraded:
                    // The memory is the worker's or this connection's own, and the mask comes off in place.
                    session?.received(UnsafeMutableBufferPointer(mutating: rest))
                    return bytes.count
                case .lingering: return bytes.count
                }
            } catch {
                if isStreamingBody { abandonBody(error) } else { refuse(error, rest) }
            }
        }
        return bytes.count
    }

    func afterProcessing() {
        flush()
        if input.capacity != countedInput, !isClosed {
            context.budget.change(by: input.capacity - countedInput)
            countedInput = input.capacity
        }
        // A client that does not take its answers gets no further requests read, and one that has many waits its turn.
        guard !isClosed, !givesWay, !isBlocked || isStreamingBody else { return }
        switch phase {
        case .preface: receive()
        case .head:
            if !parser.isAtStart {
                if input.count > Self.sparedHead, !context.hasMemory() {
                    return refuse(.overloaded, input.bytes)
                }
                if !isInHead { setDeadline(seconds: context.settings.headerTimeout) }
                isInHead = true
                context.door.idle.enter(self, .partial, loop.now)
            } else if served > 0 {
                isTrimmed = false
                setDeadline(seconds: 1)
                context.door.idle.enter(self, .kept, loop.now)
            }
            receive()
        case .body: receiveBody()
        case .upgraded: receiveFrames()
        case .responding, .lingering: break
        }
    }

    func setDeadline(seconds: Int) { deadline = loop.now + UInt64(seconds) * 1000 }

    // MARK: A request

    private func begin(_ bytes: UnsafeBufferPointer<UInt8>) throws(RequestError) {
        deadline = 0
        context.door.idle.leave(self)
        isInHead = false
        let exchange = context.takeExchange(for: self)
        self.exchange = exchange
        let isEarly: Bool
        do { isEarly = try exchange.begin(head, bytes) } catch {
            context.complain(of: error, head, bytes, from: peer.host)
            throw error
        }
        output.memoryLimit = exchange.route.limits.bufferMemory
        guard head.body != .none, head.body != .length(0) else { return dispatch() }
        if case .length(let count) = head.body, count > exchange.route.limits.body { throw .bodyTooLarge }
        // What it would take is not there, and it is better said before the body comes than when it is here.
        guard context.hasMemory() else { throw .overloaded }
        arrived = 0
        bodyPace.begin(loop.now, grace: context.settings.bodyTimeout)
        decoder = BodyDecoder(head.body, limits: parser.limits)
        phase = .body
        if isEarly { return exchange.dispatch() }
        if head.expectsContinue || isWastedLength(head.body, exchange) {
            guard !exchange.isAnsweredUnasked() else { return }
        }
        if head.expectsContinue { write { $0.append(ResponseEncoder.continueResponse) } }
    }

    /// Whether a body is so long that the connection is worth less than reading it for nothing.
    private func isWastedLength(_ body: BodyFraming, _ exchange: Exchange) -> Bool {
        guard exchange.bodyState.isUnwanted, case .length(let count) = body else { return false }
        return count > 65_536
    }

    func bodyIsComplete() {
        guard isStreamingBody, let exchange else { return dispatch() }
        phase = .responding
        if !isBlocked { deadline = 0 }
        exchange.bodyIsComplete()
    }

    private func dispatch() {
        deadline = 0
        phase = .responding
        exchange!.dispatch()
    }

    /// The exchange answers, and nobody reads the body.
    func endsUnread() {
        phase = .responding
        mustLinger = true
    }

    /// On with what has come already.
    func goOn() {
        isProcessing = true
        if !input.isEmpty {
            input.consume(process(input.bytes))
            if input.isEmpty { input.clear(keeping: 0) }
        }
        isProcessing = false
        afterProcessing()
    }

    override func turnCame() {
        switch phase {
        case .head: if !isBlocked { goOn() }
        case .body: goOnWithBody()
        // It was the handler that let others have their turn.
        case .responding: exchange?.clientHasRoom()
        case .upgraded:
            exchange?.clientHasRoom()
            session?.goOn()
        case .preface, .lingering: break
        }
    }

    /// Whether its share of this turn is used up. Then others have theirs, and ``turnCame()`` follows.
    func givesWayIfSpent() -> Bool {
        guard share.isSpent(in: loop.turns) else { return false }
        giveWay()
        return true
    }

    /// Lets go of the exchange, which has come to its end.
    func detach() { exchange = nil }

    override func sendable() { roomAgain() }

    override func deadlinePassed() { timeIsUp() }
}
