// What an application process says on its standard descriptors: passed on to the log, no faster than a log can bear, and the
// last of it kept for the message about the end of the process.

import Logging
import Syscalls

/// The lines of one application process.
struct ApplicationLines {
    /// Lines that are kept for the message about its end.
    private static let lastLineCount = 30

    /// What it said last.
    private(set) var last: [String] = []
    private var rate = LineRate()

    /// Another life begins.
    mutating func clear() { last = [] }

    /// Logs a line.
    ///
    /// - Parameter name: Of the process.
    mutating func add(_ line: String, pid: ProcessID, of pool: ApplicationPool, _ name: String) {
        last.append(line)
        if last.count > Self.lastLineCount { last.removeFirst() }
        reportDropped(of: pool, name)
        guard rate.allows(pool.context.loop.now) else { return }
        pool.context.errorLog.write("output", pid: pid, role: "\(pool.name) \(name)", line)
    }

    /// Says how many lines were not logged, if it is time for that.
    mutating func reportDropped(of pool: ApplicationPool, _ name: String) {
        let count = rate.takeDropped(pool.context.loop.now)
        if count > 0 { pool.context.log.warning("\(pool.name): \(count) lines of \(name) were not logged") }
    }
}
