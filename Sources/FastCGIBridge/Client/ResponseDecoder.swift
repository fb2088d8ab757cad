// The application's half of an exchange. Content is handed on as it arrives, not when its record is complete, so
// that a record of 64 KB delays nothing and needs no memory of its own.

import CFastCGI
import Octets

/// What an application's records say.
public enum ResponseEvent: Equatable, Sendable {
    /// `consumed` bytes were used up; more are needed.
    case more(consumed: Int)
    /// A part of the answer.
    case stdout(ByteRange, consumed: Int)
    /// A part of a message for the log.
    case stderr(ByteRange, consumed: Int)
    /// A record that says nothing: it costs its reader something all the same.
    case nothing(consumed: Int)
    /// The exchange is over.
    case end(status: ProtocolStatus, applicationStatus: UInt32, consumed: Int)
}

/// Decodes the records of one exchange after another.
public struct ResponseDecoder: Sendable {
    private enum State { case header, content(RecordType), endRequest, padding }

    private var state = State.header
    private var content = 0
    private var padding = 0
    /// Whether the record that was entered last is empty, and neither ends anything nor follows what would count.
    private var isIdle = false
    /// Whether the application has said that its answer is complete; it may close instead of ending the request.
    public private(set) var sawStdoutEnd = false

    /// A decoder before the first record.
    public init() {}

    /// Goes on decoding; call again with the rest after each event but `.more` and `.end`.
    ///
    /// - Parameter bytes: Bytes not used up yet.
    /// - Throws: What is no FastCGI, or not for the request that runs.
    public mutating func next(_ bytes: Span<UInt8>) throws(RecordError) -> ResponseEvent {
        var index = 0
        while true {
            switch state {
            case .header:
                guard let header = try RecordHeader(parsing: bytes.extracting(droppingFirst: index)) else {
                    return .more(consumed: index)
                }
                index += RecordHeader.byteCount
                try enter(header)
                if isIdle { return .nothing(consumed: index) }
            case .content(let type):
                let count = min(content, bytes.count - index)
                guard count > 0 else { return .more(consumed: index) }
                let range = ByteRange(index, index + count)
                index += count
                content -= count
                if content == 0 { state = .padding }
                if type == .stdout { return .stdout(range, consumed: index) }
                return type == .stderr ? .stderr(range, consumed: index) : .nothing(consumed: index)
            case .endRequest:
                guard bytes.count - index >= content + padding else { return .more(consumed: index) }
                let status = ProtocolStatus(rawValue: bytes[index + 4])
                var applicationStatus: UInt32 = 0
                for offset in 0..<4 {
                    applicationStatus = applicationStatus << 8 | UInt32(bytes[index + offset])
                }
                index += content + padding
                state = .header
                return .end(status: status, applicationStatus: applicationStatus, consumed: index)
            case .padding:
                let count = min(padding, bytes.count - index)
                index += count
                padding -= count
                guard padding == 0 else { return .more(consumed: index) }
                state = .header
            }
        }
    }

    private mutating func enter(_ header: RecordHeader) throws(RecordError) {
        content = header.contentLength
        padding = header.paddingLength
        switch header.type {
        case .stdout, .stderr, .endRequest:
            guard header.requestID == RequestEncoder.requestID else {
                throw .unexpectedRequestID(header.requestID)
            }
        case .getValuesResult, .unknownType:
            guard header.requestID == UInt16(FCGI_NULL_REQUEST_ID) else {
                throw .unexpectedRequestID(header.requestID)
            }
        default: throw .unexpectedType(header.type.rawValue)
        }
        // Every answer may end with an empty STDOUT record: the first one comes without an event of its own.
        isIdle = content == 0 && (header.type != .stdout || sawStdoutEnd)
        // Some applications write an empty record to flush: what follows it takes the end back.
        if header.type == .stdout { sawStdoutEnd = content == 0 }
        if header.type == .endRequest {
            guard content == 8 else { throw .malformedEndRequest }
            state = .endRequest
        } else {
            state = content > 0 ? .content(header.type) : .padding
        }
    }
}
