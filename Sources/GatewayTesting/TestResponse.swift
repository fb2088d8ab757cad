import GatewayInterface

/// An answer as a client has got it.
public struct TestResponse: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The fields that were sent: without those that a server keeps to itself, with Content-Length where the length is known.
    public let fields: ResponseFields
    /// The octets of the body; none of an answer to HEAD.
    public let body: [UInt8]

    /// The body as UTF-8, with what is none repaired.
    public var text: String { String(decoding: body, as: UTF8.self) }
    /// The value of the first field of a name.
    public subscript(name: HTTPField.Name) -> String? { fields[name] }
}

/// Why a ``TestClient`` has no answer.
public enum TestClientError: Error, CustomStringConvertible {
    /// The answer broke off after it had begun: a stream threw, or was shorter than its length. A client of the gateway sees that the
    /// answer is not whole.
    case broken(any Error)
    /// A stream has ended before it had as many octets as it was to have.
    case tooShort
    /// A WebSocket was asked for, and the application has answered something else.
    case noWebSocket(TestResponse)

    /// For whoever reads the test's output.
    public var description: String {
        switch self {
        case .broken(let error): "the answer broke off: \(error)"
        case .tooShort: "the body is shorter than its length"
        case .noWebSocket(let response):
            "the answer is no WebSocket, but \(response.status.code) \(response.text)"
        }
    }
}
