import Syscalls
import Testing

@Suite("Descriptors")
struct DescriptorTests {
    private func read(_ number: CInt) -> ReceiveOutcome {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 100) { Descriptor.read(number, into: $0) }
    }

    private func write(_ number: CInt, _ text: String) -> Bool {
        Array(text.utf8).withUnsafeBufferPointer { Descriptor.writeAll(number, $0) }
    }

    /// The reading end of a pipe that nobody can write to any more.
    private func endedPipe() throws -> OwnedDescriptor { try Pipe(readsWithoutBlocking: true).intoReadEnd() }

    @Test("A descriptor is closed when its owner lets it go")
    func closed() throws {
        let end = try endedPipe()
        #expect(try Shell.receive(end.number) == nil)
        #expect(read(end.number) == .end)
    }

    @Test("A descriptor that was given up stays open")
    func relinquished() throws {
        let pipe = try Pipe(readsWithoutBlocking: true)
        let reader = pipe.readEnd.number
        #expect(read(reader) == .wouldBlock)
        #expect(write(pipe.writeEnd.number, "ab"))
        #expect(read(reader) == .bytes(2))
        #expect(read(reader) == .wouldBlock)
        let bell = try EventDescriptor().intoNumber()
        EventDescriptor.raise(bell)
        #expect(read(bell) == .bytes(8))
        #expect(read(bell) == .wouldBlock)
        Descriptor.closeInherited(bell)
    }

    @Test("A pipe that waits for its bytes waits for them")
    func blockingPipe() throws {
        let pipe = try Pipe(readsWithoutBlocking: false)
        let writer = pipe.writeEnd.number
        let pid = try ChildProcess.spawn(
            Program(path: "/bin/sh", arguments: ["sh", "-c", "echo late"], environment: []),
            descriptors: [0, writer, writer])
        #expect(read(pipe.readEnd.number) == .bytes(5))
        ChildProcess.wait(pid)
    }

    @Test("Writing to a pipe that nobody reads fails and does not kill")
    func brokenPipe() throws {
        SystemProcess.ignoreBrokenPipes()
        let end = try Pipe(readsWithoutBlocking: true).intoWriteEnd()
        let isWritten = write(end.number, "a")
        #expect(!isWritten)
    }

    @Test("A part of a file is sent by the kernel, and a file that became shorter is a failure")
    func sendFile() throws {
        let connection = try Connection.overTCP()
        let file = try Files.inMemory(name: "file", Array("0123456789".utf8))
        let (client, server) = (connection.client.number, connection.server.number)
        #expect(Descriptor.sendFile(server, file: file.number, offset: 3, count: 4) == .bytes(4))
        #expect(try Shell.receive(client) == "3456")
        #expect(Descriptor.sendFile(server, file: file.number, offset: 8, count: 100) == .bytes(2))
        #expect(Descriptor.sendFile(server, file: file.number, offset: 10, count: 1) == .failed(5))
        #expect(Descriptor.sendFile(-1, file: file.number, offset: 0, count: 1) == .failed(9))
    }

    @Test("Readiness comes with the token, changes with the interest, and ends with the watch")
    func epoll() throws {
        let pipe = try Pipe(readsWithoutBlocking: true)
        let reader = pipe.readEnd.number
        let epoll = try Epoll()
        try epoll.add(reader, .readable, token: 0xFEDC_BA98_7654_3210)
        #expect(try epoll.wait(milliseconds: 0) == 0)
        #expect(write(pipe.writeEnd.number, "a"))
        #expect(try epoll.waitForEvent() == 1)
        #expect(epoll.event(0).token == 0xFEDC_BA98_7654_3210)
        #expect(epoll.event(0).events == .readable)
        try epoll.modify(reader, [], token: 1)
        #expect(try epoll.wait(milliseconds: 0) == 0)
        try epoll.modify(reader, .readable, token: 2)
        #expect(try epoll.wait(milliseconds: 0) == 1)
        #expect(epoll.event(0).token == 2)
        try epoll.remove(reader)
        #expect(try epoll.wait(milliseconds: 0) == 0)
        #expect(throws: SyscallError(call: "epoll_ctl", code: 2)) { try epoll.remove(reader) }
        try epoll.add(reader, [.readable, .edgeTriggered], token: 3)
        #expect(throws: SyscallError(call: "epoll_ctl", code: 17)) {
            try epoll.add(reader, .readable, token: 4)
        }
        #expect(try epoll.wait(milliseconds: 0) == 1)
        #expect(try epoll.wait(milliseconds: 0) == 0)
    }

    @Test("The monotonic clock never goes back, and the other one is past 2020")
    func clocks() {
        var last = Clock.monotonicMilliseconds()
        for _ in 0..<1000 {
            let now = Clock.monotonicMilliseconds()
            #expect(now >= last)
            last = now
        }
        #expect(Clock.secondsSince1970() > 1_577_836_800)
    }

    @Test("What a process knows of itself")
    func process() throws {
        #expect(Files.text("/proc/self/stat")?.hasPrefix("\(SystemProcess.id) ") == true)
        #expect(SystemProcess.exists(SystemProcess.id) && SystemProcess.exists(SystemProcess.parentID))
        #expect(SystemProcess.processorCount >= 1)
        let path = try #require(SystemProcess.environmentValue("PATH"))
        #expect(SystemProcess.environment.contains("PATH=\(path)"))
        #expect(SystemProcess.environmentValue("GATEWAY_TEST_THAT_IS_NOT_SET") == nil)
        #expect(Files.absolutePath(".") == SystemProcess.currentDirectory)
        let limit = SystemProcess.raiseDescriptorLimit()
        #expect(limit > 0 && SystemProcess.raiseDescriptorLimit() == limit)
    }
}
