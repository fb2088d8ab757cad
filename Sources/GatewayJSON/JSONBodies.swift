// JSON as the body of a request and of an answer.

public import GatewayInterface

extension Response {
    /// A response of JSON (RFC 8259).
    ///
    /// - Parameters:
    ///   - status: 200…999.
    ///   - value: Anything that can be encoded.
    /// - Throws: A ``JSONTextError`` where it cannot be.
    public init(status: HTTPResponse.Status = .ok, json value: some Encodable) throws {
        self.init(
            status: status, fields: [.contentType: "application/json"], body: try JSONText.encode(value))
    }
}

extension Request {
    /// The body, decoded from JSON.
    ///
    /// - Parameters:
    ///   - type: What it is to be.
    ///   - limit: Octets of the body.
    /// - Throws: A ``JSONTextError`` or a ``RequestBodyError``: left alone, they are answered with 400 or 413.
    public func json<Value: Decodable>(as type: Value.Type = Value.self, limit: Int = 1 << 20) throws -> Value
    {
        try JSONText.decode(type, from: body.readAll(limit: limit))
    }

    /// The body, decoded from JSON.
    ///
    /// - Parameters:
    ///   - type: What it is to be.
    ///   - limit: Octets of the body.
    /// - Throws: A ``JSONTextError`` or a ``RequestBodyError``: left alone, they are answered with 400 or 413.
    public func json<Value: Decodable>(
        as type: Value.Type = Value.self, limit: Int = 1 << 20
    ) async throws -> Value {
        try JSONText.decode(type, from: await body.readAll(limit: limit))
    }
}

extension JSONTextError: AnsweringError {
    /// What is wrong, with the status that fits.
    public var answer: Response { HTTPError(.init(code: status), description).answer }
}
