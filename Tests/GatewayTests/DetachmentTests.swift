import Syscalls
import Testing
@testable import Plans

@Suite("The way into the background", .serialized)
struct DetachmentTests {
    /// Starts a gateway that goes into the background and does `body` there.
    private func started(_ body: (Detachment) -> Void) throws -> ProcessID {
        _ = SystemProcess.environment  // What is made once is made before the fork.
        let pid = try ChildProcess.fork(diesWithParent: false)
        if pid == 0 {
            guard let detachment = try? Detachment.begin() else { SystemProcess.exitImmediately(99) }
            body(detachment)
            SystemProcess.exitImmediately(0)
        }
        return pid
    }

    private func receive(_ descriptor: CInt) -> [CInt] {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64)
        defer { memory.deallocate() }
        guard case .bytes(let count) = Descriptor.read(descriptor, into: memory) else { return [] }
        return stride(from: 0, to: count, by: 4).map {
            UnsafeRawBufferPointer(memory).loadUnaligned(fromByteOffset: $0, as: CInt.self)
        }
    }

    private func send(_ descriptor: CInt, _ numbers: [CInt]) {
        numbers.withUnsafeBytes { _ = Descriptor.writeAll(descriptor, $0.bindMemory(to: UInt8.self)) }
    }

    @Test("The starter waits for the gateway's word, and the gateway has no session and no parent of its own")
    func success() throws {
        let word = try Pipe(readsWithoutBlocking: false)
        let hold = try Pipe(readsWithoutBlocking: false)
        let (input, output) = (hold.readEnd.number, word.writeEnd.number)
        let gate = hold.writeEnd.number
        let starter = try started { detachment in
            Descriptor.closeInherited(gate)
            send(output, [SystemProcess.id])
            _ = receive(input)
            detachment.succeeded(alsoSilencing: [0])
            send(output, [0])
            _ = receive(input)
        }
        let pid = try #require(receive(word.readEnd.number).first)
        #expect(SystemProcess.isRunning(starter), "it has had no word yet")
        send(gate, [1])
        #expect(ChildProcess.result(of: starter) == .exited(0))
        #expect(receive(word.readEnd.number) == [0])
        // pid (comm) state ppid pgrp session
        let stat = Files.text("/proc/\(pid)/stat")?.split(separator: " ") ?? []
        let own = Files.text("/proc/self/stat")?.split(separator: " ") ?? []
        try #require(stat.count > 6 && own.count > 6)
        #expect(stat[3] != "\(starter)" && stat[3] != "\(SystemProcess.id)")
        #expect(stat[5] != "\(pid)" && stat[5] != own[5] && stat[6] == "0")
        #expect(
            Files.text("/proc/\(pid)/fdinfo/0") != nil && Files.status("/proc/\(pid)/fd/0")?.kind == .device)
        let null = Files.absolutePath("/proc/\(pid)/fd/0")
        #expect(null == "/dev/null")
        #expect(Files.absolutePath("/proc/\(pid)/fd/2") == Files.absolutePath("/proc/self/fd/2"))
        ChildProcess.signal(pid, .kill)
    }

    @Test("A gateway that ends before it serves is its starter's end too, with the same code")
    func failure() throws {
        let exited = try started { _ in SystemProcess.exitImmediately(3) }
        #expect(ChildProcess.result(of: exited) == .exited(3))
        let killed = try started { _ in ChildProcess.signal(SystemProcess.id, .kill) }
        #expect(ChildProcess.result(of: killed) == .exited(137))
    }

    @Test("What a gateway has started does not keep the starter waiting for it")
    func leftOver() throws {
        let hold = try Pipe(readsWithoutBlocking: false)
        let (input, gate) = (hold.readEnd.number, hold.writeEnd.number)
        let starter = try started { _ in
            if (try? ChildProcess.fork(diesWithParent: false)) == 0 {
                Descriptor.closeInherited(gate)
                _ = receive(input)
                SystemProcess.exitImmediately(0)
            }
            SystemProcess.exitImmediately(5)
        }
        #expect(ChildProcess.result(of: starter) == .exited(5))
        withExtendedLifetime(hold.writeEnd.number) {}
    }
}
