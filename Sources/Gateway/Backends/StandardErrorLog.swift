// FCGI_STDERR: what applications complain about, as lines of the error log. Each names the process and the request that
// it came with; the rest of a line that its request leaves behind is logged with it, and not mixed into the next one.

import Logging
import Octets

/// The messages of one pool's applications, as one worker hears them.
struct StandardErrorLog {
    private let pool: PoolView
    private let log: Logger
    /// By the position of the slot.
    private let assemblers: [LineAssembler]
    /// By the number of the process, or of the server.
    private var rates: [LineRate]

    init(_ pool: PoolView, log: Logger) {
        self.pool = pool
        self.log = log
        assemblers = pool.slots.map { _ in LineAssembler() }
        rates = Array(repeating: LineRate(), count: (pool.slots.map(\.process).max() ?? 0) + 1)
    }

    /// Logs whole lines; a part of a line waits for its end.
    mutating func add(
        _ bytes: UnsafeBufferPointer<UInt8>, position: Int, request: @autoclosure () -> String, now: UInt64
    ) {
        assemblers[position].octets(adding: bytes) { write($0, position, request(), now) }
    }

    /// The request is over: nothing is added to what it left without an end.
    mutating func finish(position: Int, request: @autoclosure () -> String, now: UInt64) {
        guard assemblers[position].hasPart else { return }
        assemblers[position].flushOctets { write($0, position, request(), now) }
    }

    private mutating func write(
        _ line: UnsafeBufferPointer<UInt8>, _ position: Int, _ request: String, _ now: UInt64
    ) {
        let process = pool.slots[position].process
        reportDropped(process, now)
        guard rates[process].allows(now) else { return }
        log.error(
            "\(pool.name): \(pool.describe(position)), request \(request): \(String(decoding: line, as: UTF8.self))"
        )
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
}
