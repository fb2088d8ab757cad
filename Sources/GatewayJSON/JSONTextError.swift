// What is wrong with a JSON text, for people: Swift's own errors are pages of types, and show them to whoever sent the text.

/// Why JSON was not read or not written.
public struct JSONTextError: Error, Equatable, Sendable {
    /// Where in the document, `items[2].price` for instance; empty for all of it.
    public let path: String
    /// What is wrong there.
    public let reason: String
    /// The status that an answer should have: 400 for what a client has sent, 500 for what could not be written.
    public let status: Int

    init(_ mistake: JSONMistake) {
        (path, status) = ("", 400)
        reason =
            switch mistake {
            case .syntax(let line, let column): "is not valid JSON at line \(line), column \(column)"
            case .encoding: "is not UTF-8"
            case .depth: "is nested too deeply"
            }
    }

    /// - Parameter error: What a text is refused for whose grammar is right.
    init(_ error: DecodingError) {
        status = 400
        switch error {
        case .keyNotFound(let key, let context):
            (path, reason) = (Self.path(context.codingPath + [key]), "is missing")
        case .valueNotFound(let type, let context):
            (path, reason) = (Self.path(context.codingPath), "is null, not \(Self.words(type))")
        case .typeMismatch(let type, let context):
            (path, reason) = (Self.path(context.codingPath), "is not \(Self.words(type))")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            // For this alone Foundation refuses all of a text that is JSON.
            (path, reason) = ("", "has a number that its place cannot hold")
        case .dataCorrupted(let context):
            (path, reason) = (
                Self.path(context.codingPath), "is wrong: \(Self.line(context.debugDescription))"
            )
        @unknown default: (path, reason) = ("", "cannot be read")
        }
    }

    init(_ error: EncodingError) {
        status = 500
        switch error {
        case .invalidValue(_, let context):
            path = Self.path(context.codingPath)
            reason = "cannot be written: \(Self.line(context.debugDescription))"
        @unknown default: (path, reason) = ("", "cannot be written")
        }
    }

    /// Names behind dots, and places in brackets.
    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                // Whoever sends an object picks its names.
                path += path.isEmpty ? line(key.stringValue) : ".\(line(key.stringValue))"
            }
        }
    }

    /// What JSON calls the values of a type.
    private static func words(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any FloatingPoint.Type: "a number"
        case is [Any].Type, is any ArrayLike.Type: "an array"
        case is any DictionaryLike.Type: "an object"
        default: "what it has to be"
        }
    }

    /// A text without control characters, so that it stays one line.
    private static func line(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

extension JSONTextError: CustomStringConvertible {
    /// One line: where, and what.
    public var description: String { "\(path.isEmpty ? "the document" : path) \(reason)" }
}

private protocol ArrayLike {}
extension Array: ArrayLike {}
extension Set: ArrayLike {}
private protocol DictionaryLike {}
extension Dictionary: DictionaryLike {}
