// Where a request goes. The dispatcher normalizes its path, has the environ made, asks the router for the route, and hands
// the exchange to a backend when its body has arrived.

import EventLoop
import GatewayInterface
import HTTP
import Logging
import Logs
import Octets
import Routing
import Syscalls

/// Sends exchanges to backends.
final class Dispatcher {
    private let backend: any Backend
    private let router: Router
    private var path = ByteBuffer(capacity: 1024)
    /// The path before routes have rewritten it, where one has.
    private var asked = ByteBuffer(capacity: 64)
    private var rest = ByteBuffer(capacity: 1024)
    /// What a proxy has taken off the front of the path.
    private var prefix = ByteBuffer(capacity: 64)
    private var prefixedMount = ByteBuffer(capacity: 64)
    /// What the route mounts its application at.
    private var mounted = ByteBuffer(capacity: 64)
    private var query = ByteBuffer(capacity: 256)
    private var pairs = ByteBuffer()
    private var losses = [LineInterval(), LineInterval()]
    /// Paths that a request may have beside its own.
    private static let mostRewrites = 10

    /// - Parameters:
    ///   - backend: The applications.
    ///   - router: Says which request goes where.
    init(backend: any Backend, router: Router) {
        self.backend = backend
        self.router = router
    }

    /// The route of a request that is not understood.
    var fallback: Route { router.fallback }

    /// Decides where a request goes and makes its environ, all but CONTENT_LENGTH.
    func describe(
        _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, from origin: RequestOrigin,
        environ: inout ByteBuffer
    ) throws(RequestError) -> (Route, Destination) {
        path.clear()
        if head.path.count == 1, bytes[head.path.start] == UInt8(ascii: "*") {
            path.append(UInt8(ascii: "*"))
        } else {
            try PathNormalizer.normalize(bytes[head.path], into: &path)
        }
        prefix.clear()
        environ.appendRequest(head, bytes, from: origin)
        if let written = origin.client?.prefix {
            try ForwardedPrefix.normalize(bytes[written], into: &prefix)
            if !prefix.isEmpty { environ.appendPair("GATEWAY_PREFIX", prefix.bytes) }
        }
        return follow(&environ, origin.local, isInternal: false)
    }

    /// Decides where a local redirect goes, and makes its environ from that of the request it comes from.
    func describe(
        redirect location: UnsafeBufferPointer<UInt8>, from previous: [UInt8], local: LocalEnd,
        environ: inout ByteBuffer
    ) throws(RequestError) -> (Route, Destination) {
        let question = location.firstIndex(of: UInt8(ascii: "?")) ?? location.endIndex
        path.clear()
        try PathNormalizer.normalize(UnsafeBufferPointer(rebasing: location[..<question]), into: &path)
        let query = UnsafeBufferPointer(rebasing: location[question...].dropFirst())
        previous.withUnsafeBufferPointer { previous in
            prefix.clear()
            if let before = NameValuePairs.value(of: "GATEWAY_PREFIX", in: previous) { prefix.append(before) }
            environ.appendRedirected(from: previous, query: query)
        }
        removePrefix()
        return follow(&environ, local, isInternal: true)
    }

    /// An application names its own places as clients see them: with what the proxy takes off.
    private func removePrefix() {
        guard !prefix.isEmpty, path.bytes.starts(with: prefix.bytes) else { return }
        guard path.count == prefix.count || path.bytes[prefix.count] == ASCII.slash else { return }
        path.consume(prefix.count)
        if path.isEmpty { path.append(ASCII.slash) }
    }

    /// What SCRIPT_NAME begins with: what a proxy has taken off the path, and what the route takes off.
    private func prefixed(_ mount: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard !prefix.isEmpty else { return mount }
        prefixedMount.clear()
        prefixedMount.append(prefix.bytes)
        prefixedMount.append(mount)
        return prefixedMount.bytes
    }

    private func follow(
        _ environ: inout ByteBuffer, _ local: LocalEnd, isInternal: Bool
    ) -> (Route, Destination) {
        asked.clear()
        for _ in 0...Self.mostRewrites {
            let match = router.match(path.bytes, environ.bytes, isInternal: isInternal)
            guard !match.isUndecided else {
                return (match.route, .lost(.exhaustion))
            }
            guard match.route.rewrites else { return settle(match, &environ, local) }
            let next = rewritten(match, UnsafeBufferPointer(rebasing: path.bytes[match.matched...]), &environ)
            guard !hasDotSegment(next) else { return (match.route, .refused(status: 404)) }
            if asked.isEmpty { asked.append(path.bytes) }
            path.clear()
            path.append(next)
        }
        return (router.fallback, .lost(.circle))
    }

