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

    /// What parsing needs of the caller: it may have to write, and the bytes are not the parser's.
    private enum Step {
        case needsMore, complete
        /// The line goes on the field before it.
        case join(ByteRange)
        /// The bytes become upper case.
        case raise(ByteRange)
    }

    /// The limits in force.
    public let limits: RequestLimits
    /// How strictly requests are read.
    public let rules: RequestRules
    private var phase = Phase.requestLine
    private var lineStart = 0
    private var scanned = 0

    /// A parser before the first byte of a request.
    public init(limits: RequestLimits = RequestLimits(), rules: RequestRules = RequestRules()) {
        self.limits = limits
        self.rules = rules
    }

    /// Whether no byte of a request has been seen.
    public var isAtStart: Bool { scanned == 0 }

    /// Whether the request line was understood, so that the head says what it says.
    public var hasRequestLine: Bool { phase == .fields }

    /// Gets ready for the next request.
    public mutating func reset() {
        phase = .requestLine
        lineStart = 0
        scanned = 0
    }

    /// Goes on parsing. Rules that have to change bytes do not apply: what they would permit is refused.
    ///
    /// - Parameters:
    ///   - bytes: Everything received since the request began; only ever longer than at the last call.
    ///   - head: Filled in; complete when the answer is `true`.
    /// - Returns: Whether the head is complete; `false` asks for more bytes.
    /// - Throws: Why the request is refused.
    public mutating func parse(
        _ bytes: Span<UInt8>, into head: inout RequestHead
    ) throws(RequestError) -> Bool {
        switch try advance(bytes, into: &head) {
        case .needsMore: return false
        case .complete: return true
        case .join: throw .obsoleteFolding
        case .raise: throw .unconventionalMethod
        }
    }

    /// Goes on parsing, and changes bytes in place where the rules say so: lines that are joined, methods in upper case.
    ///
    /// - Parameter bytes: As for ``parse(_:into:)``; what was changed has to be there at the next call.
    public mutating func parse(
        rewriting bytes: UnsafeMutableBufferPointer<UInt8>, into head: inout RequestHead
    ) throws(RequestError) -> Bool {
        while true {
            switch try advance(UnsafeBufferPointer(bytes).span, into: &head) {
            case .needsMore: return false
            case .complete: return true
            case .join(let line): head.joinFold(line, in: bytes)
            case .raise(let method):
                for index in method.start..<method.end { bytes[index] = ASCII.uppercased(bytes[index]) }
            }
        }
    }

    private mutating func advance(
        _ bytes: Span<UInt8>, into head: inout RequestHead
    ) throws(RequestError) -> Step {
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
                return .needsMore
            }
            // The length first: a line that arrives in pieces is refused for it before its end is known.
            try checkLength(upTo: end)
            guard end > lineStart, bytes[end - 1] == ASCII.carriageReturn else {
                throw phase == .requestLine ? .malformedRequestLine : .malformedField
            }
            let line = ByteRange(lineStart, end - 1)
            if phase == .requestLine, rules.foldsMethodCase, let method = lowerCaseMethod(line, in: bytes) {
                scanned = end
                return .raise(method)
            }
            lineStart = end + 1
            scanned = lineStart
            switch phase {
            case .requestLine:
                if line.isEmpty { continue }
                head.reset()
                try head.parseRequestLine(line, in: bytes, rules: rules)
                phase = .fields
            case .fields where line.isEmpty:
                head.byteCount = lineStart
                try head.conclude(bytes, elementLimit: limits.fieldCount)
                return .complete
            case .fields where ASCII.isBlank(bytes[line.start]):
                guard rules.permitsObsoleteFolding else {
                    throw head.fields.isEmpty ? .malformedField : .obsoleteFolding
                }
                try head.checkFold(line, in: bytes, limit: limits.fieldLine)
                return .join(line)
            case .fields:
                guard head.fields.count < limits.fieldCount else { throw .fieldsTooLarge }
                head.fields.append(try HeaderField.parse(line, in: bytes, rules: rules))
            }
        }
        return .needsMore
    }

    /// The method of a line, where it has to become upper case and may be in lower case at all.
    private func lowerCaseMethod(_ line: ByteRange, in bytes: Span<UInt8>) -> ByteRange? {
        guard rules.permitsUnconventionalMethod else { return nil }
        var (end, isLower) = (line.start, false)
        while end < line.end, ASCII.isToken(bytes[end]) {
            if ASCII.uppercased(bytes[end]) != bytes[end] { isLower = true }
            end += 1
        }
        return isLower ? ByteRange(line.start, end) : nil
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
