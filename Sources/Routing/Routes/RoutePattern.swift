// What a route asks of a request. Patterns are octets and compare octets: nothing here depends on an alphabet.

import GatewayInterface
import Octets

/// Which hosts a route is for.
package enum HostPattern: Equatable, Sendable {
    /// This name, in lower case.
    case exact([UInt8])
    /// Every name that ends so, in lower case, with the dot at its beginning: `*.example.org`.
    case ending([UInt8])

    /// Reads a name, or `*.` and a name.
    ///
    /// - Returns: `nil` where the text is neither.
    package init?(_ text: String) {
        let isWildcard = text.hasPrefix("*.")
        var name = Array(text.utf8.dropFirst(isWildcard ? 1 : 0)).map(ASCII.lowercased)
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        let isName = name.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || "-._".utf8.contains(byte)
        }
        let isIPv6 = !isWildcard && name.first == UInt8(ascii: "[") && name.last == UInt8(ascii: "]")
        guard name.count > (isWildcard ? 1 : 0), isName || isIPv6 else { return nil }
        self = isWildcard ? .ending(name) : .exact(name)
    }

    /// - Parameter host: The name without a port, in any case, perhaps with the dot of the root at its end.
    package func matches(_ host: UnsafeBufferPointer<UInt8>) -> Bool {
        let host = host.last == UInt8(ascii: ".") ? UnsafeBufferPointer(rebasing: host.dropLast()) : host
        switch self {
        case .exact(let name): return Self.isEqual(host, name)
        case .ending(let end):
            guard host.count > end.count else { return false }
            return Self.isEqual(UnsafeBufferPointer(rebasing: host.suffix(end.count)), end)
        }
    }

    private static func isEqual(_ host: UnsafeBufferPointer<UInt8>, _ name: [UInt8]) -> Bool {
        guard host.count == name.count else { return false }
        for index in 0..<name.count where ASCII.lowercased(host[index]) != name[index] { return false }
        return true
    }

    /// The more, the closer it describes a host.
    package var weight: Int {
        switch self {
        case .exact: .max
        case .ending(let end): end.count
        }
    }
}