    /// The path that a route makes of the request's, and where it makes one, the query.
    ///
    /// - Returns: The path; valid until the next one is made.
    private func rewritten(
        _ match: Router.Match, _ behind: UnsafeBufferPointer<UInt8>, _ environ: inout ByteBuffer
    ) -> UnsafeBufferPointer<UInt8> {
        guard let template = match.route.rewrite else {
            return replace(by: match.route.plan.replacement ?? [], behind)
        }
        rest.clear()
        query.clear()
        let asked = NameValuePairs.value(of: "QUERY_STRING", in: environ.bytes)
        let values = RewriteTemplate.Values(
            path: path.bytes, rest: behind,
            query: asked ?? UnsafeBufferPointer(start: nil, count: 0),
            groups: match.route.plan.patterns.isEmpty ? nil : router.captured)
        template.appendPath(values, to: &rest)
        guard template.appendQuery(values, to: &query) else { return rest.bytes }
        pairs.clear()
        pairs.append(environ.bytes)
        environ.clear()
        environ.append(pairs.bytes, withQuery: query.bytes)
        return rest.bytes
    }

    private func settle(
        _ match: Router.Match, _ environ: inout ByteBuffer, _ local: LocalEnd
    ) -> (Route, Destination) {
        let route = match.route
        // An authorizer knows neither SCRIPT_NAME nor PATH_INFO, and REQUEST_URI is what the client has written.
        if route.authorizer >= 0 { environ.appendPair("GATEWAY_PATH", path.bytes) }
        let nothing = UnsafeBufferPointer(rebasing: path.bytes[..<0])
        if route.isDirect {
            let destination = enter(route, path.bytes, mount: prefixed(nothing), &environ)
            return (route, asked.isEmpty ? destination : asClientsSee(destination, route))
        }
        let behind = UnsafeBufferPointer(rebasing: path.bytes[match.matched...])
        var (mount, own) = (nothing, path.bytes)
        if route.plan.stripsPrefix {
            (mount, own) = (
                withSingleSlashes(UnsafeBufferPointer(rebasing: path.bytes[..<match.matched])), behind
            )
        } else if route.plan.replacement != nil || route.rewrite != nil {
            own = rewritten(match, behind, &environ)
            // `/old../x` below `/old*` would become `/new/../x`.
            guard !hasDotSegment(own) else { return (route, .refused(status: 404)) }
        }
        if let fixed = route.plan.mount {
            mounted.clear()
            fixed.path.withUnsafeBufferPointer { mounted.append($0) }
            mount = mounted.bytes
            if fixed.isTakenOff, let used = fixed.paths.matches(own) {
                own = UnsafeBufferPointer(rebasing: own[used...])
            }
        }
        mount = prefixed(mount)
        // Files are read; any other request is for the application behind them.
        let reads = route.application < 0 || isReading(environ.bytes)
        for folder in route.folders where reads {
            switch folder.resolve(own, mount: mount, rules: route.files, into: &environ) {
            case .refused(status: 404): continue
            case let destination: return (route, asClientsSee(destination, route))
            }
        }
        switch route.plan.action {
        case .application:
            return (route, asClientsSee(enter(route, own, mount: mount, &environ), route))
        case .redirect(let status, let template):
            let location = template.filled(
                environ.bytes, local: local.constantPairs, rest: behind, groups: router.captured)
            return (route, .moved(status: status, location))
        case .respond(let response): return (route, .response(response))
        case .notFound, .rewrite:
            return (route, isServerWide ? .response(Self.serverIsHere) : .refused(status: 404))
        }
    }

    /// SCRIPT_NAME begins links, and one that begins with two slashes would lead to another host.
    private func withSingleSlashes(_ path: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var last: UInt8 = 0
        let hasRow = path.contains { byte in
            defer { last = byte }
            return byte == ASCII.slash && last == ASCII.slash
        }
        guard hasRow else { return path }
        mounted.clear()
        last = 0
        for byte in path {
            if byte != ASCII.slash || last != ASCII.slash { mounted.append(byte) }
            last = byte
        }
        return mounted.bytes
    }

    /// Whether the request is about the server as a whole. No other method than OPTIONS has such a target.
    private var isServerWide: Bool { path.count == 1 && path.bytes[0] == UInt8(ascii: "*") }
    /// Something has to answer whoever only asks whether the server is there (RFC 9110, §9.3.7). It names no methods: those
    /// are a matter of the path.
    private static let serverIsHere = FixedResponse(status: 204, text: [], contentType: [])

    /// A folder that needs a slash is, for a client, where it has asked for it, and not where the route has looked.
    private func asClientsSee(_ destination: Destination, _ route: Route) -> Destination {
        let isElsewhere = route.plan.replacement != nil || route.rewrite != nil || !asked.isEmpty
        guard case .redirect = destination, isElsewhere else { return destination }
        let place = asked.isEmpty ? path.bytes : asked.bytes
        // A pattern has taken its slash off: another one would lead nowhere.
        guard place.last != ASCII.slash else { return destination }
        let before = prefix.isEmpty ? [] : SiteFolder.escaped(prefix.bytes)
        return .redirect(before + SiteFolder.escaped(place, keepsStart: !before.isEmpty) + [ASCII.slash])
    }

