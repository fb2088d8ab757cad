// JSON both ways, by the encoder and the decoder that applications have.

import GatewayInterface
import GatewayJSON

extension TestResponse {
    /// The body, decoded from JSON.
    ///
    ///     let note: Note = try await client.get("/notes/1").json()
    ///
    /// - Parameter type: What it is to be.
    /// - Throws: A `JSONTextError` where it is something else.
    public func json<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONText.decode(type, from: body)
    }
}

extension TestBody {
    /// JSON.
    ///
    ///     try await client.post("/notes", body: .json(Note(text: "Buy milk")))
    ///
    /// - Parameter value: Anything that can be encoded.
    /// - Throws: A `JSONTextError` where it cannot be.
    public static func json(_ value: some Encodable) throws -> TestBody {
        .bytes(try JSONText.encode(value), type: "application/json")
    }
}
