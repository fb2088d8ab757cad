#if DEBUG
    import GatewayInterface
    import HTTP
    import Octets
    @testable import Routing
    @testable import Settings

    /// What patterns and rewritten addresses promise: whatever a client sends, the search ends, the new path is one, and what is
    /// put into the query stays one value there. The input's lines are the pattern, the template, the query and the path.
    enum RewritePromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let parts = lines(bytes, 4).map { Array($0) }
            guard let expression = try? PathExpression(String(decoding: parts[0], as: UTF8.self)),
                let template = RewriteTemplate(String(decoding: parts[1], as: UTF8.self)),
                parts[2].allSatisfy({ ASCII.isTarget($0) }), parts[3].first == ASCII.slash
            else { return }
            var path = ByteBuffer()
            let isPath = parts[3].withUnsafeBufferPointer {
                (try? PathNormalizer.normalize($0, into: &path)) != nil
            }
            guard isPath else { return }
            var plan = RoutePlan(limits: RouteLimits(Settings()))
            plan.patterns = [expression]
            let route = Route(plan)
            let router = Router([route], fallback: Route(RoutePlan(limits: RouteLimits(Settings()))))
            let nothing = UnsafeBufferPointer(rebasing: bytes[..<0])
            let match = router.match(path.bytes, nothing, isInternal: false)
            guard match.route === route, let groups = router.captured else { return }
            try require(
                path.bytes.starts(with: expression.beginning) || hasRow(path.bytes),
                "it matches what begins otherwise")
            let written = parts[2].withUnsafeBufferPointer { query in
                var newPath = ByteBuffer()
                var newQuery = ByteBuffer()
                let values = RewriteTemplate.Values(
                    path: path.bytes, rest: nothing, query: query, groups: groups)
                template.appendPath(values, to: &newPath)
                let hasQuery = template.appendQuery(values, to: &newQuery)
                return (path: Array(newPath.bytes), query: hasQuery ? Array(newQuery.bytes) : nil)
            }
            try require(written.path.first == ASCII.slash, "it is no path")
            try require(!written.path.contains(0), "it holds a NUL")
            guard let query = written.query else { return }
            try require(query.allSatisfy { $0 > 32 && $0 < 127 }, "it is no query")
            let asked = parts[2].count { $0 == UInt8(ascii: "&") } + 1
            let uses = 1 + (template.query ?? []).count { $0 == .query }
            let own = parts[1].count { $0 == UInt8(ascii: "&") }
            try require(
                query.count { $0 == UInt8(ascii: "&") } <= own + asked * uses,
                "the path makes values of its own")
        }

        private static func hasRow(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
            zip(path, path.dropFirst()).contains { $0 == ASCII.slash && $1 == ASCII.slash }
        }
    }
#endif
