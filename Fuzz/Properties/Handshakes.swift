import Octets
import WebSockets

/// What is promised of the opening handshake. The input has four lines: Sec-WebSocket-Extensions, Sec-WebSocket-Protocol, Origin
/// and Host.
enum HandshakePromises {
    /// One that is accepted.
    static var request: HandshakeRequest {
        var request = HandshakeRequest(method: Array("GET".utf8), minorVersion: 1)
        request.host = Array("a".utf8)
        request.upgrade = Array("websocket".utf8)
        request.connection = Array("upgrade".utf8)
        request.key = Array("dGhlIHNhbXBsZSBub25jZQ==".utf8)
        request.version = Array("13".utf8)
        return request
    }

    private static let deflates: [DeflatePolicy?] = [
        nil, DeflatePolicy(), DeflatePolicy(serverTakeover: true, clientTakeover: true),
        DeflatePolicy(serverTakeover: true, serverWindowBits: 11, clientWindowBits: 10),
    ]
    private static let subprotocols = ["chat", "v1.a", "b"]

    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let parts = lines(bytes, 4)
        for policy in deflates { try checkExtensions(parts[0], policy) }
        try checkProtocols(parts[1])
        try checkOrigins(parts[2], parts[3])
        // All at once: nothing traps, whatever the fields are.
        var request = Self.request
        (request.extensions, request.protocols) = (Array(parts[0]), Array(parts[1]))
        (request.origin, request.host, request.key) = (Array(parts[2]), Array(parts[3]), Array(parts[0]))
        (request.version, request.upgrade, request.connection) = (
            Array(parts[1]), Array(parts[2]), Array(parts[3])
        )
        let failure = outcome(request, HandshakePolicy(subprotocols: subprotocols))
        try require(failure == .failure(.upgrade) || !latin(parts[2]).isEmpty, "an upgrade to nothing")
    }

    private static func outcome(
        _ request: HandshakeRequest, _ policy: HandshakePolicy
    ) -> Result<HandshakeAnswer, HandshakeFailure> {
        do throws(HandshakeFailure) {
            return .success(try Handshake.answer(request, policy))
        } catch {
            return .failure(error)
        }
    }

    private static func checkExtensions(
        _ value: UnsafeBufferPointer<UInt8>, _ deflate: DeflatePolicy?
    ) throws(Violation) {
        var request = Self.request
        request.extensions = Array(value)
        let policy = HandshakePolicy(deflate: deflate, origins: .any)
        let outcome = outcome(request, policy)
        let model = ExtensionModel(latin(value))
        guard let offers = model.offers else {
            try require(outcome == .failure(.extensions), "\(latin(value)) is taken: \(outcome)")
            return
        }
        guard case .success(let answer) = outcome else {
            throw Violation(description: "\(latin(value)) is refused: \(outcome)")
        }
        let expected = deflate.flatMap { ExtensionModel.answer(offers, $0) }
        try require(
            answer.deflate?.answer == expected,
            "\(latin(value)) is answered with \(answer.deflate?.answer ?? "nothing"), not \(expected ?? "nothing")"
        )
        // Lines of one name are one list: cut at its commas it says the same.
        var lines = Self.request
        let name = Array("Sec-WebSocket-Extensions".utf8)
        for line in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            name.withUnsafeBufferPointer { lines.add($0, UnsafeBufferPointer(rebasing: line)) }
        }
        try require(Self.outcome(lines, policy) == outcome, "in lines it says something else")
    }

    private static func checkProtocols(_ value: UnsafeBufferPointer<UInt8>) throws(Violation) {
        var request = Self.request
        request.protocols = Array(value)
        let outcome = outcome(request, HandshakePolicy(subprotocols: subprotocols, origins: .any))
        let offered = latin(value).split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
        guard offered.allSatisfy(ExtensionModel.isToken) else {
            try require(outcome == .failure(.protocols), "\(offered) are taken: \(outcome)")
            return
        }
        guard case .success(let answer) = outcome else {
            throw Violation(description: "\(offered) are refused: \(outcome)")
        }
        try require(
            answer.subprotocol == subprotocols.first(where: offered.contains),
            "of \(offered) \(answer.subprotocol ?? "none") is chosen")
    }

    /// Who is let in by `same` names the host of the request, but for the port of its scheme.
    private static func checkOrigins(
        _ origin: UnsafeBufferPointer<UInt8>, _ host: UnsafeBufferPointer<UInt8>
    ) throws(Violation) {
        let (page, server) = (latin(origin).asciiLowercased, latin(host).asciiLowercased)
        if OriginPolicy.list([latin(host)]).allows(origin: Array(origin), host: nil) {
            try require(page.contains("://"), "\(page) is an origin")
        }
        guard OriginPolicy.same.allows(origin: Array(origin), host: Array(host)) else { return }
        let scheme = String(page.prefix { $0 != ":" })
        try require(page.hasPrefix(scheme + "://") && !scheme.isEmpty, "\(page) has no scheme")
        let port = ["http": ":80", "ws": ":80", "https": ":443", "wss": ":443"][scheme]
        let names = [String(page.dropFirst(scheme.count + 3)), server].map { name in
            for ending in [port, ":"].compactMap({ $0 }) where name.hasSuffix(ending) {
                return String(name.dropLast(ending.count))
            }
            return name
        }
        let differ = "\(page) is let in to \(server)"
        try require(!names[0].isEmpty, differ)
        // Zeros before a port mean nothing.
        guard names[0] != names[1] else { return }
        let numbers = names.map { Int($0.split(separator: ":").last ?? "") }
        try require(numbers[0] == numbers[1] || numbers.contains(80) || numbers.contains(443), differ)
    }
}
