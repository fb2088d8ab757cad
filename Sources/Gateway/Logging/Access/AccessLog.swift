// One line for every request that is over, in the format that the settings name. Lines are collected and written once a turn of the
// loop. What cannot be written is dropped and counted: a full disk must not stop the service.

import HTTP
import Octets
import Syscalls

/// Where requests are logged.
final class AccessLog {
    let needs: LogNeeds
    /// The names, in lower case, of the fields of an answer that have to be noted.
    let responseFields: [[UInt8]]
    private let descriptor: LogDescriptor
    private var lines: LogLines
    private var lost = 0
    private var lostReason = ""
    private var complaints = LineInterval()
    /// Whether the file ends in the middle of a line.
    private var isBroken = false
    /// Called just before lines are written: whoever keeps account of requests without a line strikes theirs out.
    var willWrite: () -> Void = {}

    /// - Parameters:
    ///   - destination: A path, or `-` for stdout.
    ///   - worker: Whose requests are logged.
    ///   - pid: Its process.
    ///   - owner: Whose file it has to be; `nil` for whosever it is.
    init(
        _ destination: String, format: LogFormat, worker: Int, pid: ProcessID = SystemProcess.id,
        owner: UInt32? = nil
    ) throws(SyscallError) {
        descriptor = try LogDescriptor(destination, dash: 1, owner: owner)
        needs = format.needs
        responseFields = format.responseFields
        lines = LogLines(format, worker: worker, pid: pid)
    }

    /// Opens the file anew, after it was renamed.
    ///
    /// - Returns: Why that failed.
    func reopen() -> String? {
        flush()
        let failure = descriptor.reopen()
        if failure == nil { isBroken = false }
        return failure
    }

    /// Writes what has been collected.
    func flush() {
        guard !lines.isEmpty else { return }
        willWrite()
        if isBroken { repair() }
        let (written, error) = descriptor.write(lines.bytes)
        if written < lines.bytes.count { lose(from: written, error) }
        lines.clear()
    }

    /// Adds the line of a request.
    func append(_ entry: AccessEntry) { lines.append(entry) }

    /// Ends the line that was cut, so that the next one is not glued to it.
    private func repair() {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { end in
            end[0] = ASCII.lineFeed
            isBroken = descriptor.write(UnsafeBufferPointer(end)).count == 0
        }
    }

    private func lose(from written: Int, _ error: SyscallError?) {
        let bytes = lines.bytes
        if written > 0 { isBroken = bytes[written - 1] != ASCII.lineFeed }
        lost += bytes[written...].count { $0 == ASCII.lineFeed }
        lostReason = error?.reason ?? "nothing was written"
    }

    /// What a person has to know of lines that were lost, at most once in ten seconds.
    func takeComplaint(_ now: UInt64) -> String? {
        guard lost > 0, complaints.isDue(now) else { return nil }
        defer { lost = 0 }
        return "\(lost) line\(lost == 1 ? "" : "s") of the access log could not be written: \(lostReason)"
    }
}
