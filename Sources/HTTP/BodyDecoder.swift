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
        case data, size, sizeBlank, extensions, sizeEnd, dataEnd, dataLineFeed
        case trailerStart, trailerLine, lastLineFeed, done
    }

    private let isChunked: Bool
    private let limits: RequestLimits
    private var state: State
    private var remaining: UInt64
    private var digits = 0
    private var chunkExtension = ChunkExtension()
    /// Octets of the extensions of this chunk, and of those before it.
    private var extensionCount = 0
    private var extensionTotal = 0
    /// The fields behind the last chunk.
    public private(set) var trailers = TrailerSection()

    /// A decoder before the first octet of a body.
    ///
    /// - Parameter limits: Those of the head hold for the trailer section too.
    public init(_ framing: BodyFraming, limits: RequestLimits = RequestLimits()) {
        self.limits = limits
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
    /// - Throws: ``RequestError/malformedBody``, ``RequestError/malformedTrailer``, or the limit that was exceeded.
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
            if state == .trailerLine {
                let rest = bytes.extracting(index...)
                let isWhole = try trailers.take(rest, limits)
                guard isWhole, let end = rest.firstLineFeed(from: 0) else {
                    return .more(consumed: bytes.count)
                }
                index += end + 1
                state = .trailerStart
                continue
            }
            // The first octet of a trailer field is left for its line.
            if try step(bytes[index]) { index += 1 }
        }
        return .end(consumed: index)
    }

    /// One octet of `chunked-body` outside the data (RFC 9112, §7.1).
    ///
    /// - Returns: Whether it is used up.
    private mutating func step(_ byte: UInt8) throws(RequestError) -> Bool {
        switch state {
        case .size: try takeSize(byte)
        case .sizeBlank:
            // Blanks before `;` are bad white space, which is overlooked (RFC 9110, §5.6.3); before anything else they
            // are not in the grammar.
            try countExtension()
            if byte == UInt8(ascii: ";") {
                (state, chunkExtension) = (.extensions, ChunkExtension())
            } else if !ASCII.isBlank(byte) {
                throw .malformedBody
            }
        case .extensions:
            try countExtension()
            if try chunkExtension.takes(byte) { state = .sizeEnd }
        case .sizeEnd:
            try require(byte, ASCII.lineFeed)
            state = remaining > 0 ? .data : .trailerStart
            (digits, extensionCount) = (0, 0)
        case .dataEnd:
            try require(byte, ASCII.carriageReturn)
            state = .dataLineFeed
        case .dataLineFeed:
            try require(byte, ASCII.lineFeed)
            state = .size
        case .trailerStart:
            guard byte != ASCII.carriageReturn else {
                state = .lastLineFeed
                return true
            }
            guard ASCII.isToken(byte) else { throw .malformedTrailer }
            state = .trailerLine
            return false
        case .lastLineFeed:
            try require(byte, ASCII.lineFeed)
            state = .done
        case .data, .trailerLine, .done: break
        }
        return true
    }

    private mutating func takeSize(_ byte: UInt8) throws(RequestError) {
        if let digit = ASCII.hexadecimalValue(byte) {
            // 15 digits, leading zeros among them, are below 2⁶⁰, so the sum cannot overflow.
            guard digits < 15 else { throw .malformedBody }
            digits += 1
            remaining = remaining << 4 | UInt64(digit)
            return
        }
        guard digits > 0 else { throw .malformedBody }
        switch byte {
        case ASCII.carriageReturn: state = .sizeEnd
        case UInt8(ascii: ";"): (state, chunkExtension) = (.extensions, ChunkExtension())
        case ASCII.space, ASCII.tab: state = .sizeBlank
        default: throw .malformedBody
        }
    }

    private func require(_ byte: UInt8, _ expected: UInt8) throws(RequestError) {
        guard byte == expected else { throw .malformedBody }
    }

    private mutating func countExtension() throws(RequestError) {
        (extensionCount, extensionTotal) = (extensionCount + 1, extensionTotal + 1)
        guard extensionCount <= ChunkExtension.limit, extensionTotal <= ChunkExtension.totalLimit else {
            throw .chunkExtensionsTooLarge
        }
    }
}
