#if DEBUG
    import GatewayInterface
    import HTTP
    import Octets
    @testable import Logs
    @testable import Routing

    /// What a route's pattern promises: slashes in a row are one, and nothing else is forgiven. The input's first line is the
    /// pattern, the rest the path.
    enum RoutePathPromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let parts = lines(bytes, 2).map { Array($0) }
            guard let pattern = PathPattern(String(decoding: parts[0], as: UTF8.self)),
                parts[1].first == ASCII.slash
            else { return }
            let path = collapsed(parts[1])
            // With stars between, the router itself makes slashes in a row one.
            let asked: [UInt8] = if case .pieces = pattern { path } else { parts[1] }
            let used = asked.withUnsafeBufferPointer { pattern.matches($0) }
            let expected =
                switch pattern {
                case .exact(let own): path == own
                case .prefix(let own):
                    path.starts(with: own) || own.last == ASCII.slash && path.elementsEqual(own.dropLast())
                case .pieces(let pieces): holds(path[...], pieces[...], isFirst: true)
                }
            try require(
                (used != nil) == expected,
                "\(pattern) \(used == nil ? "misses" : "takes") \(String(decoding: parts[1], as: UTF8.self))")
            guard let used else { return }
            try require(used >= 0 && used <= parts[1].count, "it matches \(used) octets")
            if case .exact = pattern { try require(used == parts[1].count, "the end is not matched") }
        }

        /// The same by trying everything.
        private static func holds(
            _ path: ArraySlice<UInt8>, _ pieces: ArraySlice<[UInt8]>, isFirst: Bool = false
        ) -> Bool {
            guard let piece = pieces.first else { return true }
            if isFirst {
                return path.starts(with: piece) && holds(path.dropFirst(piece.count), pieces.dropFirst())
            }
            if pieces.count == 1 {
                return path.count >= piece.count && path.suffix(piece.count) == piece[...]
            }
            return (0...path.count).contains { skipped in
                let rest = path.dropFirst(skipped)
                return rest.starts(with: piece) && holds(rest.dropFirst(piece.count), pieces.dropFirst())
            }
        }

        private static func collapsed(_ path: [UInt8]) -> [UInt8] {
            var collapsed: [UInt8] = []
            for octet in path where octet != ASCII.slash || collapsed.last != ASCII.slash {
                collapsed.append(octet)
            }
            return collapsed
        }
    }

    /// What a route's redirect promises: what a client has sent never decides the host (CWE-601). The input's lines are the
    /// template, the target, the query, the host and the rest of the path.
    enum RedirectPromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let parts = lines(bytes, 5).map { Array($0) }
            let text = String(decoding: parts[0], as: UTF8.self)
            guard let template = RedirectTemplate(text) else { return }
            var environ = ByteBuffer()
            var local = ByteBuffer()
            let names: [StaticString] = ["REQUEST_URI", "QUERY_STRING", "SERVER_NAME"]
            for (name, part) in zip(names, parts[1...]) {
                part.withUnsafeBufferPointer { environ.appendPair(name, $0) }
            }
            local.appendPair("REQUEST_SCHEME", "http")
            let pairs = Array(local.bytes)
            let location = parts[4].withUnsafeBufferPointer {
                template.filled(environ.bytes, local: pairs, rest: $0)
            }
            try require(
                location.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "it holds what no field may hold")
            if "/$".utf8.contains(parts[0][0]), !text.hasPrefix("$scheme") {
                try require(
                    location.first == ASCII.slash
                        && location.dropFirst().first.map { "/\\".utf8.contains($0) } != true,
                    "\(text) leads to another host: \(String(decoding: location, as: UTF8.self))")
            } else if let host = authority(parts[0], ending: "/?#$"), host.next != "$" {
                let found = authority(location, ending: "/?#\\")
                try require(
                    found?.host == host.host,
                    "\(text) leads to another host: \(String(decoding: location, as: UTF8.self))")
            }
        }

        /// What stands behind `://`, and which character ends it.
        private static func authority(
            _ text: [UInt8], ending ends: String
        ) -> (host: [UInt8], next: Character?)? {
            guard let separator = text.firstRange(of: Array("://".utf8)) else { return nil }
            let host = text[separator.upperBound...].prefix { !ends.utf8.contains($0) }
            let next = host.endIndex < text.endIndex ? Character(Unicode.Scalar(text[host.endIndex])) : nil
            return (Array(host), next)
        }
    }

    /// What sites promise about paths, without a look at any file.
    enum SitePathPromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            var path = ByteBuffer()
            guard bytes.first == ASCII.slash, (try? PathNormalizer.normalize(bytes, into: &path)) != nil
            else {
                return
            }
            let segments = path.bytes.dropFirst().split(
                separator: ASCII.slash, omittingEmptySubsequences: false)
            let hidden = segments.enumerated().contains { number, segment in
                let isWellKnown =
                    number == 0 && segments.count > 1 && segment.elementsEqual(".well-known".utf8)
                return segment.first == UInt8(ascii: ".") && !isWellKnown
            }
            try require(
                SiteFolder.hasHiddenSegment(path.bytes) == hidden, "hidden is \(!hidden), not \(hidden)")
            try checkEscaped(path.bytes)
        }

        /// A path in a Location field is one on this host, and means the same path.
        private static func checkEscaped(_ path: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let escaped = SiteFolder.escaped(path)
            try require(
                escaped.allSatisfy { ASCII.isTarget($0) && $0 != UInt8(ascii: "?") }, "it is no target")
            try require(
                escaped.first == ASCII.slash && escaped.dropFirst().first != ASCII.slash,
                "it leads to another host")
            var again = ByteBuffer()
            let isAccepted = escaped.withUnsafeBufferPointer {
                (try? PathNormalizer.normalize($0, into: &again)) != nil
            }
            let expected = [ASCII.slash] + path.drop { $0 == ASCII.slash }
            try require(isAccepted && again.bytes.elementsEqual(expected), "it means another path")
        }
    }

    /// What is made of an application's messages.
    enum LogLinePromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let lines = try sameHoweverCut(bytes) { arrivals in
                let assembler = LineAssembler()
                var rate = LineRate()
                var lines: [[UInt8]] = []
                var start = 0
                for arrived in arrivals {
                    let part = UnsafeBufferPointer(rebasing: bytes[start..<arrived])
                    assembler.lines(adding: part, rate: &rate, now: 0) { lines.append(Array($0)) }
                    start = arrived
                }
                assembler.flush(rate: &rate, now: 0) { lines.append(Array($0)) }
                return lines
            }
            try require(lines.count <= LineRate.limit, "more lines are logged than may be")
            try require(
                bytes.span.lineFeedCount == bytes.count { $0 == ASCII.lineFeed }, "line feeds are miscounted")
            for line in lines {
                try require(
                    !line.isEmpty && line.count <= 8192 && !line.contains(ASCII.lineFeed), "a line is none")
            }
        }
    }
#endif