    private func isReading(_ environ: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let method = NameValuePairs.value(of: "REQUEST_METHOD", in: environ) else { return false }
        return method.equals("GET") || method.equals("HEAD")
    }

    private func hasDotSegment(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        for index in 0...path.count where index == path.count || path[index] == ASCII.slash {
            let segment = path[start..<index]
            if segment.count <= 2, !segment.isEmpty, segment.allSatisfy({ $0 == UInt8(ascii: ".") }) {
                return true
            }
            start = index + 1
        }
        return false
    }

    /// What a path means to the application of a route.
    private func enter(
        _ route: Route, _ path: UnsafeBufferPointer<UInt8>, mount: UnsafeBufferPointer<UInt8>,
        _ environ: inout ByteBuffer
    ) -> Destination {
        if let site = route.site {
            return site.resolve(path, mount: mount, rules: route.files, into: &environ)
        }
        environ.appendPair("SCRIPT_NAME", mount)
        environ.appendPair("PATH_INFO", path)
        return .application
    }

    /// - Returns: A path that begins with `replacement`; valid until the next one is made.
    private func replace(
        by replacement: [UInt8], _ behind: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8> {
        rest.clear()
        replacement.withUnsafeBufferPointer { rest.append($0) }
        // Both sides of the seam may have a slash, or neither.
        if rest.bytes.last == ASCII.slash {
            rest.append(UnsafeBufferPointer(rebasing: behind.drop { $0 == ASCII.slash }))
        } else {
            rest.append(behind)
        }
        return rest.bytes
    }

    /// Whether the application of an exchange gets the body as it comes.
    func streamsBody(of exchange: Exchange, hasLength: Bool) -> Bool {
        backend.streamsBody(of: exchange, hasLength: hasLength)
    }

    /// Asks the application that decides whether the request goes on.
    func authorize(_ exchange: Exchange) {
        exchange.backend = backend
        backend.serve(exchange)
    }

    /// Whether the application of an exchange is known to be unable to answer.
    func isOut(_ exchange: Exchange) -> Bool { backend.isOut(exchange) }
    /// Answers for an application that is out.
    func refuse(_ exchange: Exchange) { backend.refuse(exchange) }

    /// Sends a complete request to its destination.
    func dispatch(_ exchange: Exchange, to destination: Destination) {
        switch destination {
        case .application:
            exchange.backend = backend
            exchange.announce()
            backend.serve(exchange)
        case .file(let found): exchange.send(found)
        case .listing(let listing): exchange.send(listing)
        case .redirect(let location): exchange.redirectClient(status: 301, to: location, keepsQuery: true)
        case .moved(let status, let location):
            exchange.redirectClient(status: status, to: location, keepsQuery: false)
        case .response(let response): exchange.respond(response)
        case .lost(let loss):
            if let count = losses[loss.rawValue].happened(exchange.context.loop.now) {
                let times = LineInterval.times(count)
                exchange.context.log.error("\(exchange.mention): \(loss.reason)\(times)")
            }
            exchange.fail(status: 500, "The request leads nowhere.")
        case .refused(let status):
            exchange.fail(status: status, status == 404 ? "There is nothing here." : "This may not be read.")
        }
    }
}

/// What answers exchanges: an application in this process, or one behind FastCGI.
protocol Backend: AnyObject {
    /// Whether it takes an exchange whose body is still on its way.
    ///
    /// - Parameter hasLength: Whether the client has said how long it is.
    func streamsBody(of exchange: Exchange, hasLength: Bool) -> Bool
    /// Takes a complete request; the answer follows now or later.
    func serve(_ exchange: Exchange)
    /// Whether no application is running that could answer, so that nobody wants the body of the request.
    func isOut(_ exchange: Exchange) -> Bool
    /// Answers for the application that is not running.
    func refuse(_ exchange: Exchange)
    /// The exchange's client is gone. The backend gives the exchange back when it is done with it.
    func clientLeft(_ exchange: Exchange)
    /// Called about ten times a second.
    func sweep(_ now: UInt64)
    /// Called when another process rang this worker's bell.
    func wake()
    /// The worker takes no new connections, and leaves when the last one is gone and no backend is busy.
    func drain()
    /// Whether something is at work for which there may be no connection any more.
    var isBusy: Bool { get }
}

extension Backend {
    func streamsBody(of exchange: Exchange, hasLength: Bool) -> Bool { false }

    func isOut(_ exchange: Exchange) -> Bool { false }
    func refuse(_ exchange: Exchange) {
        exchange.fail(status: 503, "The application is not running.", retryAfter: 5)
    }
    func drain() {}
    var isBusy: Bool { false }
}
