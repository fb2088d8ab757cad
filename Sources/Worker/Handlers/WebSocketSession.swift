// A WebSocket in a worker: between the connection, which brings octets and takes them, and the handler, which wants messages.
// What the protocol asks for is answered here at once, whether or not the handler is reading. On the loop's thread alone;
// what others call changes over to it.

import EventLoop
import GatewayInterface
import Logging
import Logs
import Scoreboard
import Synchronization
import WebSockets

/// One open WebSocket.
final class WebSocketSession: WebSocketPort, @unchecked Sendable {  // The loop alone uses its state.
    /// Octets of messages that wait for the handler before no more is read.
    private static let inboxLimit = 65_536
    /// Octets that wait for the client before no more is read from it: it could make us answer pings for ever.
    private static let outputLimit = 65_536
    /// Milliseconds in which the other side may answer a close frame.
    private static let closingTime: UInt64 = 5000
    /// Memory that a connection keeps between messages.
    private static let keptMemory = 4096

    private let call: HandlerCall
    private var state: WebSocketState
    private var inbox: [WebSocket.Message] = []
    private var inboxStart = 0
    private var inboxOctets = 0
    /// What has arrived and waits undecoded because the handler is behind, a few octets may be a large message, or because
    /// others have their turn.
    private var waiting: [UInt8] = []
    /// Whether the handler wants no more messages.
    private var isDone = false
    private let budget: MemoryBudget
    /// Octets of memory that are counted in the budget.
    private var counted = 0
    private var hasHeard = true
    private var hasPinged = false
    /// The other side's code; 0 while there is none.
    private let closedWith = Atomic<UInt16>(0)
    private let pingInterval: Int
    let subprotocol: String?

    init(
        _ call: HandlerCall, _ handshake: HandshakeAnswer, _ options: WebSocketOptions, stock: DeflateStock,
        budget: MemoryBudget
    ) {
        self.call = call
        self.budget = budget
        // More than a day is as good as never.
        pingInterval = min(max(0, options.pingInterval), 86_400)
        subprotocol = handshake.subprotocol
        state = WebSocketState(
            limit: max(0, options.messageLimit), agreement: handshake.deflate, stock: stock)
    }

    private var connection: Connection? { call.exchange?.connection }

    // MARK: From the connection

    /// Whether more is to be read from the client.
    var mayReceive: Bool {
        guard let connection else { return false }
        return hasRoom && waiting.isEmpty && connection.output.count < Self.outputLimit
    }

    private var hasRoom: Bool { inboxOctets < Self.inboxLimit }

    /// The connection is open.
    func begin() { setDeadline() }

    /// Takes what has arrived. What the handler has no room for waits.
    func received(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        hasHeard = true
        decode(bytes)
        call.bodyHasCome()
        conclude()
    }

    private func decode(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        var used = 0
        while used < bytes.count, hasRoom, !state.isOver, let connection, !connection.givesWayIfSpent() {
            var found: (event: WebSocketEvent?, consumed: Int)?
            let rest = UnsafeMutableBufferPointer(rebasing: bytes[used...])
            let frames = state.frames
            connection.write { found = state.receive(rest, into: &$0) }
            // Nothing was read, because an answer could not be kept: the connection ends.
            guard let found else { return }
            used += found.consumed
            let pieces = (state.frames - frames) * TurnShare.piece
            connection.share.take(bytes: found.consumed + pieces, in: connection.loop.turns)
            if let event = found.event { take(event, connection) }
        }
        if used < bytes.count, !state.isOver { waiting += bytes[used...] }
        countMemory()
        guard counted > 0, state.canSend, call.exchange?.context.hasMemory() == false else { return }
        call.backend.log.info("\(call.description): the WebSocket was closed: no memory for its messages")
        beginClosing(CloseFrame(.tryAgainLater))
    }

    /// The handler has caught up, or others have had their turn.
    func goOn() {
        guard let connection, connection.phase == .upgraded else { return }
        if !waiting.isEmpty {
            var rest = waiting
            waiting = []
            rest.withUnsafeMutableBufferPointer { received($0) }
        }
        connection.receiveFrames()
    }

    private func countMemory() {
        let now = state.partialMemory + inboxOctets + waiting.capacity
        budget.change(by: now - counted)
        counted = now
    }

    /// Nobody reads any more.
    func release() {
        (inbox, inboxStart, inboxOctets, waiting) = ([], 0, 0, [])
        budget.change(by: -counted)
        counted = 0
    }

    private func take(_ event: WebSocketEvent, _ connection: Connection) {
        // Each of them is memory, and most are a step of the handler or something to send.
        connection.share.takeRecord()
        switch event {
        case .message(.text(let text)): keep(.text(text), text.utf8.count, connection)
        case .message(.binary(let octets)): keep(.binary(octets), octets.count, connection)
        case .failed(let error):
            call.backend.log.info("\(call.description): the WebSocket was closed: \(error.description)")
        case .ping, .pong, .closed: break
        }
    }

    private func keep(_ message: WebSocket.Message, _ count: Int, _ connection: Connection) {
        // With compression undone: a thousand bytes may be a message of a million.
        connection.share.take(bytes: count, in: connection.loop.turns)
        guard !isDone else { return }
        inbox.append(message)
        // What a message of no octets takes counts as well.
        inboxOctets += count + 64
    }

