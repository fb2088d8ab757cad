// The file that says which processes were started: their pids, one a line, and no newline behind the last.

import Syscalls

/// A file of pids.
final class PIDList {
    private let path: String
    private let file: OwnedDescriptor
    private let identity: FileIdentity?
    private let isNew: Bool
    private let voice: Voice
    private var isBroken = false

    /// Opens it before anything else happens, as root, so that a start that could not be found again does not
    /// begin.
    init(_ path: String, voice: Voice) throws(Complaint) {
        self.path = path
        self.voice = voice
        do throws(SyscallError) {
            let claimed = try Files.claim(path, mode: 0o644)
            file = OwnedDescriptor(adopting: claimed.descriptor)
            isNew = claimed.isNew
        } catch {
            throw Complaint(
                error.isInTheWay
                    ? "PID-file exists and isn't regular file: '\(path)'"
                    : "opening PID-file '\(path)' failed: \(error.reason)")
        }
        identity = Files.identity(of: file.number)
    }

    /// - Parameter hasSuccessor: Whether another one may follow.
    func add(_ pid: ProcessID, hasSuccessor: Bool) {
        guard !isBroken else { return }
        do throws(SyscallError) {
            try Descriptor.writeText(file.number, "\(pid)" + (hasSuccessor ? "\n" : ""))
        } catch {
            // The processes run; that they cannot be found by the file is no reason to end them.
            voice.warn("writing pid file failed: \(error.reason)")
            isBroken = true
        }
    }

    /// Removes it after a start that failed, unless it was there before.
    func discard() { if isNew { remove() } }

    /// Removes it, if the path still names it.
    func remove() { if let identity { Files.remove(path, ifStill: identity) } }
}
