// What a request's path and query become, with places for what the client has sent. What goes into the path is decoded already
// and never decoded again; what goes into the query is percent-encoded, so that it stays one value there.

import GatewayInterface
import Octets

/// A new path and a new query.
package struct RewriteTemplate: Equatable, Sendable {
    /// A part of it.
    package enum Piece: Equatable, Sendable {
        case text([UInt8])
        /// `$0` to `$9`.
        case group(Int)
        /// `$rest` and `$path`.
        case rest, path
        /// `$query_string`.
        case query
    }

    private static let names: [(String, Piece)] =
        (0...9).map { ("$\($0)", .group($0)) } + [
            ("$rest", .rest), ("$path", .path), ("$query_string", .query),
        ]

    package let path: [Piece]
    /// `nil` where the query stays what it is.
    package let query: [Piece]?
    /// Whether what the client has asked for follows the new query.
    package let keepsQuery: Bool

    /// - Returns: `nil` where it is no path with names that have a value.
    package init?(_ text: String) {
        guard text.hasPrefix("/") || text.hasPrefix("$"), !text.contains("*"), !text.utf8.contains(0) else {
            return nil
        }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = Self.pieces(parts[0]), !path.contains(.query) else { return nil }
        self.path = path
        guard parts.count == 2 else {
            (query, keepsQuery) = (nil, true)
            return
        }
        keepsQuery = !text.hasSuffix("?")
        let written = keepsQuery || parts[1].isEmpty ? parts[1] : parts[1].dropLast()
        guard written.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "#") }),
            let query = Self.pieces(written)
        else { return nil }
        self.query = query
    }

    /// The highest group that it names; `nil` for none.
    package var highestGroup: Int? {
        (path + (query ?? [])).compactMap { if case .group(let place) = $0 { place } else { nil } }.max()
    }

    private static func pieces(_ text: Substring) -> [Piece]? {
        var pieces: [Piece] = []
        var rest = text
        while !rest.isEmpty {
            if let (name, piece) = names.first(where: { rest.hasPrefix($0.0) }) {
                pieces.append(piece)
                rest = rest.dropFirst(name.count)
                continue
            }
            let literal = rest.prefix { $0 != "$" }
            guard !literal.isEmpty else { return nil }
            pieces.append(.text(Array(literal.utf8)))
            rest = rest.dropFirst(literal.count)
        }
        return pieces
    }

    /// What the places stand for.
    package struct Values {
        /// The decoded path.
        package let path: UnsafeBufferPointer<UInt8>
        /// What is behind the part that the route has matched.
        package let rest: UnsafeBufferPointer<UInt8>
        /// What the client has asked for behind the `?`.
        package let query: UnsafeBufferPointer<UInt8>
        /// What groups took; `nil` where the route has no pattern.
        package let groups: CapturedPath?

        package init(
            path: UnsafeBufferPointer<UInt8>, rest: UnsafeBufferPointer<UInt8>,
            query: UnsafeBufferPointer<UInt8>, groups: CapturedPath?
        ) {
            self.path = path
            self.rest = rest
            self.query = query
            self.groups = groups
        }
    }

    /// Appends the new path, which begins with a slash.
    package func appendPath(_ values: Values, to output: inout ByteBuffer) {
        for piece in path {
            switch piece {
            case .text(let text): text.withUnsafeBufferPointer { output.append($0) }
            case .group(let place): if let groups = values.groups { Self.join(groups[place], to: &output) }
            case .rest: Self.join(values.rest, to: &output)
            case .path: Self.join(values.path, to: &output)
            case .query: break
            }
        }
        if output.isEmpty { output.append(ASCII.slash) }
    }

    /// A part that begins with a slash brings none where one is.
    private static func join(_ part: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer) {
        if output.isEmpty, part.first != ASCII.slash { output.append(ASCII.slash) }
        let hasSlash = output.bytes.last == ASCII.slash && part.first == ASCII.slash
        output.append(hasSlash ? UnsafeBufferPointer(rebasing: part.dropFirst()) : part)
    }

    /// Appends the new query.
    ///
    /// - Returns: Whether there is one; without, it stays what it is.
    package func appendQuery(_ values: Values, to output: inout ByteBuffer) -> Bool {
        guard let query else { return false }
        for piece in query {
            switch piece {
            case .text(let text): text.withUnsafeBufferPointer { output.append($0) }
            case .group(let place): if let groups = values.groups { Self.encode(groups[place], to: &output) }
            case .rest: Self.encode(values.rest, to: &output)
            case .path: Self.encode(values.path, to: &output)
            case .query: output.append(values.query)
            }
        }
        if keepsQuery, !values.query.isEmpty {
            if !output.isEmpty { output.append(UInt8(ascii: "&")) }
            output.append(values.query)
        }
        return true
    }

    /// Appends octets as a value of a query: all but what is never reserved (RFC 3986, §2.3) is percent-encoded.
    package static func encode(_ octets: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer) {
        for byte in octets {
            if isUnreserved(byte) {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(digit(byte >> 4))
                output.append(digit(byte & 15))
            }
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95, 126: true
        default: false
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
}
