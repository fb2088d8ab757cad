import GatewayInterface
import Octets

/// The body of a request that a ``TestClient`` makes. A literal text is one in UTF-8, without a type.
public struct TestBody: Sendable, ExpressibleByStringLiteral {
    /// How its octets come.
    enum Content: Sendable {
        case whole([UInt8])
        case parts(length: Int?, @Sendable ((_ part: [UInt8]) async throws -> Void) async throws -> Void)
    }

    let content: Content
    let type: String?
    let trailers: [TrailerField]

    /// No body.
    public static let none = TestBody.bytes([])

    /// Octets.
    ///
    /// - Parameters:
    ///   - bytes: All of it.
    ///   - type: The media type; a field of the request counts more.
    ///   - trailers: Fields behind the body.
    public static func bytes(
        _ bytes: [UInt8], type: String? = nil, trailers: [TrailerField] = []
    ) -> TestBody { TestBody(content: .whole(bytes), type: type, trailers: trailers) }

    /// Text in UTF-8.
    public static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> TestBody {
        .bytes(Array(text.utf8), type: type)
    }

    /// A form, as a browser sends one without files (`application/x-www-form-urlencoded`).
    public static func form(_ items: KeyValuePairs<String, String>) -> TestBody {
        let text = items.map { "\(encoded($0.key))=\(encoded($0.value))" }.joined(separator: "&")
        return .text(text, type: "application/x-www-form-urlencoded")
    }

    /// A body that is made while it is sent. An application that streams bodies gets each part as it comes, and a part is
    /// not asked for before there is room for it; any other application is called when all parts are there.
    ///
    /// - Parameters:
    ///   - parts: Where it throws, the client breaks off.
    ///   - length: Octets in all; `nil` is a chunked body.
    ///   - type: The media type.
    ///   - trailers: Fields behind the body.
    public static func stream<Parts: AsyncSequence & Sendable>(
        _ parts: Parts, length: Int? = nil, type: String? = nil, trailers: [TrailerField] = []
    ) -> TestBody where Parts.Element == [UInt8] {
        TestBody(
            content: .parts(length: length) { send in for try await part in parts { try await send(part) } },
            type: type, trailers: trailers)
    }

    init(content: Content, type: String?, trailers: [TrailerField]) {
        (self.content, self.type, self.trailers) = (content, type, trailers)
    }

    /// A text in UTF-8, without a type.
    public init(stringLiteral text: String) {
        self.init(content: .whole(Array(text.utf8)), type: nil, trailers: [])
    }

    private static func encoded(_ text: String) -> String {
        var octets: [UInt8] = []
        for octet in text.utf8 {
            let isLetter = ASCII.lowercased(octet) &- UInt8(ascii: "a") < 26
            if isLetter || ASCII.isDigit(octet) || "-._*".utf8.contains(octet) {
                octets.append(octet)
            } else if octet == ASCII.space {
                octets.append(UInt8(ascii: "+"))
            } else {
                octets.append(percentEncoding: octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
