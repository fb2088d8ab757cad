// Nothing survives the master, not even when it is killed with KILL. Workers and application processes ask the kernel
// to be killed with their parent; what an application process has started itself does not know of that. So a small
// process that does nothing else holds the other end of a pipe: it is told every process group that begins and ends,
// and when the pipe breaks it kills those that are left. It trusts only the pipe, never memory that workers can write.
//
// The CGI responder has one of its own: it starts scripts as the master starts application processes.

import Syscalls

/// The end of the pipe whose break kills.
final class Lifeline {
    private var pipe: OwnedDescriptor?
    private let title: String
    private let leadsGroup: Bool
    private var groups: Set<ProcessID> = []
    /// The guardian's pid.
    private(set) var pid: ProcessID = 0

    /// Forks the guardian.
    ///
    /// - Parameters:
    ///   - title: What `ps` shows the gateway by.
    ///   - leadsGroup: Whether the guardian leaves the process group of its parent, which may be killed as a whole.
    init(title: String, leadsGroup: Bool = false) throws(SyscallError) {
        self.title = title
        self.leadsGroup = leadsGroup
        try start()
    }

    /// The guardian has ended: forks another one, which learns what there is.
    ///
    /// - Returns: Whether there is one.
    func renew() -> Bool {
        pipe = nil
        do { try start() } catch { return false }
        for group in groups { tell(group) }
        return true
    }

    private func start() throws(SyscallError) {
        let (readEnd, writeEnd) = try Pipe(readsWithoutBlocking: false).intoNumbers()
        pid = try ChildProcess.fork(diesWithParent: false)
        if pid == 0 {
            // No listener, no log, no client may stay open because the guardian is there.
            Descriptor.closeAll(except: readEnd)
            if leadsGroup { SystemProcess.leadGroup() }
            for number in CInt(0)...2 { try? Terminal.silence(number) }
            ProcessTitle.set("gateway: guardian [\(title)]")
            Self.guardProcesses(readEnd)
        }
        Descriptor.closeInherited(readEnd)
        pipe = OwnedDescriptor(adopting: writeEnd)
    }

    /// Ends the guardian, which kills what is left, and waits for its end.
    func end() {
        guard number != -1 else { return }
        pipe = nil
        ChildProcess.wait(pid)
    }

    /// A process group has begun.
    func add(group: ProcessID) {
        groups.insert(group)
        tell(group)
    }

    /// A process group has ended.
    func remove(group: ProcessID) {
        groups.remove(group)
        tell(-group)
    }

    /// For a process forked from the master: only the master may hold the pipe open.
    func closeInherited() { Descriptor.closeInherited(number) }

    private var number: CInt {
        switch pipe {
        case .some(let pipe): pipe.number
        case .none: -1
        }
    }

    private func tell(_ message: ProcessID) {
        withUnsafeBytes(of: message) { bytes in
            _ = Descriptor.writeAll(number, bytes.bindMemory(to: UInt8.self))
        }
    }

    private static func guardProcesses(_ pipe: CInt) -> Never {
        // Signals from a terminal go to every process of the group; this one has to outlive the others.
        let signals = try? SignalDescriptor([.hup, .int, .quit, .term, .usr1, .usr2, .winch, .ttin, .ttou])
        var groups: Set<ProcessID> = []
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4 * 1024)
        var count = 0
        while case .bytes(let more) = Descriptor.read(
            pipe, into: UnsafeMutableBufferPointer(rebasing: memory[count...]))
        {
            count += more
            let whole = count / 4 * 4
            for offset in stride(from: 0, to: whole, by: 4) {
                let message = UnsafeRawPointer(memory.baseAddress! + offset).loadUnaligned(as: ProcessID.self)
                if message > 0 { groups.insert(message) } else { groups.remove(-message) }
            }
            for offset in whole..<count { memory[offset - whole] = memory[offset] }
            count -= whole
        }
        for group in groups { ChildProcess.signalGroup(group, .kill) }
        _ = consume signals
        SystemProcess.exitImmediately(0)
    }
}
