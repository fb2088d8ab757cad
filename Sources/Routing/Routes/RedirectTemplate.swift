// Where a route sends its clients. What a client has asked for may stand in it, but never where it would decide the host: a
// link to this server must not lead to a stranger's (CWE-601).

import Octets

/// Where a client is sent, with places for what it has asked for.
package struct RedirectTemplate: Equatable, Sendable {
    /// A part of it.
    package enum Piece: Equatable, Sendable {
        case text([UInt8])
        case scheme, host, requestTarget, query, rest
        /// `?` where there is a query.
        case queryMark
        /// What a group of the route's pattern took; as a part of a path, or as a value behind a `?`.
        case group(Int, isValue: Bool)
    }

    private static let names: [(String, Piece)] = [
        ("$scheme", .scheme), ("$host", .host), ("$request_uri", .requestTarget), ("$query_string", .query),
        ("$rest", .rest), ("$is_args", .queryMark),
    ]

    package let pieces: [Piece]

    /// - Returns: `nil` where it is neither a path nor a URL, a `$` begins none of the names, or a character may not stand in a
    ///   field.
    package init?(_ text: String) {
        // No URL has a backslash, and browsers take one for a slash: `/\x` would be a host.
        guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }) else { return nil }
        var pieces: [Piece] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            if let (name, piece) = Self.names.first(where: { rest.hasPrefix($0.0) }) {
                pieces.append(piece)
                rest = rest.dropFirst(name.count)
                continue
            }
            if rest.first == "$", let digit = rest.dropFirst().utf8.first, (48...57).contains(digit) {
                pieces.append(.group(Int(digit) - 48, isValue: Self.isBehindMark(pieces)))
                rest = rest.dropFirst(2)
                continue
            }
            let literal = rest.prefix { $0 != "$" }
            guard !literal.isEmpty else { return nil }
            pieces.append(.text(Array(literal.utf8)))
            rest = rest.dropFirst(literal.count)
        }
        guard Self.hasPlace(text) else { return nil }
        self.pieces = pieces
    }

    /// Whether what follows stands in a query or a fragment.
    private static func isBehindMark(_ pieces: [Piece]) -> Bool {
        pieces.contains { piece in
            switch piece {
            case .text(let text): text.contains { "?#".utf8.contains($0) }
            case .queryMark, .requestTarget: true
            case .scheme, .host, .query, .rest, .group: false
            }
        }
    }

    /// The highest group that it names; `nil` for none.
    package var highestGroup: Int? {
        pieces.compactMap { if case .group(let place, _) = $0 { place } else { nil } }.max()
    }

    /// Names of paths: what stands at the beginning, or behind a host, begins with a slash then.
    private static let places = ["$rest", "$request_uri"] + (0...9).map { "$\($0)" }

    /// Whether the text itself says where its path begins: `/x`, `$rest`, `$request_uri`, `https://example.org/x`.
    private static func hasPlace(_ text: String) -> Bool {
        if places.contains(where: { text.hasPrefix($0) }) { return true }
        if text.hasPrefix("/") { return !text.hasPrefix("//") }
        guard let colon = text.firstRange(of: "://") else { return false }
        let scheme = text[..<colon.lowerBound]
        let authority = text[colon.upperBound...].prefix { !"/?#".contains($0) }
        guard scheme == "$scheme" || !scheme.isEmpty && scheme.allSatisfy({ $0.isASCII && $0.isLetter })
        else { return false }
        // The host may be, or hold, the one that was asked for. What follows it as a path gets a slash of its own.
        let host = authority.replacing("$host", with: "host")
        let place = places.first { host.hasSuffix($0) }
        let name = host.dropLast(place?.count ?? 0)
        return !name.isEmpty && !name.contains("$")
    }
}
