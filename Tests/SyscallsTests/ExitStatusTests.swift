import Testing

@testable import Syscalls

@Suite("How a process ended")
struct ExitStatusTests {
    @Test(
        "The status of wait(2) as a value",
        arguments: [
            (0, .exited(0)), (1 << 8, .exited(1)), (3 << 8, .exited(3)), (255 << 8, .exited(255)),
            (9, .signalled(9)),
            (15, .signalled(15)), (11 | 0x80, .signalled(11)), (6 | 0x80, .signalled(6)),
        ] as [(CInt, Syscalls.ExitStatus)])
    func decoded(_ raw: CInt, _ status: Syscalls.ExitStatus) {
        #expect(Syscalls.ExitStatus(raw) == status)
    }

    @Test("It can be read aloud")
    func description() {
        #expect("\(Syscalls.ExitStatus.exited(3))" == "exited with code 3")
        #expect("\(Syscalls.ExitStatus.signalled(9))" == "was killed by signal 9 (Killed)")
    }

    @Test(
        "An error says which call failed and what the system calls it",
        arguments: [
            (2, "open: No such file or directory"), (98, "open: Address already in use"),
            (24, "open: Too many open files"),
        ] as [(CInt, String)])
    func errors(_ code: CInt, _ text: String) {
        #expect("\(SyscallError(call: "open", code: code))" == text)
    }

    @Test("What can be done about an error is known by its code")
    func classification() {
        func codes(_ property: (SyscallError) -> Bool) -> [CInt] {
            (0...133).filter { property(SyscallError(call: "", code: $0)) }
        }
        #expect(codes(\.isNotFound) == [2, 20])
        #expect(codes(\.isTryAgain) == [11])
        #expect(codes(\.isAddressInUse) == [98])
        #expect(codes(\.isAddressUnavailable) == [99])
        #expect(codes(\.isOutOfDescriptors) == [23, 24])
        #expect(codes(\.isOutOfSpace) == [28, 122])
        #expect(codes { Files.isPermissionDenied($0.code) } == [1, 13])
        #expect(codes { Socket.isOutOfDescriptors($0.code) } == [23, 24])
    }

    @Test("ECONNABORTED and its like concern one connection only; EMFILE, ENOBUFS and EINVAL do not")
    func transient() {
        for code in [4, 71, 92, 95, 100, 101, 103, 112, 113] as [CInt] { #expect(Socket.isTransient(code)) }
        for code in [9, 11, 22, 23, 24, 105] as [CInt] { #expect(!Socket.isTransient(code)) }
    }

    @Test("The funnel tells waiting from failing, and keeps the call's name")
    func funnel() throws {
        #expect(try require("answer") { 42 } == 42)
        // Reading from a number that no process can have leaves EBADF in errno.
        #expect(throws: SyscallError(call: "read", code: 9)) { try require("read") { failingRead() } }
        #expect(throws: SyscallError(call: "read", code: 9)) { _ = try syscall("read") { failingRead() } }
        let pipe = try Pipe(readsWithoutBlocking: true)
        #expect(read(pipe.readEnd.number) == .wouldBlock)
    }

    private func read(_ number: CInt) -> ReceiveOutcome {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { Descriptor.read(number, into: $0) }
    }

    private func failingRead() -> CInt { read(-1) == .failed(9) ? -1 : 0 }
}
