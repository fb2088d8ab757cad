import Syscalls
import Testing

@Suite("Unix sockets")
struct UnixSocketTests {
    @Test("A nameless socket is reached through its inode and leaves no file")
    func nameless() throws {
        try withTemporaryFolder { folder in
            let socket = try NamelessSocket(backlog: 8, folder: folder)
            #expect(try Shell.run("ls -A \"$0\"", [folder]).isEmpty)
            #expect(socket.address.isUnix)
            #expect(Socket.isListening(socket.descriptor))
            let connection = try Connection.made(to: socket.address, listener: socket.descriptor)
            #expect(Connection.send(connection.client.number, "hello") == .bytes(5))
            #expect(try Connection.receive(connection.server.number) == .bytes(5))
        }
    }

    @Test("Two nameless sockets are two")
    func several() throws {
        try withTemporaryFolder { folder in
            let (first, second) = (
                try NamelessSocket(backlog: 8, folder: folder), try NamelessSocket(backlog: 8, folder: folder)
            )
            let client = try Socket.connect(second.address).intoSocket()
            var peer = Socket.anyAddress
            let epoll = try Epoll()
            try epoll.add(first.descriptor, .readable, token: 1)
            try epoll.add(second.descriptor, .readable, token: 2)
            #expect(try epoll.waitForEvent() == 1)
            #expect(epoll.event(0).token == 2)
            let accepted = OwnedDescriptor(adopting: Socket.accept(second.descriptor, peer: &peer))
            #expect(accepted.number >= 0)
            withExtendedLifetime((client.number, first)) {}
        }
    }

    @Test("A nameless socket needs a folder that is there, however long its path is")
    func noFolder() throws {
        let error = #expect(throws: SyscallError.self) {
            _ = try NamelessSocket(backlog: 8, folder: "/nonexistent")
        }
        #expect(error?.isNotFound == true)
        try withTemporaryFolder { folder in
            let long = folder + "/" + String(repeating: "a", count: 100)
            let made = try Shell.run("mkdir \"$0\"", [long])
            #expect(made.isEmpty)
            _ = try NamelessSocket(backlog: 8, folder: long)
            #expect(try Shell.run("ls -A \"$0\"", [long]).isEmpty)
        }
    }

    @Test("A full backlog is to be tried again; it neither waits nor fails for good")
    func fullBacklog() throws {
        try withTemporaryFolder { folder in
            let socket = try NamelessSocket(backlog: 0, folder: folder)
            var last: SyscallError?
            func fill(_ count: Int) throws {
                guard count > 0 else { return }
                do {
                    let connecting = try Socket.connect(socket.address)
                    let isConnected = connecting.isConnected
                    #expect(isConnected)
                    try fill(count - 1)
                } catch {
                    let error = error as? SyscallError
                    last = error
                }
            }
            try fill(8)
            #expect(last?.isTryAgain == true)
        }
    }

    @Test("Whether a path has a listener, a socket left behind, or something else")
    func inUse() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/socket"
            let address = try #require(SocketAddress(unixPath: path))
            #expect(!Socket.isInUse(address) && !Files.isSocket(path))
            do {
                let listener = try Socket.listen(address, backlog: 8, isNonBlocking: true)
                #expect(Socket.isInUse(address) && Files.isSocket(path))
                #expect(try Socket.localAddress(listener.number).isUnix)
            }
            // A process that another test forks at this moment holds a copy until it runs its program.
            let deadline = Clock.monotonicMilliseconds() + 10_000
            while Socket.isInUse(address), Clock.monotonicMilliseconds() < deadline {}
            #expect(!Socket.isInUse(address) && Files.isSocket(path))
            #expect(try Shell.run("ln -s socket \"$0/link\"; echo > \"$0/file\"", [folder]).isEmpty)
            #expect(!Files.isSocket(folder + "/link") && !Files.isSocket(folder + "/file"))
        }
    }

    @Test("How many bytes the peer has left unread is known")
    func unread() throws {
        try withTemporaryFolder { folder in
            let socket = try NamelessSocket(backlog: 8, folder: folder)
            let connection = try Connection.made(to: socket.address, listener: socket.descriptor)
            let (client, server) = (connection.client.number, connection.server.number)
            #expect(Descriptor.unreadByPeer(client) == 0)
            #expect(Connection.send(client, "hello") == .bytes(5))
            #expect(Descriptor.unreadByPeer(client) > 0)
            #expect(try Connection.receive(server) == .bytes(5))
            #expect(Descriptor.unreadByPeer(client) == 0)
            #expect(Descriptor.unreadByPeer(-1) == 0)
        }
    }
}
