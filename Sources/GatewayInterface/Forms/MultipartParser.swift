// Where the parts of a form begin and end (RFC 7578, and RFC 2046, §5.1), as a state machine over octets that come in any
// pieces. It keeps no data: it is told what has arrived, says what of it is data and how much it has used, and is asked
// again with the rest. The rest is short: what may be the beginning of a delimiter, or an unfinished line of a head.

import Octets

/// How much of the structure of a form is accepted; the size of its data is limited by whoever reads it.
public struct MultipartLimits: Equatable, Sendable {
    /// Parts in all.
    public var parts: Int
    /// Octets in the head of a part, line ends included.
    public var headOctets: Int
    /// Fields in the head of a part.
    public var fields: Int

    /// By default 1000 parts, and in the head of each 8192 octets and 16 fields.
    public init(parts: Int = 1000, headOctets: Int = 8192, fields: Int = 16) {
        (self.parts, self.headOctets, self.fields) = (parts, headOctets, fields)
    }
}

/// What a stretch of a form means.
public enum MultipartEvent: Equatable, Sendable {
    /// `consumed` octets are used up and nothing is known beyond them: more are needed.
    case more(consumed: Int)
    /// A part begins; its data is behind `consumed`.
    case part(MultipartHead, consumed: Int)
    /// These octets, at least one, are data of the part; `consumed` are used up.
    case data(Range<Int>, consumed: Int)
    /// The part is complete.
    case partEnd(consumed: Int)
    /// The form is complete; all octets, and all that may come, are used up.
    case end(consumed: Int)
}

/// Reads one form.
public struct MultipartParser: Sendable {
    private enum State {
        /// Before the first delimiter, or in the data of a part. At its very beginning a delimiter needs no line end before it.
        case preamble(isAtStart: Bool), data(isAtStart: Bool)
        /// Behind a boundary, and behind blanks there.
        case boundaryEnd, padding
        case head, end
    }

    private let limits: MultipartLimits
    private let delimiter: MultipartDelimiter
    private var state = State.preamble(isAtStart: true)
    private var failure: FormError?
    private var partCount = 0
    private var lines: [MultipartLine] = []
    /// Octets in the lines of this head that are complete.
    private var headCount = 0
    /// Octets of the line that is not complete that were looked at already, so that one that comes octet by octet costs no more.
    private var lookedAt = 0

    /// A parser before the first octet of a body.
    ///
    /// - Parameter contentType: The value of a Content-Type field: multipart/form-data with its boundary.
    /// - Throws: ``FormError/unsupportedMediaType(_:)``, ``FormError/noBoundary``.
    public init(contentType: String?, limits: MultipartLimits = MultipartLimits()) throws(FormError) {
        delimiter = try MultipartDelimiter(contentType: contentType)
        self.limits = limits
    }

    /// Goes on reading; call again with the rest after each event but ``MultipartEvent/more(consumed:)`` and
    /// ``MultipartEvent/end(consumed:)``.
    ///
    /// - Parameter bytes: Octets not used up yet; those of the last call first.
    /// - Throws: What is wrong, and the same again whenever it is called after that.
    public mutating func next(_ bytes: Span<UInt8>) throws(FormError) -> MultipartEvent {
        if let failure { throw failure }
        do throws(FormError) {
            return try step(bytes)
        } catch {
            failure = error
            throw error
        }
    }

    /// To be called where the body ends.
    ///
    /// - Throws: ``FormError/incomplete`` where the last boundary is missing, or what was wrong before.
    public func finish() throws(FormError) {
        if let failure { throw failure }
        guard case .end = state else { throw .incomplete }
    }

    private mutating func step(_ bytes: Span<UInt8>) throws(FormError) -> MultipartEvent {
        var index = 0
        while true {
            switch state {
            case .preamble(let isAtStart):
                guard case .found(_, let end) = find(isAtStart, in: bytes, &index) else {
                    return .more(consumed: index)
                }
                (index, state) = (end, .boundaryEnd)
            case .data(let isAtStart):
                let start = index
                let place = find(isAtStart, in: bytes, &index)
                if index > start { return .data(start..<index, consumed: index) }
                guard case .found(_, let end) = place else { return .more(consumed: index) }
                state = .boundaryEnd
                return .partEnd(consumed: end)
            case .boundaryEnd, .padding:
                guard try skipPadding(bytes, &index) else { return .more(consumed: index) }
            case .head:
                guard let end = try takeLine(bytes, index) else { return .more(consumed: index) }
                index = end
                guard case .head = state else {
                    let head = try MultipartHead(lines)
                    lines = []
                    return .part(head, consumed: index)
                }
            case .end: return .end(consumed: bytes.count)
            }
        }
    }

    /// Looks for the next delimiter, and moves `index` to it, or to what may become one.
    private mutating func find(
        _ isAtStart: Bool, in bytes: Span<UInt8>, _ index: inout Int
    ) -> MultipartDelimiter.Place {
        let place = delimiter.find(in: bytes, from: index, isAtStart: isAtStart)
        let start = place.start
        if start > index {
            if case .data = state {
                state = .data(isAtStart: false)
            } else {
                state = .preamble(isAtStart: false)
            }
            index = start
        }
        return place
    }

    /// Reads what stands behind a boundary: `--`, or blanks and the end of the line (RFC 2046, §5.1.1).
    ///
    /// A boundary with more behind it is one all the same by that section, and none in some readers: it is refused.
    ///
    /// - Returns: Whether the state has changed.
    private mutating func skipPadding(_ bytes: Span<UInt8>, _ index: inout Int) throws(FormError) -> Bool {
        while index < bytes.count, ASCII.isBlank(bytes[index]) {
            index += 1
            state = .padding
        }
        guard index < bytes.count else { return false }
        let hyphen = UInt8(ascii: "-")
        switch bytes[index] {
        case ASCII.carriageReturn:
            guard index + 1 < bytes.count else { return false }
            guard bytes[index + 1] == ASCII.lineFeed else { throw .malformedDelimiter }
            guard partCount < limits.parts else { throw .tooManyParts(limit: limits.parts) }
            partCount += 1
            headCount = 0
            state = .head
        case hyphen:
            guard case .boundaryEnd = state else { throw .malformedDelimiter }
            guard index + 1 < bytes.count else { return false }
            guard bytes[index + 1] == hyphen else { throw .malformedDelimiter }
            state = .end
        default: throw .malformedDelimiter
        }
        index += 2
        return true
    }

    /// Reads a line of a head; the empty one ends it.
    ///
    /// - Returns: Where the next line begins; `nil` where the line is not complete.
    private mutating func takeLine(_ bytes: Span<UInt8>, _ start: Int) throws(FormError) -> Int? {
        let lineFeed = bytes.firstLineFeed(from: start + lookedAt)
        let end = lineFeed.map { $0 + 1 } ?? bytes.count
        guard end - start <= limits.headOctets - headCount else {
            throw .partHeadTooLarge(limit: limits.headOctets)
        }
        guard let lineFeed else {
            lookedAt = end - start
            return nil
        }
        lookedAt = 0
        headCount += end - start
        guard lineFeed > start, bytes[lineFeed - 1] == ASCII.carriageReturn else { throw .malformedPartField }
        if lineFeed - 1 == start {
            state = .data(isAtStart: true)
            return end
        }
        guard lines.count < limits.fields else { throw .tooManyPartFields(limit: limits.fields) }
        let line = bytes.extracting(start..<(lineFeed - 1))
        lines.append(try MultipartLine(line.withUnsafeBufferPointer { Array($0) }))
        return end
    }
}
