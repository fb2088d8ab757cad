// Lines of what one writer says in pieces, and no more of them than its share. The share is looked at first: a line that
// is dropped is neither copied, nor decoded, nor formatted; its bytes are searched for line feeds, and that is all. So a
// flood costs whoever reads it next to nothing.

import Octets

/// Makes lines of bytes that arrive in pieces.
package final class LineAssembler {
    /// A line longer than this is logged in parts: an application must not make the gateway hold its output.
    package static let limit = 8192

    private var partial = ByteBuffer()
    /// Bytes that were dropped, with the share open again, of a line whose beginning was dropped; `nil` outside of one.
    private var dropped: Int?

    package init() {}

    /// Whether something waits for the end of its line.
    package var hasPart: Bool { !partial.isEmpty }

    /// Adds `bytes` and calls `body` with each line that is complete now and may be logged, without its end.
    ///
    /// - Parameters:
    ///   - rate: The share of whoever writes.
    ///   - now: In milliseconds.
    package func lines(
        adding bytes: UnsafeBufferPointer<UInt8>, rate: inout LineRate, now: UInt64,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var start = 0
        while start < bytes.count {
            guard rate.isOpen(now) else {
                drop(UnsafeBufferPointer(rebasing: bytes[start...]), &rate)
                break
            }
            let end = bytes.span.firstLineFeed(from: start)
            let part = UnsafeBufferPointer(rebasing: bytes[start..<(end ?? bytes.count)])
            if let count = dropped {
                // As many as would have been a part of a long line: one without an end is not dropped for ever.
                dropped = end != nil || count + part.count >= Self.limit ? nil : count + part.count
            } else if end != nil, partial.isEmpty, part.count <= Self.limit {
                emit(part, &rate, now, body)
            } else {
                add(part, &rate, now, body)
                if end != nil { emitPartial(&rate, now, body) }
            }
            guard let end else { break }
            start = end + 1
        }
        // Whoever has nothing to wait for owns no memory.
        if partial.isEmpty { partial.clear(keeping: 0) }
    }

    /// Calls `body` with what has no line end yet.
    package func flush(
        rate: inout LineRate, now: UInt64, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        emitPartial(&rate, now, body)
        partial.clear(keeping: 0)
        dropped = nil
    }

    private func add(
        _ bytes: UnsafeBufferPointer<UInt8>, _ rate: inout LineRate, _ now: UInt64,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var rest = bytes
        while partial.count + rest.count > Self.limit {
            let room = Self.limit - partial.count
            partial.append(UnsafeBufferPointer(rebasing: rest[..<room]))
            emitPartial(&rate, now, body)
            rest = UnsafeBufferPointer(rebasing: rest[room...])
        }
        partial.append(rest)
    }

    private func emitPartial(
        _ rate: inout LineRate, _ now: UInt64, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        emit(partial.bytes, &rate, now, body)
        partial.clear()
    }

    private func emit(
        _ bytes: UnsafeBufferPointer<UInt8>, _ rate: inout LineRate, _ now: UInt64,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var line = bytes
        if line.last == ASCII.carriageReturn { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
        if line.count > 0, rate.allows(now, bytes: line.count) { body(line) }
    }

    /// Counts lines, and forgets them with what has waited for the end of the first.
    private func drop(_ bytes: UnsafeBufferPointer<UInt8>, _ rate: inout LineRate) {
        let endsWithinLine = bytes.last != ASCII.lineFeed
        let lines = bytes.span.lineFeedCount + (endsWithinLine ? 1 : 0)
        // A line counts when the first of it is dropped.
        rate.drop(dropped == nil ? lines : lines - 1)
        partial.clear()
        dropped = endsWithinLine ? 0 : nil
    }
}
