import Syscalls
import Testing

/// Two ends of one connection.
struct Connection: ~Copyable {
    let client: OwnedDescriptor
    let server: OwnedDescriptor
    let peer: SocketAddress

    /// Connects to a listener and accepts.
    static func made(to address: SocketAddress, listener: CInt) throws -> Connection {
        let client = try Socket.connect(address).intoSocket()
        let epoll = try Epoll()
        try epoll.add(listener, .readable, token: 0)
        try #require(try epoll.waitForEvent() == 1)
        var peer = Socket.anyAddress
        let server = OwnedDescriptor(adopting: Socket.accept(listener, peer: &peer))
        return Connection(client: client, server: server, peer: peer)
    }

    /// A connection over TCP on this machine.
    static func overTCP() throws -> Connection {
        let any = try #require(try SocketAddress.resolve(host: "127.0.0.1", port: 0).first)
        let listener = try Socket.listen(any, backlog: 8, isNonBlocking: true)
        return try made(to: Socket.localAddress(listener.number), listener: listener.number)
    }

    /// Closes the server's end.
    consuming func intoClient() -> OwnedDescriptor { client }

    /// What `number` receives within a deadline.
    static func receive(_ number: CInt) throws -> ReceiveOutcome {
        let epoll = try Epoll()
        try epoll.add(number, [.readable, .peerEnded], token: 0)
        try #require(try epoll.waitForEvent() == 1)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 100) {
            Descriptor.receive(number, into: $0)
        }
    }

    static func send(_ number: CInt, _ text: StaticString) -> SendOutcome {
        Descriptor.send(number, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

@Suite("Sockets")
struct SocketTests {
    private func loopback() throws -> SocketAddress {
        try #require(try SocketAddress.resolve(host: "127.0.0.1", port: 0).first)
    }

    @Test("Bytes go both ways over TCP, and the peer's address is known")
    func tcp() throws {
        let listener = try Socket.listen(loopback(), backlog: 8, isNonBlocking: true)
        let address = try Socket.localAddress(listener.number)
        #expect(address.port != 0)
        #expect(Socket.isListening(listener.number))
        let connection = try Connection.made(to: address, listener: listener.number)
        let (client, server) = (connection.client.number, connection.server.number)
        #expect(!Socket.isListening(server))
        #expect(connection.peer.host == "127.0.0.1")
        #expect(try connection.peer.port == Socket.localAddress(client).port)
        #expect(Socket.connectionError(client) == nil)
        #expect(Connection.send(client, "hello") == .bytes(5))
        #expect(try Connection.receive(server) == .bytes(5))
        #expect(Connection.send(server, "hi") == .bytes(2))
        #expect(try Connection.receive(client) == .bytes(2))
    }

    @Test("Nothing to accept and nothing to receive are no failures")
    func wouldBlock() throws {
        let listener = try Socket.listen(loopback(), backlog: 8, isNonBlocking: true)
        var peer = Socket.anyAddress
        #expect(Socket.accept(listener.number, peer: &peer) == -11)
        let connection = try Connection.overTCP()
        let outcome = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { memory in
            Descriptor.receive(connection.client.number, into: memory)
        }
        #expect(outcome == .wouldBlock)
        let input = Descriptor.hasUnexpectedInput(connection.client.number)
        #expect(!input)
    }

    @Test("A peer that shut its sending side down can still be answered")
    func halfClose() throws {
        let connection = try Connection.overTCP()
        let (client, server) = (connection.client.number, connection.server.number)
        Descriptor.shutdownSending(client)
        #expect(try Connection.receive(server) == .end)
        #expect(Connection.send(server, "late") == .bytes(4))
        #expect(try Connection.receive(client) == .bytes(4))
        #expect(Descriptor.hasUnexpectedInput(server))
    }

    @Test("A connection that is reset cannot be taken for one that ended")
    func reset() throws {
        let connection = try Connection.overTCP()
        Descriptor.resetOnClose(connection.server.number)
        let client = connection.intoClient()
        #expect(try Connection.receive(client.number) == .failed(104))
    }

    @Test("A peer that closed is an end for who receives and a failure for who sends, not a signal")
    func closed() throws {
        let client = try Connection.overTCP().intoClient()
        #expect(try Connection.receive(client.number) == .end)
        #expect(Connection.send(client.number, "a") == .bytes(1))
        // The answer to that byte is a reset.
        let epoll = try Epoll()
        try epoll.add(client.number, [], token: 0)
        #expect(try epoll.waitForEvent() == 1)
        let outcome = Connection.send(client.number, "b")
        #expect(outcome == .failed(32) || outcome == .failed(104))
    }

    @Test("Input that nobody waits for is noticed without being taken")
    func unexpectedInput() throws {
        let connection = try Connection.overTCP()
        let (client, server) = (connection.client.number, connection.server.number)
        #expect(Connection.send(client, "x") == .bytes(1))
        #expect(try Connection.receive(server) == .bytes(1))
        #expect(!Descriptor.hasUnexpectedInput(server))
        #expect(!Descriptor.hasEnded(server))
        #expect(Connection.send(client, "y") == .bytes(1))
        let epoll = try Epoll()
        try epoll.add(server, .readable, token: 0)
        #expect(try epoll.waitForEvent() == 1)
        #expect(Descriptor.hasUnexpectedInput(server))
        #expect(!Descriptor.hasEnded(server))
        #expect(try Connection.receive(server) == .bytes(1))
    }

    @Test("A connection has ended when its peer has closed it and everything before is read")
    func ended() throws {
        let connection = try Connection.overTCP()
        let (client, server) = (connection.client.number, connection.server.number)
        #expect(Connection.send(client, "x") == .bytes(1))
        Descriptor.shutdownSending(client)
        Descriptor.waitForInput(server)
        #expect(!Descriptor.hasEnded(server))
        #expect(try Connection.receive(server) == .bytes(1))
        Descriptor.waitForInput(server)
        #expect(Descriptor.hasEnded(server))
    }

    @Test("Two listeners cannot have one address, and nobody listens at a port that was closed")
    func addresses() throws {
        var address = try loopback()
        do {
            let listener = try Socket.listen(address, backlog: 8, isNonBlocking: true)
            address = try Socket.localAddress(listener.number)
            let error = #expect(throws: SyscallError.self) {
                _ = try Socket.listen(address, backlog: 8, isNonBlocking: true)
            }
            #expect(error?.isAddressInUse == true)
        }
        // A process that another test has forked may hold a copy of the listener for a while.
        let deadline = Clock.monotonicMilliseconds() + 30_000
        while try outcome(of: address) != 111, Clock.monotonicMilliseconds() < deadline {}
        #expect(try outcome(of: address) == 111)
    }

    /// The errno of a connection; 0 where it is made.
    private func outcome(of address: SocketAddress) throws -> CInt {
        // Loopback refuses at once, or as soon as the socket is looked at.
        do throws(SyscallError) {
            let socket = try Socket.connect(address).intoSocket()
            let epoll = try Epoll()
            try epoll.add(socket.number, .writable, token: 0)
            _ = try epoll.waitForEvent()
            return Socket.connectionError(socket.number)?.code ?? 0
        } catch {
            return error.code
        }
    }
}
