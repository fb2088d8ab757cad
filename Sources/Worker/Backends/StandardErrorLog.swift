// FCGI_STDERR: what applications complain about, as lines of the error log. Each names the process and the request that
// it came with; the rest of a line that its request leaves behind is logged with it, and not mixed into the next one.
// They have the word that what a process writes to its own stderr has, outside of any request.

import Logging
import Logs
import Octets
import Plans
import Syscalls

/// The messages of one pool's applications, as one worker hears them.
struct StandardErrorLog {
    private let pool: PoolView
    private let log: Logger
    private let errorLog: ErrorLog
    private let pid = SystemProcess.id
    /// By the position of the slot.
    private let assemblers: [LineAssembler]
    /// By the number of the process, or of the server.
    private var rates: [LineRate]

    init(_ pool: PoolView, log: Logger, errorLog: ErrorLog) {
        self.pool = pool
        self.log = log
        self.errorLog = errorLog
        assemblers = pool.slots.map { _ in LineAssembler() }
        rates = Array(repeating: LineRate(), count: (pool.slots.map(\.process).max() ?? 0) + 1)
    }

    /// Logs whole lines; a part of a line waits for its end.
    ///
    /// - Returns: How many were logged.
    mutating func add(
        _ bytes: UnsafeBufferPointer<UInt8>, position: Int, request: @autoclosure () -> String, now: UInt64
    ) -> Int {
        let process = pool.slots[position].process
        reportDropped(process, now)
        var count = 0
        let (writer, assembler) = (self.writer(position), assemblers[position])
        assembler.lines(adding: bytes, rate: &rates[process], now: now) { line in
            writer.write(line, request())
            count += 1
        }
        return count
    }

    /// The request is over: nothing is added to what it left without an end.
    mutating func finish(position: Int, request: @autoclosure () -> String, now: UInt64) {
        let assembler = assemblers[position]
        guard assembler.hasPart else { return }
        let process = pool.slots[position].process
        reportDropped(process, now)
        let writer = self.writer(position)
        assembler.flush(rate: &rates[process], now: now) { writer.write($0, request()) }
    }

    /// Says what was dropped when nothing else comes.
    mutating func sweep(_ now: UInt64) {
        for process in rates.indices { reportDropped(process, now) }
    }

    private mutating func reportDropped(_ process: Int, _ now: UInt64) {
        let count = rates[process].takeDropped(now)
        guard count > 0 else { return }
        log.warning("\(pool.name): \(count) lines of \(pool.name(ofProcess: process)) were not logged")
    }

    private func writer(_ position: Int) -> Writer {
        Writer(errorLog: errorLog, pid: pid, role: log.label, pool: pool, position: position)
    }

    /// What writes the lines of one slot. A value of its own: the share of the process is being changed meanwhile.
    private struct Writer {
        let errorLog: ErrorLog
        let pid: ProcessID
        let role: String
        let pool: PoolView
        let position: Int

        func write(_ line: UnsafeBufferPointer<UInt8>, _ request: String) {
            errorLog.writeOutput(
                pid: pid, role: role,
                before: "\(pool.name): \(pool.describe(position)), request \(request): ", line)
        }
    }
}
