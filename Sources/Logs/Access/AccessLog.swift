// One line for every request that is over, in the format that the settings name. Lines are collected and written once a turn of the
// loop. What cannot be written is dropped and counted: a full disk must not stop the service.

import HTTP
import Octets
import Syscalls

/// Where requests are logged.
package final class AccessLog {
    package let needs: LogNeeds
    /// The names, in lower case, of the fields of an answer that have to be noted.
    package let responseFields: [[UInt8]]
    private let descriptor: LogDescriptor
    private var lines: LogLines
    private var complaints = LineInterval()
    /// Whether the file could not be opened, and is tried again.
    private var isMissing = false
    /// Called just before lines are written: whoever keeps account of requests without a line strikes theirs out.
    package var willWrite: () -> Void = {}

    /// - Parameters:
    ///   - destination: A path, or `-` for stdout.
    ///   - worker: Whose requests are logged.
    ///   - pid: Its process.
    ///   - trust: Whom it is not taken from.
    ///   - edge: What processes that share the file know of its end.
    package init(
        _ destination: String, format: LogFormat, worker: Int, pid: ProcessID = SystemProcess.id,
        trust: LogTrust = LogTrust(), edge: LogEdge? = nil
    ) throws(SyscallError) {
        descriptor = try LogDescriptor(destination, dash: 1, trust: trust, edge: edge)
        needs = format.needs
        responseFields = format.responseFields
        lines = LogLines(format, worker: worker, pid: pid)
    }

    /// One that cannot be opened now, for a worker that is to serve all the same: its lines are lost, and counted, until it can.
    package init(unopened path: String, format: LogFormat, worker: Int, edge: LogEdge? = nil) {
        descriptor = LogDescriptor(unopened: path, edge: edge)
        needs = format.needs
        responseFields = format.responseFields
        lines = LogLines(format, worker: worker, pid: SystemProcess.id)
        isMissing = true
    }

    /// Opens the file anew, after it was renamed.
    ///
    /// - Returns: Why that failed.
    package func reopen() -> String? {
        flush()
        let failure = descriptor.reopen()
        if failure == nil { isMissing = false }
        return failure
    }

    /// Writes what has been collected; what nobody reads waits, up to a limit.
    package func flush() {
        guard !lines.isEmpty else { return }
        willWrite()
        descriptor.output.write(lines.bytes)
        lines.clear()
    }

    /// Adds the line of a request.
    package func append(_ entry: AccessEntry) { lines.append(entry) }

    /// Writes what waits for a reader; called some times a second.
    package func flushWaiting() { descriptor.output.flush() }

    /// What a person has to know of lines that were lost, at most once in ten seconds; of those that nobody read, when they are
    /// read again.
    package func takeComplaint(_ now: UInt64) -> String? {
        guard descriptor.output.hasLoss, complaints.isDue(now) else { return nil }
        if isMissing { _ = reopen() }
        return complaint()
    }

    /// The log is used no more.
    ///
    /// - Parameter patiently: Whether a reader is waited for, for a moment.
    /// - Returns: What a person has to know of lines that were lost.
    package func finish(patiently: Bool = true) -> String? {
        flush()
        if patiently { descriptor.output.finish() }
        return complaint()
    }

    private func complaint() -> String? { descriptor.output.takeLoss()?.text(of: "the access log") }
}
