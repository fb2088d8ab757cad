// The error log that a person reads: when, which process, how important, who, what. Every process writes whole lines
// with one write to a descriptor opened for appending, so lines of different processes do not mix.

import HTTP
import Logging
import Octets
import Syscalls

/// Where messages go.
final class ErrorLog: Sendable {
    private let descriptor: LogDescriptor
    private let level: LogLevel

    /// - Parameter destination: A path, or `-` for stderr.
    init(_ destination: String, level: LogLevel) throws(SyscallError) {
        descriptor = try LogDescriptor(destination, dash: 2)
        self.level = level
    }

    /// A logger for one role: `master`, `worker 2`, `application 1`.
    func logger(_ role: String) -> Logger {
        var logger = Logger(label: role, factory: { ErrorLogHandler(role: $0, log: self) })
        logger.logLevel = level.level
        return logger
    }

    /// Opens the file anew, after it was renamed.
    ///
    /// - Returns: Why that failed.
    func reopen() -> String? { descriptor.reopen() }

    /// Writes one line.
    func write(_ level: String, pid: ProcessID, role: String, _ message: String) {
        var line = ByteBuffer(capacity: 256)
        line.append("[")
        LogTime.append(Clock.secondsSince1970(), to: &line)
        line.append(" +0000] [")
        line.append(decimal: UInt64(pid))
        line.append("] [")
        line.append(text: level)
        line.append("] ")
        line.append(text: role)
        line.append(": ")
        for byte in message.utf8 {
            // A message may quote a client or an application: no control character of theirs reaches a terminal.
            line.append(byte >= 0x20 && byte != 0x7F || byte == ASCII.tab ? byte : UInt8(ascii: "?"))
        }
        line.append(ASCII.lineFeed)
        descriptor.write(line.bytes)
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

/// `2026-11-22 20:58:54`, UTC.
enum LogTime {
    static func append(_ seconds: Int, to line: inout ByteBuffer) {
        let time = HTTPDate.Components(secondsSince1970: seconds)
        line.append(decimal: UInt64(time.year))
        for (separator, number) in [
            ("-", time.month), ("-", time.day), (" ", time.hour), (":", time.minute), (":", time.second),
        ] as [(StaticString, Int)] {
            line.append(separator)
            line.append(twoDigits: number)
        }
    }
}
