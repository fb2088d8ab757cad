import Octets

/// Makes lines of bytes that arrive in pieces.
final class LineAssembler {
    /// A line longer than this is logged in parts: an application must not make the gateway hold its output.
    private static let limit = 8192

    private var partial = ByteBuffer()

    /// Whether something waits for the end of its line.
    var hasPart: Bool { !partial.isEmpty }

    /// Adds `bytes` and calls `body` with each line that is complete now, without its end.
    func lines(adding bytes: UnsafeBufferPointer<UInt8>, _ body: (String) -> Void) {
        octets(adding: bytes) { body(String(decoding: $0, as: UTF8.self)) }
    }

    /// Calls `body` with what has no line end yet.
    func flush(_ body: (String) -> Void) { flushOctets { body(String(decoding: $0, as: UTF8.self)) } }

    /// The same as ``lines(adding:_:)`` for whoever may not want a text of every line.
    func octets(adding bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var start = 0
        while start < bytes.count {
            let end = bytes.span.firstLineFeed(from: start)
            add(UnsafeBufferPointer(rebasing: bytes[start..<(end ?? bytes.count)]), body)
            guard let end else { return }
            emit(body)
            start = end + 1
        }
        // Whoever has nothing to wait for owns no memory.
        if partial.isEmpty { partial.clear(keeping: 0) }
    }

    /// The same as ``flush(_:)``.
    func flushOctets(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        emit(body)
        partial.clear(keeping: 0)
    }

    private func add(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var rest = bytes
        while partial.count + rest.count > Self.limit {
            let room = Self.limit - partial.count
            partial.append(UnsafeBufferPointer(rebasing: rest[..<room]))
            emit(body)
            rest = UnsafeBufferPointer(rebasing: rest[room...])
        }
        partial.append(rest)
    }

    private func emit(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var line = partial.bytes
        if line.last == ASCII.carriageReturn { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
        if line.count > 0 { body(line) }
        partial.clear()
    }
}
