import HTTPTypes

/// The answer to a request.
public struct Response: Sendable {
    /// 200…999.
    public var status: HTTPResponse.Status
    /// Header fields, in the order in which they are sent. Content-Length, Connection and Transfer-Encoding are the
    /// gateway's to choose: an application's own are not sent.
    public var fields: ResponseFields
    /// The body.
    public var body: ResponseBody

    /// A response made of its parts.
    public init(status: HTTPResponse.Status = .ok, fields: ResponseFields = [], body: ResponseBody) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A response of octets.
    public init(status: HTTPResponse.Status = .ok, fields: ResponseFields = [], body: [UInt8] = []) {
        self.init(status: status, fields: fields, body: .bytes(body))
    }

    /// A response of text in UTF-8.
    ///
    /// - Parameters:
    ///   - status: 200…999.
    ///   - text: The body.
    ///   - contentType: The media type.
    public init(
        status: HTTPResponse.Status = .ok, _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) {
        self.init(
            status: status, fields: ResponseFields("Content-Type", contentType),
            body: .bytes(Array(text.utf8)))
    }

    /// A response of a file, which the kernel sends without a copy through the process. Unless the fields say otherwise it
    /// gets a media type by its name, Last-Modified and ETag. In a gateway's worker what the client asks for is compared with the file
    /// (RFC 9110, §13 and §14): that may make it 304, 206, 412 or 416; under another web server this is left to that.
    ///
    /// - Parameters:
    ///   - status: 200…999.
    ///   - fields: Header fields.
    ///   - file: A path, relative to the folder of the process. Where it cannot be read the client gets 404 or 403.
    public init(status: HTTPResponse.Status = .ok, fields: ResponseFields = [], file: String) {
        self.init(status: status, fields: fields, body: .file(file))
    }

    /// A response whose body is made while it is sent.
    ///
    /// - Parameters:
    ///   - status: 200…999.
    ///   - fields: Header fields.
    ///   - length: Octets of the body, where they are known; the client sees a broken answer where it has fewer.
    ///   - stream: Writes the body. It runs as a task on the worker's event loop, which is cancelled when the client leaves. When
    ///     it throws, the client sees that the answer is not whole.
    public init(
        status: HTTPResponse.Status = .ok, fields: ResponseFields = [], length: Int? = nil,
        stream: @escaping @Sendable (ResponseWriter) async throws -> Void
    ) {
        self.init(
            status: status, fields: fields, body: .stream(ResponseStream(length: length, produce: stream)))
    }

    /// A response whose body is a sequence of parts.
    public init<Parts: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok, fields: ResponseFields = [], sequence: Parts
    ) where Parts.Element == [UInt8] {
        self.init(status: status, fields: fields) { writer in
            for try await part in sequence { try await writer.write(part) }
        }
    }

    /// A response whose body is a sequence of texts in UTF-8.
    public init<Parts: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok, fields: ResponseFields = [], sequence: Parts
    ) where Parts.Element == String {
        self.init(status: status, fields: fields) { writer in
            for try await part in sequence { try await writer.write(part) }
        }
    }

    /// A redirect.
    ///
    /// - Parameters:
    ///   - location: A URI or a path; what is no ASCII has to be percent-encoded.
    ///   - status: 303 by default: the client is to go there with GET, whatever it has asked with (RFC 9110, §15.4.4).
    public static func redirect(to location: String, status: HTTPResponse.Status = .seeOther) -> Response {
        Response(status: status, fields: ResponseFields("Location", location))
    }
}

/// The body of a response.
public enum ResponseBody: Sendable {
    /// Octets, all there.
    case bytes([UInt8])
    /// A file, by its path.
    case file(String)
    /// Made while it is sent.
    case stream(ResponseStream)
    /// No body: the connection becomes a WebSocket (RFC 6455).
    case webSocket(WebSocketUpgrade)

    /// Whether code of the application makes it, after the answer itself.
    package var isMadeLater: Bool {
        switch self {
        case .bytes, .file: false
        case .stream, .webSocket: true
        }
    }

    /// Octets of a body that is all there; `nil` for any other.
    public var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
}
