import Syscalls
import Testing

@Suite("A process about itself", .serialized)
struct SystemProcessTests {
    @Test("A worker that is told to abort does what it was given to do, and ends with code 1")
    func abort() throws {
        let pipe = try Pipe(readsWithoutBlocking: false)
        let output = pipe.writeEnd.number
        let pid = try HeldChild.forked {
            SystemProcess.handleAbort { EventDescriptor.raise(output) }
            ChildProcess.signal(SystemProcess.id, .abrt)
            while true { SystemProcess.pause() }
        }
        #expect(ChildProcess.result(of: pid) == .exited(1))
        #expect(try Shell.receive(pipe.readEnd.number) != nil)
    }

    @Test("A worker that hangs even then is ended by the next signal, though it was blocked before")
    func abortTwice() throws {
        let pipe = try Pipe(readsWithoutBlocking: false)
        let output = pipe.writeEnd.number
        let pid = try HeldChild.forked {
            let blocked = try? SignalDescriptor([.abrt])
            SystemProcess.handleAbort {
                EventDescriptor.raise(output)
                while true { SystemProcess.pause() }
            }
            ChildProcess.signal(SystemProcess.id, .abrt)
            _ = consume blocked
        }
        #expect(try Shell.receive(pipe.readEnd.number) != nil)
        ChildProcess.signal(pid, .abrt)
        #expect(ChildProcess.result(of: pid) == .signalled(6))
    }

    @Test("The memory in use grows with what is used")
    func residentMemory() throws {
        let before = SystemProcess.residentMemory
        #expect(before > 1 << 20)
        let child = try HeldChild {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 20, alignment: 8)
            memory.initializeMemory(as: UInt8.self, repeating: 1)
            return SystemProcess.residentMemory
        }
        let inside = try #require(child.answer)
        #expect(inside > 64 << 20)
        #expect(SystemProcess.residentMemory(child.pid) > 64 << 20)
        child.end()
        #expect(SystemProcess.residentMemory(child.pid) == 0)
    }

    @Test("A variable is set and removed, and what is no name is an error")
    func environment() throws {
        let child = try HeldChild {
            try? SystemProcess.setEnvironment("GATEWAY_TEST", "1=2")
            let isSet = SystemProcess.environmentValue("GATEWAY_TEST") == "1=2"
            try? SystemProcess.setEnvironment("GATEWAY_TEST", nil)
            let isGone = SystemProcess.environmentValue("GATEWAY_TEST") == nil
            return isSet && isGone ? 1 : 0
        }
        #expect(child.answer == 1)
        #expect(throws: SyscallError(call: "setenv", code: 22)) {
            try SystemProcess.setEnvironment("A=B", "1")
        }
        #expect(throws: SyscallError(call: "unsetenv", code: 22)) {
            try SystemProcess.setEnvironment("", nil)
        }
    }

    @Test("A umask holds for files, and the one before is known")
    func umask() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            let child = try HeldChild {
                SystemProcess.setUmask(0o027)
                try? Files.create(path, text: "", mode: 0o666)
                return Int(SystemProcess.setUmask(0o022))
            }
            #expect(child.answer == 0o027)
            #expect(Files.status(path)?.permissions == 0o640)
        }
    }

    @Test("A process that has ended does not run, though it is there until it is reaped")
    func running() throws {
        let pid = try HeldChild.forked {}
        let deadline = Clock.monotonicMilliseconds() + 30_000
        while SystemProcess.isRunning(pid), Clock.monotonicMilliseconds() < deadline {}
        #expect(!SystemProcess.isRunning(pid) && SystemProcess.exists(pid))
        #expect(ChildProcess.result(of: pid) == .exited(0))
        #expect(!SystemProcess.isRunning(pid) && !SystemProcess.exists(pid))
        #expect(ChildProcess.result(of: pid) == nil)
        #expect(SystemProcess.isRunning(SystemProcess.id) && SystemProcess.isRunning(1))
    }
}
