// Where a route sends its clients. What a client has asked for may stand in it, but never where it would decide the host: a
// link to this server must not lead to a stranger's (CWE-601).

import Octets

/// Where a client is sent, with places for what it has asked for.
struct RedirectTemplate: Equatable, Sendable {
    /// A part of it.
    enum Piece: Equatable, Sendable {
        case text([UInt8])
        case scheme, host, requestTarget, query, rest
    }

    private static let names: [(String, Piece)] = [
        ("$scheme", .scheme), ("$host", .host), ("$request_uri", .requestTarget), ("$query_string", .query),
        ("$rest", .rest),
    ]

    let pieces: [Piece]

    /// - Returns: `nil` where it is neither a path nor a URL, a `$` begins none of the names, or a character may not stand in a
    ///   field.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        var pieces: [Piece] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            if let (name, piece) = Self.names.first(where: { rest.hasPrefix($0.0) }) {
                pieces.append(piece)
                rest = rest.dropFirst(name.count)
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

    /// Whether the text itself says where its path begins: `/x`, `$rest`, `$request_uri`, `https://example.org/x`.
    private static func hasPlace(_ text: String) -> Bool {
        if text.hasPrefix("$rest") || text.hasPrefix("$request_uri") { return true }
        // Browsers take a backslash for a slash: behind the first one it begins a host too.
        if text.hasPrefix("/") { return !text.hasPrefix("//") && !text.hasPrefix("/\\") }
        guard let colon = text.firstRange(of: "://") else { return false }
        let scheme = text[..<colon.lowerBound]
        let authority = text[colon.upperBound...].prefix { !"/?#".contains($0) }
        guard scheme == "$scheme" || !scheme.isEmpty && scheme.allSatisfy({ $0.isASCII && $0.isLetter })
        else { return false }
        // The host may be, or hold, the one that was asked for. What follows it as a path gets a slash of its own.
        let host = authority.replacing("$host", with: "host")
        let place = ["$rest", "$request_uri"].first { host.hasSuffix($0) }
        let name = host.dropLast(place?.count ?? 0)
        return !name.isEmpty && !name.contains("$")
    }
}
