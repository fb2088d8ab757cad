// The way into the background. The supervisor is forked before it starts anything: the processes are to be
// its own children, and are killed with it. The process that was called waits until they have been started,
// so that its code tells how that went.

import Syscalls

/// The supervisor's line to the process that was called.
final class Background {
    private let report: OwnedDescriptor

    private init(_ report: consuming OwnedDescriptor) { self.report = report }

    /// Goes into the background. It returns there only; the process that was called ends with 0 after
    /// ``succeeded()``, else with the supervisor's own code.
    static func enter() throws(Complaint) -> Background {
        do throws(SyscallError) {
            let pipe = try Pipe(readsWithoutBlocking: false).intoNumbers()
            let supervisor = try ChildProcess.fork(diesWithParent: false)
            if supervisor == 0 {
                Descriptor.closeInherited(pipe.readEnd)
                try Terminal.leave()
                return Background(OwnedDescriptor(adopting: pipe.writeEnd))
            }
            Descriptor.closeInherited(pipe.writeEnd)
            SystemProcess.exitImmediately(awaitWord(pipe.readEnd) ? 0 : code(of: supervisor))
        } catch {
            throw Complaint("cannot go into the background: \(error)")
        }
    }

    /// The processes have been started. Lets go of the descriptors that were inherited: whoever waits for the
    /// end of its output would wait for the end of the supervisor.
    func succeeded() {
        // Without /dev/null they stay what they are; supervision goes on all the same.
        for number in CInt(0)...2 { try? Terminal.silence(number) }
        try? Descriptor.writeText(report.number, "1")
    }

    private static func awaitWord(_ report: CInt) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { memory in
            guard case .bytes = Descriptor.read(report, into: memory) else { return false }
            return true
        }
    }

    private static func code(of supervisor: ProcessID) -> Int32 {
        guard case .exited(let code) = ChildProcess.result(of: supervisor) else { return 1 }
        return Int32(code)
    }
}
