import Syscalls
import Testing

@Suite("Listening sockets")
struct ListeningTests {
    private func loopback() throws -> SocketAddress {
        try #require(try SocketAddress.resolve(host: "127.0.0.1", port: 0).first)
    }

    @Test("An abstract name is listened on and connected to, and goes with its socket")
    func abstract() throws {
        let address = try #require(SocketAddress(abstractName: "gateway-test-\(SystemProcess.id)"))
        do {
            let listener = try Socket.listen(address, backlog: 8, isNonBlocking: true, mode: 0o600)
            #expect("\(try Socket.localAddress(listener.number))" == "\(address)")
            let connection = try Connection.made(to: address, listener: listener.number)
            #expect(Connection.send(connection.client.number, "hello") == .bytes(5))
            #expect(try Connection.receive(connection.server.number) == .bytes(5))
        }
        // A process that another test forks at this moment holds a copy until it runs its program.
        let deadline = Clock.monotonicMilliseconds() + 10_000
        while Socket.isInUse(address), Clock.monotonicMilliseconds() < deadline {}
        #expect(!Socket.isInUse(address))
    }

    @Test(
        "A socket's file has exactly the mode asked for", arguments: [0o600, 0o660, 0o666, 0o777] as [UInt32])
    func mode(_ mode: UInt32) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/socket"
            let address = try #require(SocketAddress(unixPath: path))
            let listener = try Socket.listen(address, backlog: 8, isNonBlocking: true, mode: mode)
            #expect(Files.status(path)?.permissions == mode)
            #expect(Socket.isInUse(address))
            _ = listener.number
        }
    }

    @Test("At no moment does a socket's file have more than its mode")
    func neverMore() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/socket"
            let address = try #require(SocketAddress(unixPath: path))
            // A file takes its way from nothing to its mode many times, and is looked at all the while.
            let child = try ChildProcess.fork(diesWithParent: true)
            if child == 0 {
                SystemProcess.setUmask(0)
                for _ in 0..<2000 {
                    _ = try? Socket.listen(address, backlog: 8, isNonBlocking: true, mode: 0o640)
                    Files.remove(path)
                }
                SystemProcess.exitImmediately(0)
            }
            var seen: Set<UInt32> = []
            while SystemProcess.isRunning(child) {
                for _ in 0..<500 { if let status = Files.status(path) { seen.insert(status.permissions) } }
            }
            ChildProcess.wait(child)
            #expect(seen.allSatisfy { $0 & ~0o640 == 0 }, "\(seen)")
        }
    }

    @Test("A socket's file has the owner asked for, and none is left where that is refused")
    func owner() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/socket"
            let address = try #require(SocketAddress(unixPath: path))
            guard SystemProcess.isRoot else {
                #expect(throws: SyscallError(call: "chown \(path)", code: 1)) {
                    _ = try Socket.listen(address, backlog: 8, isNonBlocking: true, owner: (0, 0))
                }
                #expect(!Files.isSocket(path))
                return
            }
            do {
                let owner: Socket.Owner = (60_001, 60_002)
                let listener = try Socket.listen(
                    address, backlog: 8, isNonBlocking: true, mode: 0o660, owner: owner)
                let status = try #require(Files.status(path))
                #expect(status.user == 60_001 && status.group == 60_002 && status.permissions == 0o660)
                Files.remove(path)
                _ = listener.number
            }
            let owner: Socket.Owner = (nil, 60_003)
            let listener = try Socket.listen(address, backlog: 8, isNonBlocking: true, owner: owner)
            let status = try #require(Files.status(path))
            #expect(status.user == SystemProcess.effectiveUser && status.group == 60_003)
            Files.remove(path)
            _ = listener.number
            let child = try HeldChild {
                try? SystemProcess.become(.stranger)
                let listener = try? Socket.listen(address, backlog: 8, isNonBlocking: true, owner: (0, 0))
                let isListening = listener != nil
                return isListening ? 1 : Files.isSocket(path) ? 2 : 0
            }
            #expect(child.answer == 0)
        }
    }

    @Test("A file that is there already stays, and keeps its mode")
    func taken() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            try Files.create(path, text: "kept", mode: 0o644)
            let address = try #require(SocketAddress(unixPath: path))
            let error = #expect(throws: SyscallError.self) {
                _ = try Socket.listen(address, backlog: 8, isNonBlocking: true, mode: 0o600)
            }
            #expect(error?.isAddressInUse == true)
            #expect(Files.text(path) == "kept" && Files.status(path)?.permissions == 0o644)
        }
    }

    @Test("Several sockets share a port where each of them says so")
    func sharedPort() throws {
        let first = try Socket.listen(loopback(), backlog: 8, isNonBlocking: true, reusesPort: true)
        let address = try Socket.localAddress(first.number)
        let second = try Socket.listen(address, backlog: 8, isNonBlocking: true, reusesPort: true)
        #expect(try Socket.localAddress(second.number).port == address.port)
        let error = #expect(throws: SyscallError.self) {
            _ = try Socket.listen(address, backlog: 8, isNonBlocking: true)
        }
        #expect(error?.isAddressInUse == true)
        _ = first.number
    }

    @Test("An inherited socket is made to return instead of waiting, and to listen anew")
    func inherited() throws {
        let listener = try Socket.listen(loopback(), backlog: 8, isNonBlocking: false)
        try Socket.setNonBlocking(listener.number)
        try Socket.relisten(listener.number, backlog: 1)
        var peer = Socket.anyAddress
        #expect(Socket.accept(listener.number, peer: &peer) == -11)
        #expect(throws: SyscallError(call: "listen", code: 9)) { try Socket.relisten(-1, backlog: 8) }
        #expect(throws: SyscallError(call: "fcntl", code: 9)) { try Socket.setNonBlocking(-1) }
    }

    @Test("A descriptor is open or not, and is closed at exec or not")
    func descriptors() throws {
        let file = try Files.inMemory(name: "file", [])
        let information = "/proc/self/fdinfo/\(file.number)"
        func closesOnExec() -> Bool? {
            let line = Files.text(information)?.split(separator: "\n").first { $0.hasPrefix("flags:") }
            return line.flatMap { UInt32($0.dropFirst(6).filter(\.isNumber), radix: 8) }.map {
                $0 & 0o2000000 != 0
            }
        }
        #expect(Descriptor.isOpen(file.number) && !Descriptor.isOpen(-1) && !Descriptor.isOpen(1_000_000))
        #expect(closesOnExec() == true)
        try Descriptor.setCloseOnExec(file.number, false)
        #expect(closesOnExec() == false)
        try Descriptor.setCloseOnExec(file.number, true)
        #expect(closesOnExec() == true)
        #expect(throws: SyscallError(call: "fcntl", code: 9)) { try Descriptor.setCloseOnExec(-1, true) }
    }

    @Test("Another user's worker reaches a nameless socket")
    func otherUser() throws {
        try withTemporaryFolder { folder in
            let socket = try NamelessSocket(backlog: 8, folder: folder)
            let address = socket.address
            let child = try HeldChild {
                if SystemProcess.isRoot { try? SystemProcess.become(.stranger) }
                do throws(SyscallError) {
                    let connecting = try Socket.connect(address)
                    let isConnected = connecting.isConnected
                    return isConnected ? 0 : -1
                } catch {
                    return Int(error.code)
                }
            }
            #expect(child.answer == 0)
        }
    }
}
