import Syscalls
import Testing

@Suite("Descriptors that others share", .serialized)
struct SharedDescriptorTests {
    @Test("A socket that was shut down is made anew under the same numbers")
    func renewal() throws {
        let socket = try NamelessSocket(backlog: 4, folder: "/tmp")
        let (descriptor, place) = (socket.descriptor, socket.place)
        #expect(!socket.isShutDown)
        #expect(try Socket.connect(socket.address).isConnected)
        _ = try Shell.run(
            "python3 -c 'import socket; socket.socket(fileno=3).shutdown(socket.SHUT_RDWR)'",
            descriptors: [descriptor])
        #expect(socket.isShutDown)
        #expect(throws: SyscallError.self) { _ = try Socket.connect(socket.address) }
        socket.prepare()
        #expect(socket.isShutDown)
        try socket.renew()
        #expect(!socket.isShutDown && socket.descriptor == descriptor && socket.place == place)
        #expect(try Socket.connect(socket.address).isConnected)
    }

    @Test("What a process has made of a socket is taken back")
    func preparation() throws {
        let socket = try NamelessSocket(backlog: 4, folder: "/tmp")
        try Socket.setNonBlocking(socket.descriptor)
        #expect(!Socket.restoreNonBlocking(socket.descriptor))
        socket.prepare()
        #expect(Socket.restoreNonBlocking(socket.descriptor))
    }

    @Test("A counter that is full, and was made to wait, holds nobody")
    func counter() throws {
        let bell = try EventDescriptor().intoNumber()
        _ = try Shell.run(
            """
            python3 -c 'import fcntl, os, struct
            os.write(3, struct.pack("Q", 2**64 - 2))
            fcntl.fcntl(3, fcntl.F_SETFL, 0)'
            """, descriptors: [bell])
        let epoll = try Epoll()
        try epoll.add(bell, [.readable, .edgeTriggered], token: 0)
        #expect(try epoll.wait(milliseconds: 0) == 1)
        for _ in 0..<3 {
            EventDescriptor.raise(shared: bell)
            #expect(try epoll.wait(milliseconds: 0) == 1)
        }
        for _ in 0..<3 { EventDescriptor.clear(shared: bell) }
        #expect(try epoll.wait(milliseconds: 0) == 0)
        EventDescriptor.raise(shared: bell)
        #expect(try epoll.wait(milliseconds: 0) == 1)
    }
}
