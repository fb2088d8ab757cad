// The application's half of the wire: the records of a web server, one request at a time on a connection, as no
// application library multiplexes. Content is handed on as it arrives; only what is small and has to be whole
// (BEGIN_REQUEST, GET_VALUES) is waited for.

import CFastCGI
import Octets

/// What a web server's records say.
public enum RequestEvent: Equatable, Sendable {
    /// `consumed` bytes were used up; more are needed.
    case more(consumed: Int)
    /// A request for a responder begins.
    case begin(id: UInt16, keepsConnection: Bool, consumed: Int)
    /// A part of the name-value pairs.
    case params(ByteRange, consumed: Int)
    /// The pairs are complete.
    case paramsEnd(consumed: Int)
    /// A part of the body.
    case stdin(ByteRange, consumed: Int)
    /// The body is complete.
    case stdinEnd(consumed: Int)
    /// The web server gives the request up (§5.4).
    case abort(consumed: Int)
    /// The web server asks for the values of the names in the pairs of this range (§4.1).
    case getValues(ByteRange, consumed: Int)
    /// A management record of a type that nobody knows (§4.2).
    case unknownType(UInt8, consumed: Int)
    /// A request that is not taken: the answer is an END_REQUEST with this status.
    case refused(id: UInt16, ProtocolStatus, keepsConnection: Bool, consumed: Int)
}

/// Decodes the records of one connection, as the application receives them.
public struct RequestDecoder: Sendable {
    private enum State { case header, content(RecordType), ignored, whole(RecordHeader), padding }
    private enum Progress { case params, stdin, complete }

    private var state = State.header
    private var content = 0
    private var padding = 0
    private var progress = Progress.complete
    /// The request that runs.
    public private(set) var activeID: UInt16?

    /// A decoder before the first record.
    public init() {}

    /// The request that runs was answered: its id may be used again, and what still comes for it is ignored.
    public mutating func finishRequest() { activeID = nil }

    /// Goes on decoding; call again with the rest after each event but `.more`.
    ///
    /// - Parameter bytes: Bytes not used up yet.
    /// - Throws: What is no FastCGI, or what no web server may send here; nothing after it can be understood.
    public mutating func next(_ bytes: Span<UInt8>) throws(RecordError) -> RequestEvent {
        var index = 0
        while true {
            switch state {
            case .header:
                guard let header = try RecordHeader(parsing: bytes.extracting(droppingFirst: index)) else {
                    return .more(consumed: index)
                }
                index += RecordHeader.byteCount
                if let event = try enter(header, consumed: index) { return event }
            case .content(let type):
                let count = min(content, bytes.count - index)
                guard count > 0 else { return .more(consumed: index) }
                let range = ByteRange(index, index + count)
                take(count, &index)
                // The request may have been answered in the middle of a record.
                guard activeID != nil else { continue }
                return type == .params ? .params(range, consumed: index) : .stdin(range, consumed: index)
            case .ignored:
                let count = min(content, bytes.count - index)
                take(count, &index)
                guard content == 0 else { return .more(consumed: index) }
            case .whole(let header):
                guard bytes.count - index >= content else { return .more(consumed: index) }
                let range = ByteRange(index, index + content)
                take(content, &index)
                if header.type == .getValues { return .getValues(range, consumed: index) }
                return begin(
                    header, role: bytes[range.start + 1], flags: bytes[range.start + 2],
                    high: bytes[range.start], consumed: index)
            case .padding:
                let count = min(padding, bytes.count - index)
                index += count
                padding -= count
                guard padding == 0 else { return .more(consumed: index) }
                state = .header
            }
        }
    }

    private mutating func take(_ count: Int, _ index: inout Int) {
        index += count
        content -= count
        if content == 0 { state = .padding }
    }

    /// Decides what a record is, by its header.
    private mutating func enter(
        _ header: RecordHeader, consumed: Int
    ) throws(RecordError) -> RequestEvent? {
        content = header.contentLength
        padding = header.paddingLength
        state = content > 0 ? .ignored : .padding
        if header.requestID == UInt16(FCGI_NULL_REQUEST_ID) {
            guard header.type == .getValues else {
                return .unknownType(header.type.rawValue, consumed: consumed)
            }
            state = .whole(header)
            return nil
        }
        if header.type == .beginRequest {
            guard content == 8 else { throw .malformedBeginRequest }
            guard header.requestID != activeID else { throw .unexpectedType(header.type.rawValue) }
            state = .whole(header)
            return nil
        }
        // §3.3: records of a request that does not run are ignored.
        guard header.requestID == activeID else { return nil }
        switch (header.type, progress) {
        case (.params, .params), (.stdin, .stdin):
            if content > 0 {
                state = .content(header.type)
                return nil
            }
            if header.type == .params {
                progress = .stdin
                return .paramsEnd(consumed: consumed)
            }
            progress = .complete
            return .stdinEnd(consumed: consumed)
        case (.abortRequest, _): return .abort(consumed: consumed)
        default: throw .unexpectedType(header.type.rawValue)
        }
    }

    private mutating func begin(
        _ header: RecordHeader, role: UInt8, flags: UInt8, high: UInt8, consumed: Int
    ) -> RequestEvent {
        let keepsConnection = flags & UInt8(FCGI_KEEP_CONN) != 0
        func refused(_ status: ProtocolStatus) -> RequestEvent {
            .refused(id: header.requestID, status, keepsConnection: keepsConnection, consumed: consumed)
        }
        guard activeID == nil else { return refused(.cannotMultiplex) }
        guard high == 0, role == UInt8(FCGI_RESPONDER) else { return refused(.unknownRole) }
        activeID = header.requestID
        progress = .params
        return .begin(id: header.requestID, keepsConnection: keepsConnection, consumed: consumed)
    }
}
