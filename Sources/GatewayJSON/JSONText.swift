// Values as JSON (RFC 8259), by the encoder and decoder of FoundationEssentials, which is imported for this module alone.
// Whoever imports GatewayJSON keeps the standard library's String, and no program gets ICU, which only all of
// Foundation needs.

internal import FoundationEssentials

/// Encodes values as octets of JSON, and decodes them.
public enum JSONText {
    /// A value as JSON: in one line, members sorted by their names, slashes not escaped, dates as ISO 8601 in UTC.
    ///
    /// The same value has the same octets each time, so that they can be compared, and hashed for an ETag.
    ///
    /// - Throws: ``JSONTextError`` where a value cannot be written, a number that is infinite for instance; and what the
    ///   value's own `encode(to:)` throws.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            return Array(try encoder.encode(value))
        } catch let error as EncodingError {
            throw JSONTextError(error)
        }
    }

    /// A value out of JSON. Members that the type does not know are ignored, dates are ISO 8601.
    ///
    /// - Parameters:
    ///   - type: What to read.
    ///   - bytes: A JSON text, in UTF-8.
    /// - Throws: ``JSONTextError`` where it is no JSON or no such value, and where; and what the value's own
    ///   `init(from:)` throws.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from bytes: [UInt8]
    ) throws -> Value {
        if let mistake = JSONSyntax.mistake(in: bytes) { throw JSONTextError(mistake) }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw JSONTextError(error)
        }
    }
}
