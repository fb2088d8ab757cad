import Octets

/// Parses the head of an application's answer, as much of it as has come.
public struct CGIResponseParser: Sendable {
    /// Octets that a head may have. Bounds what an application can make the gateway keep before it answers.
    public static var limit: Int { 65_536 }

    private var lineStart = 0
    private var scanned = 0
    private var sawStatus = false
    private var sawLocation = false
    private var sawHopByHop = false

    /// A parser before the first byte.
    public init() {}

    /// Gets ready for the next answer.
    public mutating func reset() { self = CGIResponseParser() }

    /// Goes on parsing.
    ///
    /// Lines end with CRLF or LF: RFC 3875, §6.3, lets applications use the line ends of their system.
    /// - Parameters:
    ///   - bytes: All that the application has sent; only ever longer than at the last call.
    ///   - head: Filled in; complete when the answer is `true`.
    /// - Returns: Whether the head is complete.
    /// - Throws: Why the answer cannot be passed on.
    public mutating func parse(
        _ bytes: Span<UInt8>, into head: inout CGIResponseHead
    ) throws(CGIResponseError) -> Bool {
        if scanned == 0 { head.reset() }
        while let lineFeed = bytes.firstLineFeed(from: scanned) {
            scanned = lineFeed
            let hasReturn = scanned > lineStart && bytes[scanned - 1] == ASCII.carriageReturn
            let line = ByteRange(lineStart, hasReturn ? scanned - 1 : scanned)
            scanned += 1
            lineStart = scanned
            guard scanned <= Self.limit else { throw .tooLarge }
            if line.isEmpty {
                head.byteCount = scanned
                try conclude(&head, bytes)
                return true
            }
            try parseField(line, in: bytes, into: &head)
        }
        scanned = bytes.count
        guard scanned <= Self.limit else { throw .tooLarge }
        return false
    }

    private mutating func parseField(
        _ line: ByteRange, in bytes: Span<UInt8>, into head: inout CGIResponseHead
    ) throws(CGIResponseError) {
        var colon = line.start
        while colon < line.end, ASCII.isToken(bytes[colon]) { colon += 1 }
        guard colon > line.start, colon < line.end, bytes[colon] == ASCII.colon else { throw .malformedField }
        for index in colon + 1..<line.end where !ASCII.isFieldValue(bytes[index]) { throw .malformedField }
        let name = ByteRange(line.start, colon)
        let value = bytes.trimmed(ByteRange(colon + 1, line.end))
        let kind = CGIFieldName.recognise(name, in: bytes)
        switch kind {
        case .status: try parseStatus(value, in: bytes, into: &head)
        case .contentLength:
            guard case .value(let count) = bytes.decimal(value),
                head.contentLength == nil || head.contentLength == count
            else { throw .malformedContentLength }
            head.contentLength = count
        case .location:
            // Two places to go to: one of them is not the application's own word.
            guard !sawLocation else { throw .malformedLocation }
            sawLocation = true
            head.fields.append(CGIField(name: name, value: value, kind: kind))
        case .sendfile: head.sendfile = head.sendfile ?? value
        case .accelRedirect: head.accelRedirect = head.accelRedirect ?? value
        case .accelBuffering: if bytes.matches(value, lowercase: "no") { head.isUnbuffered = true }
        case .accel: break
        default:
            if kind == .hopByHop { sawHopByHop = true }
            if kind == .contentType, isEventStream(value, in: bytes) { head.isUnbuffered = true }
            head.fields.append(CGIField(name: name, value: value, kind: kind))
        }
    }

    /// Whether the answer is server-sent events (HTML, §9.2): what is behind a slow client is of no use to it any more.
    private func isEventStream(_ type: ByteRange, in bytes: Span<UInt8>) -> Bool {
        let end = type.start + 17
        guard type.end >= end else { return false }
        return bytes.matches(ByteRange(type.start, end), lowercase: "text/event-stream")
            && (type.end == end || bytes[end] == UInt8(ascii: ";") || ASCII.isBlank(bytes[end]))
    }

