import Syscalls

/// What the supervisor has to say, a line for each event.
struct WatchLog {
    private let descriptor: CInt

    /// - Parameter path: `nil` for stderr.
    init(_ path: String?) throws(Complaint) {
        guard let path else {
            descriptor = 2
            return
        }
        do throws(SyscallError) {
            descriptor = try Files.openLog(path).relinquish()
        } catch {
            throw Complaint("cannot write the log '\(path)' (--log): \(error.reason)")
        }
    }

    /// `[2026-11-22 20:58:54 +0000] [4711] spawn-fcgi: …`
    func say(_ message: String) {
        let line = "[\(Clock.calendarTime())] [\(SystemProcess.id)] \(SpawnFCGI.name): \(message)\n"
        // A full disk is no reason to end what works.
        try? Descriptor.writeText(descriptor, line)
    }
}
