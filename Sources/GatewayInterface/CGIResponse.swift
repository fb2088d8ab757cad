// What an application says before its body (RFC 3875, §6), whether over CGI, FastCGI or in-process. What is
// malformed here is the application's fault, and the client gets 502: guessing would let an application that
// copies a client's text into a field split the response.

import Octets

/// Why an application's answer cannot be passed on.
public enum CGIResponseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A line that is no field, or a control character in one.
    case malformedField
    /// `Status` is no number from 200 to 999.
    case malformedStatus
    /// `Content-Length` is no number, or there are two that differ.
    case malformedContentLength
    /// The head is longer than the limit.
    case tooLarge
    /// Neither fields nor a blank line.
    case noFields

    /// For the log.
    public var description: String {
        switch self {
        case .malformedField: "a header line is no field, or holds a control character"
        case .malformedStatus: "its Status is no number from 200 to 999"
        case .malformedContentLength: "its Content-Length is no number, or there are two that differ"
        case .tooLarge: "its head is longer than \(CGIResponseParser.limit) octets"
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
    case contentType, date, location, server
}

/// A field of an application's answer.
public struct CGIField: Equatable, Sendable {
    /// The name as it was sent.
    public let name: ByteRange
    /// The value without white space at its ends.
    public let value: ByteRange
    /// What it means.
    public let kind: CGIFieldName
}

/// The parsed head of an application's answer: offsets into the bytes it came from.
public struct CGIResponseHead: Sendable {
    /// 200…999. Without a Status field: 302 where Location is an absolute URI, else 200 (RFC 3875, §6.2.3).
    public internal(set) var status = 200
    /// The application's own reason phrase; may be empty.
    public internal(set) var reason = ByteRange.empty
    /// The fields in their order.
    public internal(set) var fields: [CGIField] = []
    /// The length that the application announced.
    public internal(set) var contentLength: UInt64?
    /// A path to be answered in place of this response (RFC 3875, §6.2.2: local redirect).
    public internal(set) var localRedirect: ByteRange?
    /// Octets of the head, the blank line included.
    public internal(set) var byteCount = 0

    /// An empty head.
    public init() { fields.reserveCapacity(16) }

    mutating func reset() {
        status = 200
        reason = .empty
        fields.removeAll(keepingCapacity: true)
        contentLength = nil
        localRedirect = nil
    }
}