    /// Sends what is to be sent, and ends the connection where all is said.
    private func conclude() {
        guard let connection else { return }
        guard state.isOver else { return flush(connection) }
        noteCode()
        guard let exchange = call.takeExchange() else { return }
        let isLeaving = exchange.context.isDraining
        exchange.source = nil
        connection.endUpgraded()
        // The worker waits for the handler, which may be waiting for something else than its socket.
        if isLeaving { call.task?.cancel() }
        call.wakeAll()
    }

    private func flush(_ connection: Connection) {
        connection.flush()
        guard !connection.isClosed, connection.output.isEmpty else { return }
        connection.output.reset(keeping: Self.keptMemory)
    }

    /// A client that is silent is asked whether it is there, and one that did not answer is given up.
    func timePassed() {
        guard let connection else { return }
        if state.closing.isWaiting || hasPinged && !hasHeard && mayReceive {
            call.exchange?.account.ending = .timeout
            call.exchange?.context.counters.add(.timedOut)
            return connection.close()
        }
        // While the handler is behind nothing is read, and what the client has said lies there; but to a client that is gone
        // nothing can be sent for long.
        hasPinged = !hasHeard
        if hasPinged { connection.write { _ = state.ping(into: &$0) } }
        hasHeard = false
        setDeadline()
        flush(connection)
    }

    /// Sets the connection's deadline anew, after something else has used it.
    func setDeadline() {
        guard let connection, !connection.isBlocked else { return }
        if state.closing.isWaiting {
            connection.deadline = connection.loop.now + Self.closingTime
        } else if pingInterval > 0 {
            connection.setDeadline(seconds: pingInterval)
        }
    }

    /// The connection is gone.
    func lost() {
        state.lost()
        noteCode()
        call.wakeAll()
    }

    /// The worker leaves.
    func goAway() { beginClosing(CloseFrame(.goingAway)) }

    private func beginClosing(_ frame: CloseFrame) {
        guard let connection else { return }
        var isNew = false
        connection.write { isNew = state.close(frame, into: &$0) }
        guard isNew else { return }
        setDeadline()
        conclude()
    }

    // MARK: For the handler

    var closeCode: UInt16? {
        let code = closedWith.load(ordering: .acquiring)
        return code == 0 ? nil : code
    }

    /// Anybody may ask, on any thread.
    private func noteCode() {
        guard let code = state.closing.status?.code, code != .abnormal else { return }
        closedWith.store(code.rawValue, ordering: .releasing)
    }

    func receive() async throws -> WebSocket.Message? {
        guard call.backend.executor.isHere else {
            return try await withTaskExecutorPreference(call) { try await self.receiveHere() }
        }
        return try await receiveHere()
    }

    private func receiveHere() async throws -> WebSocket.Message? {
        while true {
            if let message = takeFirst() { return message }
            guard !state.isOver else { return nil }
            try Task.checkCancellation()
            await call.wait(\.bodyWaiters)
        }
    }

    private func takeFirst() -> WebSocket.Message? {
        guard inboxStart < inbox.count else { return nil }
        let message = inbox[inboxStart]
        inboxStart += 1
        if inboxStart == inbox.count {
            inbox.removeAll(keepingCapacity: inbox.capacity <= 16)
            (inboxStart, inboxOctets) = (0, 0)
            countMemory()
            goOn()
        }
        return message
    }

    func send(_ message: WebSocket.Message) async throws {
        guard call.backend.executor.isHere else {
            return try await withTaskExecutorPreference(call) { try await self.sendHere(message) }
        }
        try await sendHere(message)
    }

    private func sendHere(_ message: WebSocket.Message) async throws {
        guard let exchange = call.exchange else { throw WebSocketClosed() }
        // Others may have sent meanwhile, each of them as much as fits.
        try await waitForRoom(exchange)
        guard call.exchange === exchange, let connection, state.canSend else { throw WebSocketClosed() }
        connection.write { output in
            switch message {
            case .text(var text): text.withUTF8 { _ = state.send(.text, $0, into: &output) }
            case .binary(let octets):
                octets.withUnsafeBufferPointer { _ = state.send(.binary, $0, into: &output) }
            }
        }
        exchange.response.bodyBytesSent += UInt64(message.count)
        flush(connection)
        await call.giveWay(afterSending: message.count)
        try await waitForRoom(exchange)
        guard call.exchange === exchange, exchange.connection != nil else { throw WebSocketClosed() }
    }

    private func waitForRoom(_ exchange: Exchange) async throws {
        while call.exchange === exchange, exchange.isBackedUp {
            try Task.checkCancellation()
            await call.wait(\.roomWaiters)
        }
    }

    func close(code: UInt16, reason: String) async {
        guard call.backend.executor.isHere else {
            return await withTaskExecutorPreference(call) { await self.closeHere(code, reason) }
        }
        await closeHere(code, reason)
    }

    private func closeHere(_ code: UInt16, _ reason: String) async {
        isDone = true
        (inbox, inboxStart, inboxOctets) = ([], 0, 0)
        countMemory()
        let code = CloseCode(rawValue: code)
        beginClosing(CloseFrame(code.isAllowedOnWire ? code : .normal, reason: reason))
        // The other side's answer may stand behind messages that nobody asks for any more.
        goOn()
        while call.exchange != nil, !state.isOver {
            // Nobody waits for the other side any more.
            if Task.isCancelled { return }
            await call.wait(\.bodyWaiters)
        }
    }
}

extension WebSocket.Message {
    /// Octets of it.
    fileprivate var count: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let octets): octets.count
        }
    }
}
