// Which route a request takes. Of all that match, the one that describes the request most closely: the host before the
// path, an exact path before the longest prefix, more conditions before fewer, and then the first in the file. Whatever
// the order of the file, a general route never hides a special one.

import GatewayInterface
import Octets
import Syscalls

/// The routes of a worker.
final class Router {
    /// A route that was found.
    struct Match {
        let route: Route
        /// How much of the path it matched.
        let matched: Int
    }

    private struct Entry {
        let host: HostPattern?
        let path: PathPattern
        let route: Route

        var weight: (Int, Int, Int) {
            (
                host?.weight ?? 0, path.weight,
                (route.plan.methods.isEmpty ? 0 : 1) + route.plan.fields.count
            )
        }
    }

    private let entries: [Entry]
    private let asksForHost: Bool
    /// What a request goes by that no route is for.
    let fallback: Route
    /// For clients that ask for what only applications may: it must not be the fallback, which may have an answer.
    private let hidden: Route

    /// - Parameters:
    ///   - routes: In the order of the file.
    ///   - fallback: For requests that no route is for.
    init(_ routes: [Route], fallback: Route) {
        self.fallback = fallback
        hidden = Route(RoutePlan(limits: fallback.limits, answers: fallback.plan.answers))
        var entries: [Entry] = []
        for route in routes {
            let hosts: [HostPattern?] = route.plan.hosts.isEmpty ? [nil] : route.plan.hosts
            for host in hosts {
                entries += route.plan.paths.map { Entry(host: host, path: $0, route: route) }
            }
        }
        // The place in the file decides where all else is equal.
        self.entries = entries.enumerated().sorted { left, right in
            let (one, other) = (left.element.weight, right.element.weight)
            return one == other ? left.offset < right.offset : one > other
        }.map(\.element)
        asksForHost = self.entries.contains { $0.host != nil }
    }

    /// Finds the route of a request.
    ///
    /// - Parameters:
    ///   - path: Decoded and normalized.
    ///   - environ: The encoded pairs of the request, its method, host and fields among them.
    ///   - isInternal: Whether an application has sent it here.
    func match(
        _ path: UnsafeBufferPointer<UInt8>, _ environ: UnsafeBufferPointer<UInt8>, isInternal: Bool
    ) -> Match {
        let host = asksForHost ? NameValuePairs.value(of: "SERVER_NAME", in: environ) : nil
        for entry in entries {
            if let pattern = entry.host {
                guard let host, pattern.matches(host) else { continue }
            }
            guard let matched = entry.path.matches(path) else { continue }
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
