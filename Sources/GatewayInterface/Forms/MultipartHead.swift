// The head of a part of multipart/form-data (RFC 7578, §4): what the part is called, and what it says of itself.

import Octets

/// The head of a part.
public struct MultipartHead: Equatable, Sendable {
    /// A field of the head.
    public struct Field: Equatable, Sendable {
        /// As it was sent; names are compared without regard to case.
        public let name: String
        /// Without blanks at its ends; octets that are no UTF-8 are repaired.
        public let value: String
    }

    /// The name of the form's field.
    public let name: String
    /// The name of the file, perhaps an empty one; `nil` for a part that is no file.
    ///
    /// It is what the client says: it may have slashes, line ends and NUL in it, and is never a path to write to.
    public let filename: String?
    /// The media type of the part; `nil` where it has none, which means text/plain.
    public let contentType: String?
    /// All fields, in their order.
    public let fields: [Field]

    /// Reads the fields of a head.
    ///
    /// - Throws: ``FormError/noFormData``, ``FormError/malformedDisposition``, ``FormError/unnamedPart``.
    init(_ lines: [MultipartLine]) throws(FormError) {
        let dispositions = lines.filter { $0.name == "content-disposition" }
        guard dispositions.count == 1 else { throw .noFormData }
        guard let disposition = FieldParameters(dispositions[0].value) else { throw .malformedDisposition }
        guard disposition.value == "form-data" else { throw .noFormData }
        guard let name = disposition["name"] else { throw .unnamedPart }
        self.name = Self.text(name)
        if let extended = disposition["filename*"] {
            guard let text = Self.extendedText(extended) else { throw .malformedDisposition }
            filename = text
        } else {
            filename = disposition["filename"].map(Self.text)
        }
        fields = lines.map(\.field)
        contentType = lines.first { $0.name == "content-type" }?.field.value
    }

    /// The text that browsers mean: they write `"`, CR and LF as `%22`, `%0D` and `%0A`, and leave any other `%` alone (WHATWG
    /// HTML, §4.10.21.8).
    private static func text(_ octets: [UInt8]) -> String {
        var text: [UInt8] = []
        var rest = octets[...]
        while let octet = rest.popFirst() {
            let decoded = octet == UInt8(ascii: "%") ? twoDigits(rest) : nil
            switch decoded {
            case UInt8(ascii: "\"")?, ASCII.carriageReturn?, ASCII.lineFeed?:
                text.append(decoded!)
                rest = rest.dropFirst(2)
            default: text.append(octet)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `UTF-8''` and percent-encoded octets (RFC 5987, §3.2), with or without a language; `nil` for anything else.
    private static func extendedText(_ octets: [UInt8]) -> String? {
        let parts = octets.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].map(ASCII.lowercased).elementsEqual("utf-8".utf8) else { return nil }
        return String(percentDecoding: parts[2], plusIsSpace: false)
    }
}

/// A line of a head.
struct MultipartLine {
    /// The field's name in small letters.
    let name: String
    /// The field's value, without blanks at its ends.
    let value: [UInt8]
    let field: MultipartHead.Field

    /// - Parameter line: A line without its CR LF; it holds no line feed.
    /// - Throws: ``FormError/malformedPartField``: folded lines too (RFC 7578 knows none).
    init(_ line: [UInt8]) throws(FormError) {
        guard let colon = line.firstIndex(of: ASCII.colon), colon > 0,
            line[..<colon].allSatisfy(ASCII.isToken), line[colon...].allSatisfy(ASCII.isFieldValue)
        else { throw .malformedPartField }
        value = Array(trimmed(line[(colon + 1)...]))
        name = String(decoding: line[..<colon].map(ASCII.lowercased), as: UTF8.self)
        field = MultipartHead.Field(
            name: String(decoding: line[..<colon], as: UTF8.self),
            value: String(decoding: value, as: UTF8.self))
    }
}
