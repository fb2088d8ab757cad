/// Why a request is refused before anybody is asked to answer it. Each case names the status that RFC 9110 and
/// RFC 9112 want; after any of them the connection is closed and no later byte of it is read as a request.
public enum RequestError: Error, Equatable, Sendable {
    /// The request line is not `method SP target SP version` (RFC 9112, §3).
    case malformedRequestLine
    /// A method that this server will not carry: CONNECT asks for a tunnel (RFC 9110, §9.3.6).
    case unsupportedMethod
    /// The target is none of the four forms, or does not fit its method (RFC 9112, §3.2).
    case malformedTarget
    /// The request line is longer than the limit.
    case requestLineTooLong
    /// HTTP, but neither 1.0 nor 1.1 (RFC 9112, §2.3).
    case unsupportedVersion
    /// A field line that is not `name ":" value CRLF`, or that continues the line before (RFC 9112, §5).
    case malformedField
    /// A field line, the number of fields, or all of them together exceed a limit.
    case fieldsTooLarge
    /// Host is missing, doubled or no host (RFC 9112, §3.2).
    case malformedHost
    /// Content-Length and Transfer-Encoding leave doubt where the body ends (RFC 9112, §6.3).
    case ambiguousFraming
    /// A transfer coding other than `chunked` (RFC 9112, §6.1).
    case unsupportedTransferCoding
    /// An expectation other than `100-continue` (RFC 9110, §10.1.1).
    case unsupportedExpectation
    /// The body is longer than the limit.
    case bodyTooLarge
    /// Chunk size, chunk end or trailer is malformed (RFC 9112, §7.1).
    case malformedBody
    /// `%` without two hexadecimal digits, `%00`, or `..` that climbs over the root.
    case malformedPath
    /// What a proxy that is trusted says of the client is malformed, or contradicts itself (RFC 7239).
    case malformedForwarding
    /// There is no room for the body (RFC 4918, §11.5).
    case insufficientStorage
    /// The request did not arrive in time (RFC 9110, §15.5.9).
    case timeout

    /// The status of the answer.
    public var status: Int {
        switch self {
        case .malformedRequestLine, .malformedTarget, .malformedField, .malformedHost, .ambiguousFraming,
            .malformedBody, .malformedPath, .malformedForwarding:
            400
        case .timeout: 408
        case .bodyTooLarge: 413
        case .requestLineTooLong: 414
        case .unsupportedExpectation: 417
        case .fieldsTooLarge: 431
        case .unsupportedMethod, .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        case .insufficientStorage: 507
        }
    }

    /// One sentence for the client and the log.
    public var explanation: String {
        switch self {
        case .malformedRequestLine: "The request line is malformed."
        case .unsupportedMethod: "The method is not supported."
        case .malformedTarget: "The request target is malformed."
        case .requestLineTooLong: "The request line is too long."
        case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are supported."
        case .malformedField: "A header field is malformed."
        case .fieldsTooLarge: "The header fields are too large."
        case .malformedHost: "The Host header field is missing, repeated or malformed."
        case .ambiguousFraming: "The length of the request body is ambiguous."
        case .unsupportedTransferCoding: "The transfer coding is not supported."
        case .unsupportedExpectation: "The expectation is not supported."
        case .bodyTooLarge: "The request body is too large."
        case .malformedBody: "The request body is malformed."
        case .malformedPath: "The path is malformed."
        case .malformedForwarding:
            "What the proxy says of the client is malformed, or contradicts itself (Forwarded, X-Forwarded-*)."
        case .insufficientStorage: "There is no room for the request body."
        case .timeout: "The request did not arrive in time."
        }
    }
}
