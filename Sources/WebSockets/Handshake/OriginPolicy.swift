// Whose pages may open a WebSocket (RFC 6455, §10.2). A browser sends cookies along and asks nobody whether it may, so the server
// has to look: a page of a stranger would speak with the visitor's rights.

import Octets

/// The origins that are let in. A request without an origin is: it does not come from a page (§4.2.1, 7).
public enum OriginPolicy: Equatable, Sendable {
    /// Pages of the same host and port as the request is for.
    case same
    /// Every page.
    case any
    /// Pages of these origins: `https://example.com`, with a port where it is not that of the scheme.
    case list([String])

    /// Decides.
    ///
    /// - Parameters:
    ///   - origin: The field Origin; `nil` where it is missing.
    ///   - host: The field Host.
    public func allows(origin: [UInt8]?, host: [UInt8]?) -> Bool {
        guard let origin, self != .any else { return true }
        guard let page = Origin(origin) else { return false }
        switch self {
        case .any: return true
        case .list(let origins): return origins.contains { Origin(Array($0.utf8)) == page }
        case .same:
            // Which scheme the request had is not known behind a proxy that ends TLS, so the page's counts for both.
            guard let host else { return false }
            return Origin(page.scheme + "://".utf8 + host) == page
        }
    }
}

/// A serialized origin (RFC 6454, §6.2).
private struct Origin: Equatable {
    let scheme: [UInt8]
    let host: [UInt8]
    let port: Int?

    /// `nil` for what is none: also for `null`, which stands for an origin that is not said.
    init?(_ text: [UInt8]) {
        guard let colon = text.firstIndex(of: ASCII.colon), colon > 0,
            text[colon...].starts(with: "://".utf8)
        else { return nil }
        scheme = text[..<colon].map(ASCII.lowercased)
        let authority = text[(colon + 3)...].map(ASCII.lowercased)
        var end = authority.firstIndex(of: ASCII.colon) ?? authority.count
        if authority.first == UInt8(ascii: "[") {
            guard let bracket = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            end = bracket + 1
        }
        guard Self.isHost(authority[..<end]) else { return nil }
        host = Array(authority[..<end])
        // `host:` is allowed by RFC 3986, §3.2.3.
        if end >= authority.count - 1, end == authority.count || authority[end] == ASCII.colon {
            port = Self.ports[String(decoding: scheme, as: UTF8.self)]
            return
        }
        let digits = Array(authority[(end + 1)...])
        guard authority[end] == ASCII.colon, digits.count <= 5, digits.allSatisfy(ASCII.isDigit) else {
            return nil
        }
        port = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func isHost(_ text: ArraySlice<UInt8>) -> Bool {
        let isAddress = text.first == UInt8(ascii: "[")
        return !text.isEmpty
            && text.allSatisfy { ASCII.isHostName($0) || isAddress && "[:]".utf8.contains($0) }
    }

    private static let ports = ["http": 80, "ws": 80, "https": 443, "wss": 443]
}
