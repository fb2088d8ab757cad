// Where a request body ends, and which of its octets are data. The decoder keeps no bytes: it is told what has
// arrived, says what of it is data and how much it has used, and is asked again.

import Octets

/// What a stretch of a body means.
public enum BodyEvent: Equatable, Sendable {
    /// `consumed` bytes were used up and nothing is known beyond them: more bytes are needed.
    case more(consumed: Int)
    /// `data` is part of the body; `consumed` bytes are used up.
    case data(ByteRange, consumed: Int)
    /// The body is complete; what follows `consumed` is the next request's.
    case end(consumed: Int)
}

/// Decodes one request body (RFC 9112, §6 and §7).
public struct BodyDecoder: Sendable {
    private enum State: Equatable {
        case data, size, extensions, sizeEnd, dataEnd, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed, done
    }

    /// Octets of chunk extensions and trailers that one body may carry. They mean nothing to us, so the only
    /// sender of many is one who wants the gateway to read for ever.
    static let overheadLimit = 16_384

    private let isChunked: Bool
    private var state: State
    private var remaining: UInt64
    private var digits = 0
    private var overhead = 0

    /// A decoder before the first octet of a body.
    public init(_ framing: BodyFraming) {
        switch framing {
        case .none: (isChunked, state, remaining) = (false, .done, 0)
        case .length(let count): (isChunked, state, remaining) = (false, count == 0 ? .done : .data, count)
        case .chunked: (isChunked, state, remaining) = (true, .size, 0)
        }
    }

    /// Whether the whole body has been seen.
    public var isDone: Bool { state == .done }

    /// Goes on decoding; call again with the rest after each event but `.more` and `.end`.
    ///
    /// - Parameter bytes: Bytes not used up yet.
    /// - Throws: ``RequestError/malformedBody``.
    public mutating func next(_ bytes: Span<UInt8>) throws(RequestError) -> BodyEvent {
        var index = 0
        while state != .done {
            guard index < bytes.count else { return .more(consumed: index) }
            if state == .data {
                let count = Int(min(UInt64(bytes.count - index), remaining))
                remaining -= UInt64(count)
                if remaining == 0 { state = isChunked ? .dataEnd : .done }
                return .data(ByteRange(index, index + count), consumed: index + count)
            }
            try step(bytes[index])
            index += 1
        }
        return .end(consumed: index)
    }

    /// One octet of `chunked-body` outside the data (RFC 9112, §7.1).
    private mutating func step(_ byte: UInt8) throws(RequestError) {
        switch state {
        case .size:
            if let digit = ASCII.hexadecimalValue(byte) {
                // 15 digits are below 2⁶⁰, so the sum cannot overflow.
                guard digits < 15 else { throw .malformedBody }
                digits += 1
                remaining = remaining << 4 | UInt64(digit)
            } else {
                guard digits > 0 else { throw .malformedBody }
                switch byte {
                case ASCII.carriageReturn: state = .sizeEnd
                case UInt8(ascii: ";"): state = .extensions
                default: throw .malformedBody
                }
            }
        case .extensions:
            try spend(byte)
            if byte == ASCII.carriageReturn { state = .sizeEnd }
        case .sizeEnd:
            guard byte == ASCII.lineFeed else { throw .malformedBody }
            state = remaining > 0 ? .data : .trailerStart
            digits = 0
        case .dataEnd:
            guard byte == ASCII.carriageReturn else { throw .malformedBody }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == ASCII.lineFeed else { throw .malformedBody }
            state = .size
        case .trailerStart:
            if byte == ASCII.carriageReturn {
                state = .lastLineFeed
            } else {
                guard ASCII.isToken(byte) else { throw .malformedBody }
                try spend(byte)
                state = .trailerName
            }
        case .trailerName:
            try spend(byte)
            if byte == ASCII.colon {
                state = .trailerValue
            } else if !ASCII.isToken(byte) {
                throw .malformedBody
            }
        case .trailerValue:
            try spend(byte)
            if byte == ASCII.carriageReturn { state = .trailerLineFeed }
        case .trailerLineFeed:
            guard byte == ASCII.lineFeed else { throw .malformedBody }
            state = .trailerStart
        case .lastLineFeed:
            guard byte == ASCII.lineFeed else { throw .malformedBody }
            state = .done
        case .data, .done:
            break
        }
    }

    private mutating func spend(_ byte: UInt8) throws(RequestError) {
        overhead += 1
        guard overhead <= Self.overheadLimit else { throw .fieldsTooLarge }
        guard ASCII.isFieldValue(byte) || byte == ASCII.carriageReturn else { throw .malformedBody }
    }
}
