import Octets

/// Makes lines of bytes that arrive in pieces.
final class LineAssembler {
    /// A line longer than this is logged in parts: an application must not make the gateway hold its output.
    private static let limit = 8192

    private var partial = ByteBuffer()

    /// Adds `bytes` and calls `body` with each line that is complete now, without its end.
    func lines(adding bytes: UnsafeBufferPointer<UInt8>, _ body: (String) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: ASCII.lineFeed) {
            partial.append(UnsafeBufferPointer(rebasing: rest[..<end]))
            emit(body)
            rest = rest[(end + 1)...]
        }
        partial.append(UnsafeBufferPointer(rebasing: rest))
        if partial.count > Self.limit { emit(body) }
    }

    /// Calls `body` with what has no line end yet.
    func flush(_ body: (String) -> Void) {
        if !partial.isEmpty { emit(body) }
    }

    private func emit(_ body: (String) -> Void) {
        var line = partial.bytes
        if line.last == ASCII.carriageReturn { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
        if line.count > 0 { body(String(decoding: line, as: UTF8.self)) }
        partial.clear(keeping: 0)
    }
}
