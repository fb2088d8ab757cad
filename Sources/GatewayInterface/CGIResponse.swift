// What an application says before its body (RFC 3875, §6), whether over CGI, FastCGI or in-process. What is
// malformed here is the application's fault, and the client gets 502: guessing would let an application that
// copies a client's text into a field split the response.

import Octets

/// Why an application's answer cannot be passed on.
public enum CGIResponseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A line that is no field, or a control character in one.
    case malformedField
    /// `Status` is no number from 200 to 999, and not 103.
    case malformedStatus
    /// `Location` is empty, is there twice, or names a path that cannot be answered.
    case malformedLocation
    /// `Content-Length` is no number, or there are two that differ.
    case malformedContentLength
    /// The head is longer than the limit.
    case tooLarge
    /// More early hints than the limit.
    case tooManyHints
    /// Neither fields nor a blank line.
    case noFields

    /// For the log.
    public var description: String {
        switch self {
        case .malformedField: "a header line is no field, or holds a control character"
        case .malformedStatus: "its Status is no number from 200 to 999, and not 103"
        case .malformedLocation:
            "its Location is empty, is there twice, or names a path that cannot be answered"
        case .malformedContentLength: "its Content-Length is no number, or there are two that differ"
        case .tooLarge: "its head is longer than \(CGIResponseParser.limit) octets"
        case .tooManyHints: "it has more than \(CGIResponseHead.hintLimit) early hints"
        case .noFields: "it has no header fields"
        }
    }
}

/// What a field of an application's answer means to the gateway.
public enum CGIFieldName: UInt8, Sendable {
    /// Passed on as it is.
    case other
    /// Decides the status line, never sent.
    case status
    /// Decides the framing.
    case contentLength
    /// Speaks about a connection that is not the application's; dropped (RFC 9110, §7.6.1).
    case hopByHop
    case contentType, date, location, server, etag, lastModified
    /// Describes the body; has no place in an interim response.
    case content
    /// Speaks about parts of the body (Content-Range, Accept-Ranges), which a file in its place has others of.
    case ranges
    /// X-Sendfile: a file by its path. Never sent, and neither are those below.
    case sendfile
    /// X-Accel-Redirect: a file or another path by a path of the site.
    case accelRedirect
    /// X-Accel-Buffering: whether the answer may wait in a file for a slow client.
    case accelBuffering
    /// What else begins with X-Accel-: orders for another server.
    case accel

    /// Whether a field may stand in an interim response.
    public var isHint: Bool { self == .other || self == .location }
}

/// A field of an application's answer.
public struct CGIField: Equatable, Sendable {
    /// The name as it was sent.
    public let name: ByteRange
    /// The value without white space at its ends.
    public let value: ByteRange
    /// What it means.
    public internal(set) var kind: CGIFieldName
}

/// The parsed head of an application's answer: offsets into the bytes it came from.
public struct CGIResponseHead: Sendable {
    /// Heads with early hints that an answer may have before its real one. Each may be as long as that.
    public static var hintLimit: Int { 16 }

    /// 200…999, or 103. Without a Status field: 302 where Location is an absolute URI, else 200 (RFC 3875, §6.2.3).
    public internal(set) var status = 200
    /// The application's own reason phrase; may be empty.
    public internal(set) var reason = ByteRange.empty
    /// The fields in their order.
    public internal(set) var fields: [CGIField] = []
    /// The length that the application announced.
    public internal(set) var contentLength: UInt64?
    /// A path to be answered in place of this response (RFC 3875, §6.2.2: local redirect).
    public internal(set) var localRedirect: ByteRange?
    /// The value of X-Sendfile.
    public internal(set) var sendfile: ByteRange?
    /// The value of X-Accel-Redirect.
    public internal(set) var accelRedirect: ByteRange?
    /// Whether the answer is to wait nowhere: X-Accel-Buffering is `no`, or it is server-sent events.
    public internal(set) var isUnbuffered = false
    /// Octets of the head, the blank line included.
    public internal(set) var byteCount = 0

    /// Whether another head follows (RFC 8297).
    public var isInterim: Bool { status == 103 }

    /// An empty head.
    public init() { fields.reserveCapacity(16) }

    mutating func reset() {
        status = 200
        reason = .empty
        // A flood of tiny fields is not remembered by the memory that it took.
        fields.removeAll(keepingCapacity: fields.capacity <= 256)
        contentLength = nil
        localRedirect = nil
        sendfile = nil
        accelRedirect = nil
        isUnbuffered = false
    }
}