/// Which paths a route is for: decoded and normalized ones. Slashes in a row are one slash here, as the file system and
/// many applications take them: else `//admin/` would get past a route for `/admin/*`.
package enum PathPattern: Equatable, Sendable {
    case exact([UInt8])
    /// Every path that begins so. One that ends in a slash is also for the path without it.
    case prefix([UInt8])
    /// Every path that begins and ends so, with the pieces between in their order: `*.php`, `/app/*.cgi`. A star stands for any
    /// octets, slashes too. An ending with a dot names scripts, and those take a path of their own (PATH_INFO): `*.php` is also for
    /// `/a.php/x`, or a route with an authorizer could be passed by with a slash.
    case pieces([[UInt8]])

    /// Every request, that for `*` too.
    package static let everything = PathPattern.prefix([])

    /// Reads `/path`, `/folder/*`, `*.ending` or `*`.
    ///
    /// - Returns: `nil` where the text is none of them, or has empty, `.` or `..` segments: no path would match.
    package init?(_ text: String) {
        if text == "*" {
            self = .everything
            return
        }
        let isPrefix = text.hasSuffix("*")
        let path = Array(text.utf8.dropLast(isPrefix ? 1 : 0))
        if path.contains(UInt8(ascii: "*")) {
            guard let pieces = Self.pieces(text) else { return nil }
            self = .pieces(pieces)
            return
        }
        guard path.first == ASCII.slash, !path.contains(0) else { return nil }
        var segments = path.split(separator: ASCII.slash, omittingEmptySubsequences: false).dropFirst()
        // Of a prefix, the last one goes on.
        if let last = segments.last, isPrefix || last.isEmpty { segments.removeLast() }
        guard segments.allSatisfy({ !$0.isEmpty && !Self.isDots($0) }) else { return nil }
        self = isPrefix ? .prefix(path) : .exact(path)
    }

    /// What stands between the stars of a text: at most eight of them, and never two side by side.
    private static func pieces(_ text: String) -> [[UInt8]]? {
        let pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        let inner = pieces.dropFirst().dropLast()
        // As a path it would be matched by, with something for each star.
        let path = (text.hasPrefix("*") ? "/" : "") + text.replacing("*", with: "x")
        guard pieces.count <= 9, inner.allSatisfy({ !$0.isEmpty }), PathPattern(path) != nil else {
            return nil
        }
        return pieces.map { Array($0) }
    }

    /// `.` and `..`, which never stand in a normalized path.
    static func isDots(_ segment: some Collection<UInt8>) -> Bool {
        segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8)
    }

    /// - Returns: How much of the path is matched, without a slash at its end; `nil` where it does not match.
    package func matches(_ path: UnsafeBufferPointer<UInt8>) -> Int? {
        switch self {
        case .exact(let own):
            let (used, isWhole) = Self.walk(path, own)
            return isWhole && used == path.count ? used : nil
        case .prefix(let own):
            let isFolder = own.last == ASCII.slash
            let (used, isWhole) = Self.walk(path, own)
            if isWhole { return isFolder ? Self.end(of: path, before: used) : used }
            guard isFolder, used == path.count else { return nil }
            return Self.walk(path, own.dropLast()).isWhole ? used : nil
        case .pieces(let pieces): return Self.holds(path, pieces) ? path.count : nil
        }
    }

    /// Whether a path without slashes in a row holds the pieces in their order. The first place for each is as good as any later
    /// one, so nothing is tried twice.
    private static func holds(_ path: UnsafeBufferPointer<UInt8>, _ pieces: [[UInt8]]) -> Bool {
        guard path.first == ASCII.slash, let first = pieces.first, let last = pieces.last,
            path.starts(with: first), let end = lastPlace(of: last, in: path), end >= first.count
        else { return false }
        var start = first.count
        for piece in pieces[1..<(pieces.count - 1)] {
            guard let found = place(of: piece, in: path, start, end) else { return false }
            start = found + piece.count
        }
        return true
    }

    /// Where the ending of a pattern begins: the last place that will do, which leaves most room for what comes before it.
    private static func lastPlace(of ending: [UInt8], in path: UnsafeBufferPointer<UInt8>) -> Int? {
        let segment = ending.lastIndex(of: ASCII.slash).map { ending[$0...] } ?? ending[...]
        let mayGoOn = segment.contains(UInt8(ascii: "."))
        var end = path.count
        while end >= ending.count {
            let place = end - ending.count
            if path[place..<end].elementsEqual(ending) { return place }
            guard mayGoOn else { return nil }
            repeat { end -= 1 } while end > 0 && path[end] != ASCII.slash
        }
        return nil
    }

    private static func place(
        of piece: [UInt8], in path: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
    ) -> Int? {
        var place = start
        search: while place + piece.count <= end {
            for index in 0..<piece.count where path[place + index] != piece[index] {
                place += 1
                continue search
            }
            return place
        }
        return nil
    }

    /// Goes along a path as far as the octets of a pattern do, and over all slashes in a row.
    private static func walk(
        _ path: UnsafeBufferPointer<UInt8>, _ own: some Collection<UInt8>
    ) -> (used: Int, isWhole: Bool) {
        var used = 0
        for byte in own {
            while used < path.count, path[used] != byte, isRepeated(path, used) { used += 1 }
            guard used < path.count, path[used] == byte else { return (used, false) }
            used += 1
        }
        while used < path.count, isRepeated(path, used) { used += 1 }
        return (used, true)
    }

    private static func isRepeated(_ path: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        index > 0 && path[index] == ASCII.slash && path[index - 1] == ASCII.slash
    }

    /// Where the slashes before an index begin.
    private static func end(of path: UnsafeBufferPointer<UInt8>, before index: Int) -> Int {
        var end = index
        while end > 0, path[end - 1] == ASCII.slash { end -= 1 }
        return end
    }

    /// What every path begins with that it matches.
    package var beginning: [UInt8] {
        switch self {
        case .exact(let own), .prefix(let own): own
        case .pieces(let pieces): pieces[0]
        }
    }
}

/// What a route asks of one header field.
package struct FieldCondition: Equatable, Sendable {
    package enum Wanted: Equatable, Sendable {
        case value([UInt8])
        case present, absent
    }

    /// The field's meta-variable.
    package let variable: [UInt8]
    package let wanted: Wanted

    /// - Parameters:
    ///   - field: The field's name.
    ///   - text: Its value; `*` for any, `!` for none.
    package init?(field: String, _ text: String) {
        guard !field.isEmpty, field.utf8.allSatisfy(ASCII.isToken) else { return nil }
        let name = field.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : ASCII.uppercased($0) }
        let isContentType = name.elementsEqual("CONTENT_TYPE".utf8)
        variable = isContentType ? name : Array("HTTP_".utf8) + name
        wanted = text == "*" ? .present : text == "!" ? .absent : .value(Array(text.utf8))
    }

    /// Whether a field is never among the pairs of a request, so that a condition on it would be true always or never: what is
    /// about the connection or the body's length, and names that could stand for another one's variable.
    package static func isUnaskable(_ field: String) -> Bool {
        let name = field.lowercased()
        return name.contains("_") || name.contains(".") || unaskable.contains(name)
    }

    private static let unaskable: Set = [
        "content-length", "expect", "proxy", "connection", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// - Parameter environ: The encoded pairs of the request.
    package func matches(_ environ: UnsafeBufferPointer<UInt8>) -> Bool {
        let value = variable.withUnsafeBufferPointer { NameValuePairs.value(of: $0, in: environ) }
        return switch wanted {
        case .present: value != nil
        case .absent: value == nil
        case .value(let text): value.map { $0.elementsEqual(text) } ?? false
        }
    }
}
