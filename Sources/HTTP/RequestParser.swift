// From bytes to a request head, by RFC 9112 to the letter.
//
// The parser takes whatever has arrived so far and remembers how far it came, so every byte is looked at once
// however slowly a client sends. Each line is judged when it is complete and by the same rules in the same
// order, so the outcome does not depend on how the bytes were cut into reads. What is doubtful is refused:
// a lenient parser behind a strict one, or before it, is how requests are smuggled.

import Octets

/// Parses the head of one request after another.
public struct RequestParser: Sendable {
    private enum Phase { case requestLine, fields }

    /// The limits in force.
    public let limits: RequestLimits
    private var phase = Phase.requestLine
    private var lineStart = 0
    private var scanned = 0

    /// A parser before the first byte of a request.
    public init(limits: RequestLimits = RequestLimits()) { self.limits = limits }

    /// Whether no byte of a request has been seen.
    public var isAtStart: Bool { scanned == 0 }

    /// Gets ready for the next request.
    public mutating func reset() {
        phase = .requestLine
        lineStart = 0
        scanned = 0
    }

    /// Goes on parsing.
    ///
    /// - Parameters:
    ///   - bytes: Everything received since the request began; only ever longer than at the last call.
    ///   - head: Filled in; complete when the answer is `true`.
    /// - Returns: Whether the head is complete; `false` asks for more bytes.
    /// - Throws: Why the request is refused.
    public mutating func parse(
        _ bytes: Span<UInt8>, into head: inout RequestHead
    ) throws(RequestError) -> Bool {
        while scanned < bytes.count {
            if phase == .requestLine, scanned == lineStart {
                // A single empty line before a request is forgiven (RFC 9112, §2.2). Anything else that cannot
                // begin a method is refused at its first byte: a TLS hello need not contain a line feed.
                let first = bytes[scanned]
                guard ASCII.isToken(first) || (first == ASCII.carriageReturn && lineStart == 0) else {
                    throw .malformedRequestLine
                }
            }
            guard let end = lineFeed(in: bytes) else {
                scanned = bytes.count
                try checkLength(upTo: scanned)
                return false
            }
            // The length first: a line that arrives in pieces is refused for it before its end is known.
            try checkLength(upTo: end)
            guard end > lineStart, bytes[end - 1] == ASCII.carriageReturn else {
                throw phase == .requestLine ? .malformedRequestLine : .malformedField
            }
            let line = ByteRange(lineStart, end - 1)
            lineStart = end + 1
            scanned = lineStart
            switch phase {
            case .requestLine:
                if line.isEmpty { continue }
                head.reset()
                try head.parseRequestLine(line, in: bytes)
                phase = .fields
            case .fields where line.isEmpty:
                head.byteCount = lineStart
                try head.conclude(bytes)
                return true
            case .fields:
                guard head.fields.count < limits.fieldCount else { throw .fieldsTooLarge }
                try head.parseField(line, in: bytes)
            }
        }
        return false
    }

    private func lineFeed(in bytes: Span<UInt8>) -> Int? {
        bytes.firstLineFeed(from: scanned)
    }

    /// `end` is where the line feed stands, or would stand at the earliest.
    private func checkLength(upTo end: Int) throws(RequestError) {
        switch phase {
        case .requestLine where end - lineStart > limits.requestLine + 1: throw .requestLineTooLong
        case .fields where end - lineStart > limits.fieldLine + 1: throw .fieldsTooLarge
        default: if end >= limits.head { throw phase == .fields ? .fieldsTooLarge : .requestLineTooLong }
        }
    }
}

extension RequestHead {
    /// `name ":" OWS value OWS` (RFC 9112, §5). White space before the colon, a line that begins with white
    /// space (obs-fold) and control characters are errors.
    mutating func parseField(_ line: ByteRange, in bytes: Span<UInt8>) throws(RequestError) {
        var colon = line.start
        while colon < line.end, ASCII.isToken(bytes[colon]) { colon += 1 }
        guard colon > line.start, colon < line.end, bytes[colon] == ASCII.colon else { throw .malformedField }
        for index in colon + 1..<line.end where !ASCII.isFieldValue(bytes[index]) { throw .malformedField }
        let name = ByteRange(line.start, colon)
        fields.append(
            HeaderField(
                name: name,
                value: bytes.trimmed(ByteRange(colon + 1, line.end)),
                kind: FieldName.recognise(name, in: bytes)))
    }
}
