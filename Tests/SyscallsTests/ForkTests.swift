// Children that go on in this program. Until it exits a child does nothing but what the test is about: this
// process has many threads, and of them only the one that forked exists in the child.

import Syscalls
import Testing

@Suite("Forked processes", .serialized)
struct ForkTests {
    @Test("What a child writes into shared memory, its parent reads")
    func sharedMemory() throws {
        let memory = try SharedMemory(count: 100_000)
        let base = memory.base
        #expect(base.load(fromByteOffset: 99_992, as: UInt64.self) == 0)
        base.storeBytes(of: 1, toByteOffset: 99_992, as: UInt64.self)
        let pid = try HeldChild.forked {
            let seen = base.load(fromByteOffset: 99_992, as: UInt64.self)
            base.storeBytes(of: seen + 41, toByteOffset: 99_992, as: UInt64.self)
        }
        ChildProcess.wait(pid)
        #expect(base.load(fromByteOffset: 99_992, as: UInt64.self) == 42)
    }

    @Test("A child knows its parent, and a parent its child")
    func relations() throws {
        let memory = try SharedMemory(count: 16)
        let base = memory.base
        base.storeBytes(of: 0, as: CInt.self)
        let pid = try HeldChild.forked {
            base.storeBytes(of: SystemProcess.parentID, as: CInt.self)
            base.storeBytes(of: SystemProcess.id, toByteOffset: 4, as: CInt.self)
        }
        ChildProcess.wait(pid)
        #expect(base.load(as: CInt.self) == SystemProcess.id)
        #expect(base.load(fromByteOffset: 4, as: CInt.self) == pid)
    }

    @Test("A counter raised in a child wakes its parent, once however often it was raised")
    func eventDescriptor() throws {
        let bell = try EventDescriptor()
        let number = bell.descriptor.number
        let pid = try HeldChild.forked { for _ in 0..<3 { EventDescriptor.raise(number) } }
        ChildProcess.wait(pid)
        let epoll = try Epoll()
        try epoll.add(number, .readable, token: 7)
        #expect(try epoll.waitForEvent() == 1)
        EventDescriptor.clear(number)
        #expect(try epoll.wait(milliseconds: 0) == 0)
        EventDescriptor.clear(number)
        EventDescriptor.raise(number)
        #expect(try epoll.wait(milliseconds: 0) == 1)
    }

    @Test("Signals are read in the order of their numbers, each once, and then none")
    func signalDescriptor() throws {
        let memory = try SharedMemory(count: 64)
        let base = memory.base
        let signals: [Signal] = [.usr1, .usr2, .term, .hup]
        base.storeBytes(of: 0, as: CInt.self)
        // Only in a process of one thread can nobody else receive the signal.
        let pid = try HeldChild.forked {
            guard let descriptor = try? SignalDescriptor(signals) else { return }
            base.storeBytes(of: descriptor.next() == nil ? 1 : 0, as: CInt.self)
            for signal in [Signal.term, .hup, .term, .usr2] { ChildProcess.signal(SystemProcess.id, signal) }
            for index in 1...4 {
                base.storeBytes(of: descriptor.next()?.rawValue ?? -1, toByteOffset: index * 4, as: CInt.self)
            }
        }
        ChildProcess.wait(pid)
        let seen = (0...4).map { base.load(fromByteOffset: $0 * 4, as: CInt.self) }
        #expect(seen == [1, Signal.hup.rawValue, Signal.usr2.rawValue, Signal.term.rawValue, -1])
    }

    @Test("A process that ended is reaped with its status, and one that runs is not")
    func reap() throws {
        let memory = try SharedMemory(count: 64)
        let base = memory.base
        let hold = try Pipe(readsWithoutBlocking: false)
        let (input, gate) = (hold.readEnd.number, hold.writeEnd.number)
        base.storeBytes(of: 0, as: CInt.self)
        // In a child, because here other tests have children too.
        let pid = try HeldChild.forked {
            guard ChildProcess.reap() == nil, let epoll = try? Epoll(),
                let first = try? ChildProcess.fork(diesWithParent: true)
            else { return }
            if first == 0 {
                Descriptor.closeInherited(gate)
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) {
                    _ = Descriptor.read(input, into: $0)
                }
                SystemProcess.exitImmediately(7)
            }
            base.storeBytes(of: ChildProcess.reap() == nil ? 1 : 0, as: CInt.self)
            Descriptor.closeInherited(gate)
            let deadline = Clock.monotonicMilliseconds() + 30_000
            while Clock.monotonicMilliseconds() < deadline {
                if let (reaped, status) = ChildProcess.reap() {
                    let isRight = reaped == first && status == .exited(7)
                    return base.storeBytes(of: isRight ? 1 : 0, toByteOffset: 4, as: CInt.self)
                }
                _ = try? epoll.wait(milliseconds: 1)
            }
        }
        let end = hold.intoWriteEnd()
        _ = consume end
        ChildProcess.wait(pid)
        #expect(base.load(as: CInt.self) == 1)
        #expect(base.load(fromByteOffset: 4, as: CInt.self) == 1)
    }

    @Test("A worker dies with its parent, however that ends")
    func diesWithParent() throws {
        let hold = try Pipe(readsWithoutBlocking: false)
        let life = try Pipe(readsWithoutBlocking: false)
        let (input, output) = (hold.readEnd.number, life.writeEnd.number)
        let pid = try HeldChild.forked {
            guard let grandchild = try? ChildProcess.fork(diesWithParent: true) else { return }
            if grandchild == 0 {
                // It holds the pipe open until something ends it, and nothing but its parent's death does.
                EventDescriptor.raise(output)
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) {
                    _ = Descriptor.read(input, into: $0)
                }
                SystemProcess.exitImmediately(1)
            }
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) {
                _ = Descriptor.read(input, into: $0)
            }
        }
        let end = life.intoReadEnd()
        #expect(try Shell.receive(end.number) != nil)
        ChildProcess.signal(pid, .kill)
        ChildProcess.wait(pid)
        #expect(try Shell.receive(end.number) == nil)
    }

    @Test(
        "A child has default signal actions but for SIGPIPE, and blocks what its parent did until it is ready for it"
    )
    func signals() throws {
        let ready = try Pipe(readsWithoutBlocking: false)
        let output = ready.writeEnd.number
        // In a child: a thread of this process that let signals through would get those meant for other tests.
        let parent = try HeldChild {
            SystemProcess.ignoreBrokenPipes()
            let signals = try? SignalDescriptor([.winch])
            guard let pid = try? ChildProcess.fork(diesWithParent: true) else { return -1 }
            if pid == 0 {
                EventDescriptor.raise(output)
                while true { SystemProcess.pause() }
            }
            _ = consume signals
            return Int(pid)
        }
        #expect(try Shell.receive(ready.readEnd.number) != nil)
        let status = Files.text("/proc/\(try #require(parent.answer))/status") ?? ""
        #expect(SignalMasks(status) == SignalMasks(blocked: [28], ignored: [13], caught: []))
    }
}
