// A client that says exactly what a test wants it to say, when it wants it, and that judges strictly what it
// hears.

import Syscalls
import Testing

/// One connection to a gateway.
final class HTTPClient {
    private var socket: OwnedDescriptor?
    private let number: CInt
    private var reader = ResponseReader()
    private var waiting: [UInt8] = []
    private var waitingStart = 0
    /// Whether the peer has closed or reset the connection.
    private(set) var isEnded = false
    /// Called with parts of a body instead of keeping it: how much came before, and the part.
    var inspectBody: ((Int, UnsafeBufferPointer<UInt8>) -> Void)? {
        didSet { reader.keepsBody = inspectBody == nil }
    }

    convenience init(port: UInt16) throws {
        try self.init(SocketAddress.resolve(host: "127.0.0.1", port: port)[0])
    }

    convenience init(unix path: String) throws {
        try self.init(#require(SocketAddress(unixPath: path)))
    }

    /// - Throws: A ``Syscalls/SyscallError`` where nobody listens.
    private init(_ address: SocketAddress) throws {
        let attempt = try Socket.connect(address)
        let isConnected = attempt.isConnected
        let socket = attempt.intoSocket()
        number = socket.number
        self.socket = consume socket
        guard !isConnected else { return }
        try wait(for: .writable, Deadline(seconds: 60))
        if let error = Socket.connectionError(number) { throw error }
    }

    private func wait(for events: Epoll.Events, _ deadline: Deadline) throws {
        let epoll = try Epoll()
        try epoll.add(number, events, token: 0)
        _ = try epoll.wait(milliseconds: deadline.milliseconds)
    }

    // MARK: Sending

    /// Takes bytes to be sent as far as the socket has room; ``push()`` and everything that receives send the
    /// rest.
    func send(_ bytes: [UInt8]) {
        waiting.append(contentsOf: bytes)
        push()
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Whether everything was sent; what meets a closed connection counts as sent.
    var hasSentAll: Bool { waiting.count == waitingStart }

    /// Sends what waits, as far as the socket has room.
    func push() {
        while !hasSentAll {
            let outcome = waiting.withUnsafeBufferPointer { bytes in
                Descriptor.send(number, UnsafeBufferPointer(rebasing: bytes[waitingStart...]))
            }
            switch outcome {
            case .bytes(let count): waitingStart += count
            case .wouldBlock: return
            case .failed: waitingStart = waiting.count
            }
        }
        waiting.removeAll(keepingCapacity: true)
        waitingStart = 0
    }

    /// Waits until everything was sent, and takes what arrives meanwhile.
    func sendAll(within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = Deadline(seconds: seconds)
        while case _ = push(), !hasSentAll {
            try #require(!deadline.isOver, "the gateway does not read", sourceLocation: sourceLocation)
            takeArrived()
            try wait(for: isEnded ? .writable : [.writable, .readable], deadline)
        }
    }

    /// Sends each byte alone, after the gateway has read the one before. For unix sockets, which can tell
    /// that.
    func sendByteByByte(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws {
        for byte in bytes where !isEnded {
            send([byte])
            try waitUntilRead(sourceLocation: sourceLocation)
        }
    }

    /// Waits until the gateway has read everything that was sent, or is gone.
    func waitUntilRead(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = Deadline(seconds: 60)
        while !isEnded, Descriptor.unreadByPeer(number) > 0 {
            try #require(!deadline.isOver, "the gateway does not read", sourceLocation: sourceLocation)
            takeArrived()
        }
    }

    /// Says that nothing more follows.
    func shutdownSending() { Descriptor.shutdownSending(number) }

    /// Leaves.
    func close() { socket = nil }

    /// Leaves, in a hurry.
    func reset() {
        Descriptor.resetOnClose(number)
        close()
    }

    // MARK: Receiving

    /// The next answer, if it is complete.
    ///
    /// - Throws: An ``AnswerError`` for an answer that is cut or malformed.
    func poll(toHead: Bool = false) throws -> HTTPResponse? {
        push()
        takeArrived()
        if let response = try reader.next(toHead: toHead) { return response }
        return isEnded ? try reader.end() : nil
    }

    /// Waits for the head of an answer that goes on.
    func awaitHead(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("the head is here", sourceLocation: sourceLocation) {
            _ = try poll()
            return reader.hasHead
        }
    }

    /// What has come of the body of an answer that is not complete.
    var partialBody: String { reader.partialBody }

    /// Octets that have come of the body of an answer that is not complete.
    var partialBodyCount: Int { reader.partialBodyCount }

    /// Waits for the next answer.
    func receive(
        toHead: Bool = false, within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPResponse {
        let deadline = Deadline(seconds: seconds)
        while true {
            if let response = try poll(toHead: toHead) { return response }
            try #require(!deadline.isOver, "no answer within \(seconds) s", sourceLocation: sourceLocation)
            try wait(for: hasSentAll ? .readable : [.readable, .writable], deadline)
        }
    }

    /// Waits for the end of the connection, and expects nothing before it.
    func receiveEnd(within seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = Deadline(seconds: seconds)
        while !isEnded {
            try #require(!deadline.isOver, "not closed within \(seconds) s", sourceLocation: sourceLocation)
            try wait(for: .readable, deadline)
            takeArrived()
        }
        #expect(reader.unread == "", "more than one answer came", sourceLocation: sourceLocation)
    }

    /// Receives what has arrived.
    private func takeArrived() {
        guard !isEnded, socket != nil else { return }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { memory in
            // As much as one reader gets at a time: a fast peer must not keep the others from their turn.
            for _ in 0..<16 {
                switch Descriptor.receive(number, into: memory) {
                case .bytes(let count):
                    reader.append(UnsafeBufferPointer(rebasing: memory[..<count]), inspectBody)
                case .wouldBlock: return
                case .end, .failed:
                    isEnded = true
                    return
                }
            }
        }
    }
}
