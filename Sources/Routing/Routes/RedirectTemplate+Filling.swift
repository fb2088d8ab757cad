import GatewayInterface
import HTTP
import Octets

extension RedirectTemplate {
    /// The place that a request is sent to.
    ///
    /// - Parameters:
    ///   - environ: The encoded pairs of the request.
    ///   - local: The encoded pairs of the listener.
    ///   - rest: The decoded path behind what the route has matched.
    ///   - groups: What the groups of its pattern took; `nil` where it has none.
    package func filled(
        _ environ: UnsafeBufferPointer<UInt8>, local: [UInt8], rest: UnsafeBufferPointer<UInt8>,
        groups: CapturedPath? = nil
    ) -> [UInt8] {
        var location: [UInt8] = []
        func value(_ name: StaticString) -> [UInt8] {
            guard let value = NameValuePairs.value(of: name, in: environ) else { return [] }
            // What a client has sent must not end the field, and browsers take a backslash for a slash.
            return value.filter { $0 > 32 && $0 < 127 }
                .flatMap { $0 == UInt8(ascii: "\\") ? Array("%5C".utf8) : [$0] }
        }
        for piece in pieces {
            switch piece {
            case .text(let text): location += text
            case .scheme: location += Self.scheme(local)
            case .host: location += value("SERVER_NAME")
            case .query: location += value("QUERY_STRING")
            case .requestTarget: Self.append(path: Self.path(ofTarget: value("REQUEST_URI")), to: &location)
            case .queryMark: if !value("QUERY_STRING").isEmpty { location.append(UInt8(ascii: "?")) }
            case .group(let place, let isValue):
                let octets = groups?[place] ?? UnsafeBufferPointer(rebasing: rest[..<0])
                if isValue {
                    var encoded = ByteBuffer(capacity: 256)
                    RewriteTemplate.encode(octets, to: &encoded)
                    location += encoded.bytes
                } else if location.isEmpty || octets.first == ASCII.slash || Self.endsInHost(location) {
                    Self.append(path: SiteFolder.escaped(octets, keepsStart: true), to: &location)
                } else {
                    location += SiteFolder.escaped(octets, keepsStart: true)
                }
            case .rest: Self.append(path: SiteFolder.escaped(rest, keepsStart: true), to: &location)
            }
        }
        // Two slashes at the beginning would make a host of what follows.
        guard location.first == ASCII.slash else { return location }
        return [ASCII.slash] + location.drop { $0 == ASCII.slash }
    }

    /// Appends a path that a client has chosen. Behind a host it has to begin with a slash, or it would become a part of the
    /// host; behind a slash it brings none.
    private static func append(path: [UInt8], to location: inout [UInt8]) {
        if location.isEmpty || endsInHost(location) { location.append(ASCII.slash) }
        location += location.last == ASCII.slash ? path.drop { $0 == ASCII.slash } : path[...]
    }

    private static func endsInHost(_ location: [UInt8]) -> Bool {
        guard location.first != ASCII.slash, let separator = location.firstRange(of: Array("://".utf8)) else {
            return false
        }
        return !location[separator.upperBound...].contains { "/?#".utf8.contains($0) }
    }

    private static func scheme(_ local: [UInt8]) -> [UInt8] {
        local.withUnsafeBufferPointer { pairs in
            NameValuePairs.value(of: "REQUEST_SCHEME", in: pairs).map { Array($0) } ?? []
        }
    }

    /// A target without the host that it may name (RFC 9112, §3.2.2).
    private static func path(ofTarget target: [UInt8]) -> [UInt8] {
        guard target.first != ASCII.slash, let separator = target.firstRange(of: Array("://".utf8)) else {
            return target
        }
        return Array(target[separator.upperBound...].drop { !"/?".utf8.contains($0) })
    }
}
