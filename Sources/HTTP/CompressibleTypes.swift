import Octets

/// Media types of which it is worth while to compress what has them.
public struct CompressibleTypes: Sendable {
    /// Those of texts. Pictures, films and archives are compressed already; `text/event-stream` is not among them, because each of its
    /// events is small and urgent.
    public static let usual = [
        "text/html", "text/css", "text/plain", "text/javascript", "text/xml", "text/csv", "text/markdown",
        "application/javascript", "application/json", "application/ld+json", "application/manifest+json",
        "application/xml", "application/xhtml+xml", "application/rss+xml", "application/atom+xml",
        "image/svg+xml",
    ]

    private let types: [[UInt8]]

    /// - Parameter types: In lower case; `text/*` is all that begin so.
    public init(_ types: [String]) { self.types = types.map { Array($0.utf8) } }

    /// Whether a type is one of them.
    ///
    /// - Parameter contentType: With parameters or without, in any case.
    public func contains(_ contentType: UnsafeBufferPointer<UInt8>) -> Bool {
        let type = contentType.prefix { $0 != UInt8(ascii: ";") && !ASCII.isBlank($0) }
        return types.contains { wanted in
            guard wanted.last == UInt8(ascii: "*") else {
                return type.count == wanted.count && begins(type, with: wanted[...])
            }
            return begins(type, with: wanted.dropLast())
        }
    }

    private func begins(_ type: Slice<UnsafeBufferPointer<UInt8>>, with wanted: ArraySlice<UInt8>) -> Bool {
        guard type.count >= wanted.count else { return false }
        for (octet, expected) in zip(type, wanted) where ASCII.lowercased(octet) != expected { return false }
        return true
    }
}
