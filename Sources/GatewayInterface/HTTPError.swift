import HTTPTypes

/// An error that says what is to be answered. Any other that a handler throws is answered with 500, and stands in the log.
public protocol AnsweringError: Error {
    /// What is answered.
    var answer: Response { get }
}

/// An answer as an error: `throw HTTPError(.notFound, "There is no such article.")`.
public struct HTTPError: AnsweringError, CustomStringConvertible {
    /// 200…999.
    public let status: HTTPResponse.Status
    /// For the client, as text.
    public let message: String
    /// Header fields.
    public let fields: ResponseFields

    /// An error made of its parts.
    ///
    /// - Parameters:
    ///   - status: 200…999.
    ///   - message: For the client; the reason phrase of the status where it is left out.
    ///   - fields: Header fields.
    public init(_ status: HTTPResponse.Status, _ message: String? = nil, fields: ResponseFields = []) {
        self.status = status
        self.message = message ?? status.reasonPhrase
        self.fields = fields
    }

    /// The message as text.
    public var answer: Response {
        var response = Response(status: status, message + "\n")
        response.fields += fields
        return response
    }

    /// For the log.
    public var description: String { "\(status.code) \(message)" }
}
