// A stream completes, it does not merely notify: its owner asks to receive and is called when bytes have arrived in
// memory that it lends, or asks to send and is called when a full socket has room again. epoll serves this by trying
// first and arming only what would block; an interface that queues operations would serve it as well.

import Syscalls

/// A connected, non-blocking socket watched by a loop, edge-triggered.
open class Stream: Source {
    /// Receives in a row before others get their turn.
    private static let burst = 16

    private var descriptor: OwnedDescriptor?
    /// Unsafe, because a checked reference costs an atomic operation at each use; true, because a loop lives as long as
    /// its process.
    public unowned(unsafe) let loop: EventLoop
    private var wantsReceive = false
    private var mayHaveBytes = false
    private var peerEnded = false
    private var isReceiving = false
    private var isResuming = false
    private var wantsTurn = false
    /// Whether the socket is full and ``sendable()`` will be called.
    public final private(set) var isBlocked = false
    /// Whether the descriptor is gone from the loop.
    public final private(set) var isClosed = false

    /// Takes the socket over.
    public init(_ descriptor: consuming OwnedDescriptor, loop: EventLoop) {
        let number = descriptor.number
        self.descriptor = consume descriptor
        self.loop = loop
        super.init(number: number)
    }

    /// Whether the kernel may hold bytes that were not received.
    public final var mayHaveUnread: Bool { mayHaveBytes }
    /// Whether the peer has said that it sends no more.
    public final var peerHasEnded: Bool { peerEnded }

    // MARK: What a subclass does

    /// Memory for the next receive; at least one byte.
    open func memoryForReceiving() -> UnsafeMutableBufferPointer<UInt8> { fatalError("to be overridden") }
    /// A receive that was asked for is done; `count` bytes are in the memory lent.
    open func received(_ count: Int) {}
    /// A receive that was asked for found the end of what the peer sends, or an error.
    open func receivedEnd(error: CInt?) {}
    /// The socket that was full has room.
    open func sendable() {}
    /// Others have had their turn.
    open func turnCame() {}
    /// The peer has said that it sends no more while nothing was being received.
    open func peerHasStopped() {}
    /// The connection broke or was closed by the peer entirely while nothing was being received.
    open func hungUp() {}

    // MARK: What a subclass asks for

    /// Begins to watch the socket.
    ///
    /// - Parameter isConnecting: Whether the connection is still being made; ``sendable()`` tells when it is.
    public final func open(isConnecting: Bool = false) throws(SyscallError) {
        isBlocked = isConnecting
        try loop.add(self, isConnecting ? Self.blockedEvents : Self.events)
    }

    /// Asks for bytes; ``received(_:)`` or ``receivedEnd(error:)`` follows, perhaps before the loop waits again.
    public final func receive() {
        wantsReceive = true
        if mayHaveBytes, !isReceiving, !isResuming, !isClosed {
            isResuming = true
            loop.resume(self)
        }
    }

    /// Lets others have their turn; ``turnCame()`` follows in the next one of the loop.
    public final func giveWay() {
        wantsTurn = true
        guard !isResuming else { return }
        isResuming = true
        loop.resume(self)
    }

    /// Whether ``turnCame()`` is still to come.
    public final var givesWay: Bool { wantsTurn }

    /// Takes ``receive()`` back.
    public final func stopReceiving() { wantsReceive = false }

    /// Sends as much of `bytes` as the socket takes. When it is full, ``sendable()`` is called later.
    public final func send(_ bytes: UnsafeBufferPointer<UInt8>) -> SendOutcome {
        guard !isBlocked else { return .wouldBlock }
        let outcome = Descriptor.send(number, bytes)
        if case .bytes(let count) = outcome, count == bytes.count { return outcome }
        if case .failed = outcome { return outcome }
        // A short count means full as well: waiting now spares a call that would only say so.
        block()
        return outcome
    }

    /// Sends a part of a file; see ``send(_:)``.
    public final func sendFile(_ file: CInt, offset: Int, count: Int) -> SendOutcome {
        guard !isBlocked else { return .wouldBlock }
        let outcome = Descriptor.sendFile(number, file: file, offset: offset, count: count)
        if case .wouldBlock = outcome { block() }
        return outcome
    }

    /// Closes the socket.
    public final func close() {
        guard !isClosed else { return }
        isClosed = true
        wantsReceive = false
        deadline = 0
        loop.forget(self)
        descriptor = nil
        didClose()
    }

    /// Called once, when the stream has left the loop.
    open func didClose() {}

    // MARK: What the loop says

    private static let events: Epoll.Events = [.readable, .peerEnded, .edgeTriggered]
    private static let blockedEvents: Epoll.Events = [.readable, .peerEnded, .edgeTriggered, .writable]

    private func block() {
        isBlocked = true
        loop.modify(self, Self.blockedEvents)
    }

    public final override func ready(_ events: Epoll.Events) {
        if isBlocked, !events.isDisjoint(with: [.writable, .hungUp, .failed]) {
            isBlocked = false
            loop.modify(self, Self.events)
            sendable()
            if isClosed { return }
        }
        let isOver = !events.isDisjoint(with: [.hungUp, .failed])
        guard isOver || !events.isDisjoint(with: [.readable, .peerEnded]) else { return }
        mayHaveBytes = true
        if isOver || events.contains(.peerEnded) { peerEnded = true }
        if wantsReceive {
            performReceives()
        } else if isOver {
            hungUp()
        } else if peerEnded {
            peerHasStopped()
        }
    }

    final func resume() {
        isResuming = false
        if wantsTurn {
            wantsTurn = false
            if !isClosed { turnCame() }
        }
        if wantsReceive { performReceives() }
    }

    private func performReceives() {
        isReceiving = true
        var turns = 0
        while wantsReceive, mayHaveBytes, !isClosed, turns < Self.burst {
            turns += 1
            wantsReceive = false
            let memory = memoryForReceiving()
            switch Descriptor.receive(number, into: memory) {
            case .bytes(let count):
                // Fewer bytes than fit: the socket is empty, and the next edge will tell of more.
                if count < memory.count, !peerEnded { mayHaveBytes = false }
                received(count)
            case .end: receivedEnd(error: nil)
            case .wouldBlock:
                mayHaveBytes = false
                wantsReceive = true
            case .failed(let code): receivedEnd(error: code)
            }
        }
        isReceiving = false
        if wantsReceive, mayHaveBytes { receive() }
    }
}
