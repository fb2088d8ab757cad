// Which route a request takes. Of all that match, the one that describes the request most closely: the host before the
// path, an exact path before the longest beginning; where that is the same, a pattern before stars before a beginning alone, more
// conditions before fewer, and then the first in the file. Whatever the order of the file, a general route never hides a special
// one: `*.php`, whose paths have no more than a slash to begin with, is no way around `/admin/*`.

import GatewayInterface
import Octets
import Patterns
import Syscalls

/// The routes of a worker.
package final class Router {
    /// A route that was found.
    package struct Match {
        package let route: Route
        /// How much of the path it matched.
        package let matched: Int
        /// Whether a pattern could not be searched to its end, so that nobody knows which route it is.
        package var isUndecided = false
    }

    /// Which paths a route is for, as a worker asks.
    private enum Paths {
        case pattern(PathPattern)
        case expression(Pattern)
    }

    private struct Entry {
        let host: HostPattern?
        let paths: Paths
        let route: Route
        let weight: (Int, Int, Int, Int, Int)

        init(_ host: HostPattern?, _ path: PathPattern, _ route: Route) {
            self.init(host, .pattern(path), route, Self.weight(of: path))
        }

        /// - Returns: `nil` where it is no expression; plans have none such.
        init?(_ host: HostPattern?, _ expression: PathExpression, _ route: Route) {
            guard let pattern = try? Pattern(expression.text) else { return nil }
            self.init(host, .expression(pattern), route, (max(1, expression.beginning.count), 2, 0))
        }

        private init(_ host: HostPattern?, _ paths: Paths, _ route: Route, _ path: (Int, Int, Int)) {
            (self.host, self.paths, self.route) = (host, paths, route)
            let plan = route.plan
            let conditions =
                (plan.methods.isEmpty ? 0 : 1) + plan.fields.count + (plan.missing == nil ? 0 : 1)
            weight = (host?.weight ?? 0, path.0, path.1, path.2, conditions)
        }

        /// How much it begins with, which kind it is, and how much it says in all.
        private static func weight(of path: PathPattern) -> (Int, Int, Int) {
            switch path {
            case .exact: (.max, 0, 0)
            case .prefix(let own): (own.count, 0, 0)
            // Every path begins with a slash.
            case .pieces(let pieces): (max(1, pieces[0].count), 1, pieces.reduce(0) { $0 + $1.count })
            }
        }

        /// Whether slashes in a row have to be one for it.
        var wantsSingleSlashes: Bool {
            switch paths {
            case .pattern(.exact), .pattern(.prefix): route.absence != nil
            case .pattern(.pieces), .expression: true
            }
        }
    }

    private let entries: [Entry]
    private let asksForHost: Bool
    /// What patterns have found, where there are any.
    package let captured: CapturedPath?
    /// What a request goes by that no route is for.
    package let fallback: Route
    /// For clients that ask for what only applications may: it must not be the fallback, which may have an answer.
    private let hidden: Route

    /// - Parameters:
    ///   - routes: In the order of the file.
    ///   - fallback: For requests that no route is for.
    package init(_ routes: [Route], fallback: Route) {
        self.fallback = fallback
        hidden = Route(RoutePlan(limits: fallback.limits, answers: fallback.plan.answers))
        var entries: [Entry] = []
        for route in routes {
            let hosts: [HostPattern?] = route.plan.hosts.isEmpty ? [nil] : route.plan.hosts
            for host in hosts {
                if route.plan.patterns.isEmpty {
                    entries += route.plan.paths.map { Entry(host, $0, route) }
                } else {
                    entries += route.plan.patterns.compactMap { Entry(host, $0, route) }
                }
            }
        }
        // The place in the file decides where all else is equal.
        self.entries = entries.enumerated().sorted { left, right in
            let (one, other) = (left.element.weight, right.element.weight)
            return one == other ? left.offset < right.offset : one > other
        }.map(\.element)
        asksForHost = self.entries.contains { $0.host != nil }
        captured = self.entries.contains { $0.wantsSingleSlashes } ? CapturedPath() : nil
    }

    /// Finds the route of a request.
    ///
    /// - Parameters:
    ///   - path: Decoded and normalized.
    ///   - environ: The encoded pairs of the request, its method, host and fields among them.
    ///   - isInternal: Whether an application has sent it here.
    package func match(
        _ path: UnsafeBufferPointer<UInt8>, _ environ: UnsafeBufferPointer<UInt8>, isInternal: Bool
    ) -> Match {
        let host = asksForHost ? NameValuePairs.value(of: "SERVER_NAME", in: environ) : nil
        let single = captured?.begin(path) ?? path
        for entry in entries {
            if let pattern = entry.host {
                guard let host, pattern.matches(host) else { continue }
            }
            let matched: Int
            switch entry.paths {
            case .pattern(.pieces(let pieces)):
                guard PathPattern.pieces(pieces).matches(single) != nil else { continue }
                matched = path.count
            case .pattern(let pattern):
                guard let count = pattern.matches(path) else { continue }
                matched = count
            case .expression(let pattern):
                guard let captured else { continue }
                switch pattern.search(single, captured.match) {
                case .missed: continue
                case .matched: matched = path.count
                // To go on would let the request past a route that it may be for, with an authorizer perhaps.
                case .exhausted: return Match(route: fallback, matched: 0, isUndecided: true)
                }
            }
            if let folder = entry.route.absence, folder.hasAnything(single, links: entry.route.files.links) {
                continue
            }
            // A client does not get past it either, whatever its method: a general route could have the same files.
            guard isInternal || !entry.route.plan.isInternal else { return Match(route: hidden, matched: 0) }
            guard accepts(entry.route.plan, environ) else { continue }
            return Match(route: entry.route, matched: matched)
        }
        return Match(route: fallback, matched: 0)
    }

    private func accepts(_ plan: RoutePlan, _ environ: UnsafeBufferPointer<UInt8>) -> Bool {
        if !plan.methods.isEmpty {
            guard let method = NameValuePairs.value(of: "REQUEST_METHOD", in: environ),
                plan.methods.contains(where: { method.elementsEqual($0) })
            else { return false }
        }
        return plan.fields.allSatisfy { $0.matches(environ) }
    }
}
