// What a process says on its standard descriptors: the lines that are logged, and the last of it, for the message about a
// process that did not boot. The last of it is kept as it came, so that a flood which is not logged costs a copy and no more.

import EventLoop
import Logging
import Logs
import Octets

/// The lines of one process after another in the same place.
final class ApplicationLines {
    /// Lines that are kept for the message about an end.
    private static let lastLineCount = 30
    /// Bytes of them.
    private static let tailSize = 16_384

    private let assembler = LineAssembler()
    private var rate = LineRate()
    private var tail = ByteBuffer()
    private var isTailCut = false
    private let onLine: (UnsafeBufferPointer<UInt8>) -> Void

    /// - Parameter onLine: Takes each line that is to be logged.
    init(onLine: @escaping (UnsafeBufferPointer<UInt8>) -> Void) { self.onLine = onLine }

    /// Another process begins.
    func clear() {
        tail.clear(keeping: 0)
        isTailCut = false
    }

    /// Adds what was read.
    func add(_ bytes: UnsafeBufferPointer<UInt8>, now: UInt64) {
        keep(bytes)
        assembler.lines(adding: bytes, rate: &rate, now: now, onLine)
    }

    /// The process has ended: what has no line end gets none any more.
    func end(now: UInt64) { assembler.flush(rate: &rate, now: now, onLine) }

    /// Says how many lines were not logged, if it is time for that.
    ///
    /// - Parameter name: Of the process.
    func reportDropped(of pool: ApplicationPool, _ name: String) {
        let count = rate.takeDropped(pool.context.loop.now)
        if count > 0 { pool.context.log.warning("\(pool.name): \(count) lines of \(name) were not logged") }
    }

    /// The last lines of the process that was last.
    var last: [String] {
        var lines = tail.bytes.split(separator: ASCII.lineFeed)
        // The first of them may lack its beginning.
        if isTailCut, lines.count > 1 { lines.removeFirst() }
        return lines.suffix(Self.lastLineCount).map { line in
            var text = ByteBuffer(capacity: line.count)
            let end = line.last == ASCII.carriageReturn ? line.dropLast() : line
            text.append(legible: UnsafeBufferPointer(rebasing: end))
            return String(decoding: text.bytes, as: UTF8.self)
        }
    }

    private func keep(_ bytes: UnsafeBufferPointer<UInt8>) {
        let part = UnsafeBufferPointer(rebasing: bytes.suffix(Self.tailSize))
        if part.count < bytes.count { isTailCut = true }
        let surplus = tail.count + part.count - 2 * Self.tailSize
        if surplus > 0 {
            isTailCut = true
            tail.consume(min(tail.count, tail.count + part.count - Self.tailSize))
        }
        tail.append(part)
    }
}
