// The error log that a person reads: when, which process, how important, who, what. Every process writes whole lines
// with one write to a descriptor opened for appending, so lines of different processes do not mix. None of them waits for
// whoever reads the log (`LogOutput`).

import HTTP
import Logging
import Octets
import Settings
import Syscalls

/// Where messages go.
package final class ErrorLog: Sendable {
    /// Bytes of one message that are logged: a message may quote what has no end.
    package static let messageLimit = 16_384

    private let descriptor: LogDescriptor
    private let level: LogLevel

    /// - Parameters:
    ///   - destination: A path, or `-` for stderr.
    ///   - distrusted: Users whose links are not followed on the way.
    package init(
        _ destination: String, level: LogLevel, distrusting distrusted: Set<UInt32> = []
    ) throws(SyscallError) {
        // Workers inherit it, and with it what is known of the end of the file.
        descriptor = try LogDescriptor(
            destination, dash: 2, trust: LogTrust(distrusted: distrusted), edge: LogEdge())
        self.level = level
    }

    /// A logger for one role: `master`, `worker 2`, `application 1`.
    package func logger(_ role: String) -> Logger {
        var logger = Logger(label: role, factory: { ErrorLogHandler(role: $0, log: self) })
        logger.logLevel = level.level
        return logger
    }

    /// Opens the file anew, after it was renamed.
    ///
    /// - Returns: Why that failed.
    package func reopen() -> String? { descriptor.reopen() }

    /// Follows no link of these users either when it is opened anew.
    package func distrust(_ users: Set<UInt32>) { descriptor.distrust(users) }

    /// In a process that was forked, before it becomes somebody else.
    package func afterFork() { descriptor.output.afterFork() }

    /// Writes what waits for a reader, and says what was lost, as far as it is taken now.
    package func flush() {
        descriptor.output.flush()
        tellLoss()
    }

    /// The process ends.
    package func finish() {
        tellLoss()
        descriptor.output.finish()
    }

    private func tellLoss() {
        descriptor.output.tellLoss { loss in
            Self.line("warning", pid: SystemProcess.id, role: "log", loss.text(of: "the error log"))
        }
    }

    /// Writes one line.
    package func write(_ level: String, pid: ProcessID, role: String, _ message: String) {
        var message = message
        message.withUTF8 { write(level, pid: pid, role: role, before: "", $0) }
    }

    /// Writes a line of what an application has written to its stderr, or to its stdout where that is no answer. Within a
    /// request or outside of one, it has the same word: how important it is, only the application knows.
    package func writeOutput(
        pid: ProcessID, role: String, before: String = "", _ line: UnsafeBufferPointer<UInt8>
    ) {
        write("output", pid: pid, role: role, before: before, line)
    }

    private func write(
        _ level: String, pid: ProcessID, role: String, before: String,
        _ message: UnsafeBufferPointer<UInt8>
    ) {
        tellLoss()
        let line = Self.line(level, pid: pid, role: role, before: before, message)
        descriptor.output.write(line.bytes)
    }

    private static func line(
        _ level: String, pid: ProcessID, role: String, _ message: String
    ) -> [UInt8] {
        Array(message.utf8).withUnsafeBufferPointer {
            Array(line(level, pid: pid, role: role, before: "", $0).bytes)
        }
    }

    private static func line(
        _ level: String, pid: ProcessID, role: String, before: String,
        _ message: UnsafeBufferPointer<UInt8>
    ) -> ByteBuffer {
        var line = ByteBuffer(capacity: 256)
        line.append("[")
        LogTime.append(LocalTime(Clock.secondsSince1970()), to: &line)
        line.append("] [")
        line.append(decimal: UInt64(pid))
        line.append("] [")
        line.append(text: level)
        line.append("] ")
        line.append(legible: role)
        line.append(": ")
        line.append(legible: before)
        line.append(legible: message, limit: messageLimit)
        line.append(ASCII.lineFeed)
        return line
    }
}

private struct ErrorLogHandler: LogHandler {
    let role: String
    let log: ErrorLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.write(event.level.rawValue, pid: SystemProcess.id, role: role, event.message.description)
    }
}

/// `2026-11-22 20:58:54 +0000`, as Gunicorn has it: the time of day where the gateway runs (TZ), and its distance from UTC.
enum LogTime {
    static func append(_ time: LocalTime, to line: inout ByteBuffer) {
        line.append(decimal: UInt64(clamping: time.year))
        for (separator, number) in [
            ("-", time.month), ("-", time.day), (" ", time.hour), (":", time.minute), (":", time.second),
        ] as [(StaticString, Int)] {
            line.append(separator)
            line.append(twoDigits: number)
        }
        append(offset: time.offset, to: &line)
    }

    /// ` +0130`
    static func append(offset seconds: Int, to line: inout ByteBuffer) {
        line.append(seconds < 0 ? " -" : " +" as StaticString)
        let minutes = abs(seconds) / 60
        line.append(twoDigits: minutes / 60)
        line.append(twoDigits: minutes % 60)
    }
}
