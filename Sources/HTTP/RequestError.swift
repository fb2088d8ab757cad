/// Why a request is refused before anybody is asked to answer it. Each case names the status that RFC 9110 and
/// RFC 9112 want; after any of them the connection is closed and no later byte of it is read as a request.
///
/// 411 is none of them: a request without Content-Length and Transfer-Encoding has no body (RFC 9112, §6.3), whatever
/// its method, and one with Transfer-Encoding is given its length here. 405 is what the answerer of a path says.
public enum RequestError: Error, Equatable, Sendable {
    /// The request line is not `method SP target SP version` (RFC 9112, §3).
    case malformedRequestLine
    /// A method that this server will not carry: CONNECT asks for a tunnel (RFC 9110, §9.3.6).
    case unsupportedMethod
    /// A method in lower case, with `#`, or of less than 3 or more than 20 octets, where none is permitted: no server
    /// knows one (RFC 9110, §9.1).
    case unconventionalMethod
    /// The target is none of the four forms, or does not fit its method (RFC 9112, §3.2).
    case malformedTarget
    /// The request line is longer than the limit.
    case requestLineTooLong
    /// HTTP, but neither 1.0 nor 1.1 (RFC 9112, §2.3).
    case unsupportedVersion
    /// A field line that is not `name ":" value CRLF` (RFC 9112, §5), or a second Content-Type (RFC 9110, §8.3).
    case malformedField
    /// A field line that continues the line before (RFC 9112, §5.2).
    case obsoleteFolding
    /// A field name that becomes the same variable as another one, where that is refused.
    case ambiguousFieldName
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
    /// Chunk size, chunk extension or chunk end is malformed (RFC 9112, §7.1).
    case malformedBody
    /// More chunk extensions than anybody needs (RFC 9112, §7.1.1).
    case chunkExtensionsTooLarge
    /// A trailer field is malformed (RFC 9112, §7.1.2).
    case malformedTrailer
    /// `%` without two hexadecimal digits, `%00`, or `..` that climbs over the root.
    case malformedPath
    /// What a proxy that is trusted says of the client is malformed, or contradicts itself (RFC 7239).
    case malformedForwarding
    /// There is no room for the body (RFC 4918, §11.5).
    case insufficientStorage
    /// There is no memory for it now (RFC 9110, §15.6.4).
    case overloaded
    /// The request did not arrive in time (RFC 9110, §15.5.9).
    case timeout

    /// The status of the answer.
    public var status: Int {
        switch self {
        case .malformedRequestLine, .malformedTarget, .malformedField, .obsoleteFolding, .ambiguousFieldName,
            .malformedHost, .ambiguousFraming, .malformedBody, .malformedTrailer, .malformedPath,
            .malformedForwarding:
            400
        case .timeout: 408
        case .bodyTooLarge, .chunkExtensionsTooLarge: 413
        case .requestLineTooLong: 414
        case .unsupportedExpectation: 417
        case .fieldsTooLarge: 431
        case .unsupportedMethod, .unconventionalMethod, .unsupportedTransferCoding: 501
        case .overloaded: 503
        case .unsupportedVersion: 505
        case .insufficientStorage: 507
        }
    }

    /// One sentence for the client and the log.
    public var explanation: String {
        switch self {
        case .malformedRequestLine: "The request line is malformed."
        case .unsupportedMethod: "The method is not supported."
        case .unconventionalMethod: "The method is not one that a server knows."
        case .malformedTarget: "The request target is malformed."
        case .requestLineTooLong: "The request line is too long."
        case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are supported."
        case .malformedField: "A header field is malformed."
        case .obsoleteFolding: "A header field is folded over several lines."
        case .ambiguousFieldName: "The name of a header field holds an underscore or a dot."
        case .fieldsTooLarge: "The header fields are too large."
        case .malformedHost: "The Host header field is missing, repeated or malformed."
        case .ambiguousFraming: "The length of the request body is ambiguous."
        case .unsupportedTransferCoding: "The transfer coding is not supported."
        case .unsupportedExpectation: "The expectation is not supported."
        case .bodyTooLarge: "The request body is too large."
        case .malformedBody: "The request body is malformed."
        case .chunkExtensionsTooLarge: "The chunk extensions of the request body are too large."
        case .malformedTrailer: "A trailer field is malformed."
        case .malformedPath: "The path is malformed."
        case .malformedForwarding:
            "What the proxy says of the client is malformed, or contradicts itself (Forwarded, X-Forwarded-*)."
        case .insufficientStorage: "There is no room for the request body."
        case .overloaded: "The server is busy."
        case .timeout: "The request did not arrive in time."
        }
    }
}
