// Cookies as a browser keeps them between requests (RFC 6265), for one host. There is no TLS here, so `Secure` keeps none back.

import GatewayInterface
import HTTP
import Syscalls

/// The cookies that a client has.
struct TestCookies: Sendable {
    private struct Cookie: Sendable {
        let name: String
        let value: String
        let path: String
    }

    private var cookies: [Cookie] = []

    /// Values by name; of two with the same name that of the longest path.
    var values: [String: String] {
        Dictionary(ordered.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// The value of Cookie for a path; `nil` for none.
    func field(for path: String) -> String? {
        let sent = ordered.filter { Self.isMatch(path, $0.path) }
        return sent.isEmpty ? nil : sent.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
    }

    /// Sets one for all paths, or removes all of a name.
    mutating func set(_ name: String, _ value: String?) {
        cookies.removeAll { $0.name == name }
        if let value { cookies.append(Cookie(name: name, value: value, path: "/")) }
    }

    /// Takes what Set-Cookie says (§5.2).
    mutating func take(_ field: String, path requestPath: String) {
        var parts = field.split(separator: ";", omittingEmptySubsequences: false).map(Self.pair)
        let (name, value) = parts.removeFirst()
        guard let value, !name.isEmpty else { return }
        var path = Self.defaultPath(requestPath)
        var maxAge: Int?
        var isPast = false
        for (name, value) in parts {
            switch name.lowercased() {
            case "path": if let value, value.hasPrefix("/") { path = value }
            case "max-age": maxAge = value.flatMap { Int($0) } ?? maxAge
            case "expires": isPast = value.map(Self.isPast) ?? isPast
            default: break
            }
        }
        cookies.removeAll { $0.name == name && $0.path == path }
        let isGone = maxAge.map { $0 <= 0 } ?? isPast
        if !isGone { cookies.append(Cookie(name: name, value: value, path: path)) }
    }

    private var ordered: [Cookie] {
        cookies.enumerated().sorted {
            ($1.element.path.utf8.count, $0.offset) < ($0.element.path.utf8.count, $1.offset)
        }.map(\.element)
    }

    private static func pair(_ text: Substring) -> (name: String, value: String?) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (trimmed(parts[0]), parts.count == 2 ? trimmed(parts[1]) : nil)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func isPast(_ date: String) -> Bool {
        var date = date
        let now = Clock.secondsSince1970()
        return date.withUTF8 { HTTPDate.secondsSince1970(parsing: $0, now: now) }.map { $0 <= now } ?? false
    }

    /// The folder of the path that was asked for (§5.1.4).
    private static func defaultPath(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func isMatch(_ path: String, _ cookiePath: String) -> Bool {
        guard path.hasPrefix(cookiePath) else { return false }
        return path == cookiePath || cookiePath.hasSuffix("/")
            || path.dropFirst(cookiePath.count).hasPrefix("/")
    }
}