    /// `3DIGIT [SP reason-phrase]` (RFC 3875, §6.3.3). Of 1xx only 103 is for an application to send: 100 is the
    /// gateway's, and 101 would hand the connection over to nobody.
    private mutating func parseStatus(
        _ value: ByteRange, in bytes: Span<UInt8>, into head: inout CGIResponseHead
    ) throws(CGIResponseError) {
        guard value.count >= 3, !sawStatus,
            case .value(let status) = bytes.decimal(ByteRange(value.start, value.start + 3)),
            status >= 200 || status == 103,
            value.count == 3 || ASCII.isBlank(bytes[value.start + 3])
        else { throw .malformedStatus }
        sawStatus = true
        head.status = Int(status)
        head.reason = bytes.trimmed(ByteRange(value.start + 3, value.end))
    }

    private func conclude(_ head: inout CGIResponseHead, _ bytes: Span<UInt8>) throws(CGIResponseError) {
        if sawHopByHop { head.nominate(in: bytes) }
        guard sawStatus || head.contentLength != nil || !head.fields.isEmpty else { throw .noFields }
        guard !sawStatus, let location = head.fields.first(where: { $0.kind == .location }) else { return }
        guard !location.value.isEmpty else { throw .malformedLocation }
        if bytes[location.value.start] == ASCII.slash {
            head.localRedirect = location.value
        } else {
            head.status = 302
        }
    }
}

extension CGIFieldName {
    /// Recognises a name in any case.
    public static func recognise(_ name: ByteRange, in bytes: Span<UInt8>) -> CGIFieldName {
        if name.count > 8, ASCII.lowercased(bytes[name.start]) == UInt8(ascii: "x") {
            return recogniseOrder(name, in: bytes)
        }
        return switch name.count {
        case 2: bytes.matches(name, lowercase: "te") ? .hopByHop : .other
        case 4:
            bytes.matches(name, lowercase: "date")
                ? .date : bytes.matches(name, lowercase: "etag") ? .etag : .other
        case 6:
            bytes.matches(name, lowercase: "status")
                ? .status : bytes.matches(name, lowercase: "server") ? .server : .other
        case 7:
            bytes.matches(name, lowercase: "upgrade") || bytes.matches(name, lowercase: "trailer")
                ? .hopByHop : .other
        case 8: bytes.matches(name, lowercase: "location") ? .location : .other
        case 10:
            bytes.matches(name, lowercase: "connection") || bytes.matches(name, lowercase: "keep-alive")
                ? .hopByHop : .other
        case 12: bytes.matches(name, lowercase: "content-type") ? .contentType : .other
        case 13:
            bytes.matches(name, lowercase: "last-modified")
                ? .lastModified
                : bytes.matches(name, lowercase: "content-range")
                    || bytes.matches(name, lowercase: "accept-ranges") ? .ranges : .other
        case 14: bytes.matches(name, lowercase: "content-length") ? .contentLength : .other
        case 16:
            bytes.matches(name, lowercase: "proxy-connection")
                ? .hopByHop
                : bytes.matches(name, lowercase: "content-encoding")
                    || bytes.matches(name, lowercase: "content-language")
                    || bytes.matches(name, lowercase: "content-location") ? .content : .other
        case 17: bytes.matches(name, lowercase: "transfer-encoding") ? .hopByHop : .other
        case 19: bytes.matches(name, lowercase: "content-disposition") ? .content : .other
        default: .other
        }
    }

    /// What applications say to the server in front of them, in the words of nginx and lighttpd.
    private static func recogniseOrder(_ name: ByteRange, in bytes: Span<UInt8>) -> CGIFieldName {
        if bytes.matches(name, lowercase: "x-sendfile") { return .sendfile }
        guard bytes.matches(ByteRange(name.start, name.start + 8), lowercase: "x-accel-") else {
            return .other
        }
        if bytes.matches(name, lowercase: "x-accel-redirect") { return .accelRedirect }
        return bytes.matches(name, lowercase: "x-accel-buffering") ? .accelBuffering : .accel
    }
}
