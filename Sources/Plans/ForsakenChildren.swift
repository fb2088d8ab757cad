// KILL ends every process, but when is not for us to say: one that waits in the system for a disk or a file system ends when
// that lets go of it, a frozen one when it is thawed, and of one that is traced the end is told to its tracer first. Nothing
// may wait for that: not the next life of an application, and not the end of the gateway.

import Syscalls

/// Children that were killed and have not ended.
package final class ForsakenChildren {
    /// How long the end of a process that was killed is waited for, in milliseconds.
    package static let patience: UInt64 = 3000

    private let lifeline: Lifeline
    private var pids: Set<ProcessID> = []

    package init(_ lifeline: Lifeline) { self.lifeline = lifeline }

    /// Nobody waits for this one any more. As long as it is not reaped no other process can have its number, so the guardian
    /// keeps it.
    package func add(_ pid: ProcessID) { pids.insert(pid) }

    /// Whether a process is one of these.
    package func contains(_ pid: ProcessID) -> Bool { pids.contains(pid) }

    /// It has ended after all.
    ///
    /// - Returns: Whether it was one of these.
    package func reaped(_ pid: ProcessID) -> Bool {
        guard pids.remove(pid) != nil else { return false }
        ChildProcess.signalGroup(pid, .kill)
        lifeline.remove(group: pid)
        return true
    }
}
