// Nothing survives the master, not even when it is killed with KILL. Workers and application processes ask the kernel
// to be killed with their parent; what an application process has started itself does not know of that. So a small
// process that does nothing else holds the other end of a pipe: it is told every process group that begins and ends,
// and when the pipe breaks it kills those that are left, each leader by itself too: it may have gone to another group. It
// trusts only the pipe, never memory that workers can write.
//
// It is waited for no more than anybody else. One that does not read what it is told is killed, one that has ended gets a
// successor, which learns what there is, and one that does not come to its end is done without: then the groups are killed
// from here.
//
// The CGI responder has one of its own: it starts scripts as the master starts application processes.

import Syscalls

/// The end of the pipe whose break kills.
package final class Lifeline {
    /// What there is to say of the guardian.
    package enum News: Equatable {
        /// There is one again.
        case renewed
        /// There is none, for this reason; the next one is tried after so many milliseconds.
        case missing(String, pause: UInt64)
        /// It did not read what it was told, and was killed.
        case stuck
    }

    private var pipe: OwnedDescriptor?
    private let title: String
    private let leadsGroup: Bool
    private var groups: Set<ProcessID> = []
    private var respawn = RespawnPolicy()
    private var startedAt: UInt64
    /// When another one is forked; `nil` while there is one.
    private var nextStart: UInt64?
    /// When it was killed.
    private var killedAt: UInt64?
    private var isStuck = false
    /// The guardian's pid.
    package private(set) var pid: ProcessID = 0

    /// Forks the guardian.
    ///
    /// - Parameters:
    ///   - title: What `ps` shows the gateway by.
    ///   - leadsGroup: Whether the guardian leaves the process group of its parent, which may be killed as a whole.
    package init(title: String, leadsGroup: Bool = false) throws(SyscallError) {
        self.title = title
        self.leadsGroup = leadsGroup
        startedAt = Clock.monotonicMilliseconds()
        try start()
    }

    /// The guardian has ended: another one is forked at once, or after a pause where they end soon.
    package func reaped(_ now: UInt64) {
        pipe = nil
        pid = 0
        killedAt = nil
        nextStart = now + respawn.pauseAfter(life: now - min(startedAt, now))
    }

    /// Does what is due.
    ///
    /// - Returns: What is to be logged of it.
    package func tick(_ now: UInt64) -> News? {
        if isStuck {
            isStuck = false
            killedAt = now
            ChildProcess.signal(pid, .kill)
            return .stuck
        }
        if let killedAt, killedAt + ForsakenChildren.patience <= now { reaped(now) }
        guard let nextStart, nextStart <= now else { return nil }
        do {
            try start()
        } catch {
            let pause = respawn.pauseAfter(life: 0)
            self.nextStart = now + pause
            return .missing("\(error)", pause: pause)
        }
        startedAt = now
        self.nextStart = nil
        for group in groups { tell(group) }
        return .renewed
    }

    private func start() throws(SyscallError) {
        let (readEnd, writeEnd) = try Pipe(readsWithoutBlocking: false).intoNumbers()
        let own = OwnedDescriptor(adopting: writeEnd)
        do throws(SyscallError) {
            try Socket.setNonBlocking(writeEnd)
            pid = try ChildProcess.fork(diesWithParent: false)
        } catch {
            Descriptor.closeInherited(readEnd)
            throw error
        }
        if pid == 0 {
            // No listener, no log, no client may stay open because the guardian is there.
            Descriptor.closeAll(except: readEnd)
            if leadsGroup { SystemProcess.leadGroup() }
            for number in CInt(0)...2 { try? Terminal.silence(number) }
            ProcessTitle.set("gateway: guardian [\(title)]")
            Self.guardProcesses(readEnd)
        }
        Descriptor.closeInherited(readEnd)
        pipe = consume own
    }

    /// Ends the guardian, which kills what is left. It is waited for a second, and then done without.
    package func end() {
        guard number != -1 else { return killGroups() }
        pipe = nil
        if ChildProcess.hasEnded(pid, within: 1000) { return }
        killGroups()
        ChildProcess.signal(pid, .kill)
        ChildProcess.finish(pid)
    }

    private func killGroups() { for group in groups { ChildProcess.signalGroup(group, .kill) } }

    /// A process group has begun.
    package func add(group: ProcessID) {
        groups.insert(group)
        tell(group)
    }

    /// A process group has ended.
    package func remove(group: ProcessID) {
        groups.remove(group)
        tell(-group)
    }

    /// For a process forked from the master: only the master may hold the pipe open.
    package func closeInherited() { Descriptor.closeInherited(number) }

    private var number: CInt {
        switch pipe {
        case .some(let pipe): pipe.number
        case .none: -1
        }
    }

    private func tell(_ message: ProcessID) {
        guard number != -1, killedAt == nil else { return }
        withUnsafeBytes(of: message) { bytes in
            // A pipe takes four bytes as a whole or not at all. One that is full has thousands of them before.
            if Descriptor.write(number, bytes.bindMemory(to: UInt8.self)) == .wouldBlock { isStuck = true }
        }
    }

    private static func guardProcesses(_ pipe: CInt) -> Never {
        // Signals from a terminal go to every process of the group; this one has to outlive the others.
        let signals = try? SignalDescriptor([.hup, .int, .quit, .term, .usr1, .usr2, .winch, .ttin, .ttou])
        var groups: [ProcessID: ProcessReference] = [:]
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4 * 1024)
        var count = 0
        while case .bytes(let more) = Descriptor.read(
            pipe, into: UnsafeMutableBufferPointer(rebasing: memory[count...]))
        {
            count += more
            let whole = count / 4 * 4
            for offset in stride(from: 0, to: whole, by: 4) {
                let message = UnsafeRawPointer(memory.baseAddress! + offset).loadUnaligned(as: ProcessID.self)
                if message > 0 { groups[message] = ProcessReference(message) } else { groups[-message] = nil }
            }
            for offset in whole..<count { memory[offset - whole] = memory[offset] }
            count -= whole
        }
        for (group, leader) in groups {
            leader.kill()
            ChildProcess.signalGroup(group, .kill)
        }
        _ = consume signals
        SystemProcess.exitImmediately(0)
    }
}

extension Lifeline.News {
    /// A line for the log, and whether something is wrong.
    package var line: (text: String, isError: Bool) {
        switch self {
        case .renewed: ("there is a guardian process again", false)
        case .missing(let reason, let pause):
            (
                "there is no guardian process (\(reason)): what applications have started may outlive a killed master; the next is tried in \(pause) ms",
                true
            )
        case .stuck:
            (
                "the guardian process does not read what it is told: KILL is sent to it, and another is started",
                true
            )
        }
    }
}
