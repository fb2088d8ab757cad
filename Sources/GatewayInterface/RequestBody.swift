/// The body of a request, read once from its beginning to its end.
///
/// A small body is in memory, a large one in an unlinked file, and one that is streamed (``Application/streamsBody``) still on its way:
/// reading in pieces keeps a large one out of memory. In a program that is a responder it comes from the web server as it is read.
public final class RequestBody: Sendable, AsyncSequence {
    /// Pieces.
    public typealias Element = [UInt8]

    private let source: any BodySource

    package init(_ source: any BodySource) { self.source = source }

    /// A body in memory, as tests make it.
    ///
    /// - Parameters:
    ///   - bytes: The octets.
    ///   - trailers: Fields behind it.
    public convenience init(_ bytes: [UInt8], trailers: [TrailerField] = []) {
        self.init(MemoryBody(bytes, trailers: trailers))
    }

    /// The body of every request that has none.
    public static let empty = RequestBody([])

    /// Octets in all; `nil` where the client has not said how many, and the body is still on its way.
    public var count: Int? { source.count }

    /// The next octets, at most `limit`; none at the end. A handler that is asynchronous awaits them instead.
    ///
    /// - Throws: What the file that holds a large body throws when it cannot be read; in a responder also
    ///   ``RequestBodyError/incomplete`` and ``RequestBodyError/tooLate``; ``RequestBodyError/notHere`` where waiting would
    ///   hold the event loop.
    public func read(upTo limit: Int = 65_536) throws -> [UInt8] { try source.read(upTo: limit) }

    /// The next octets, at most `limit`; none at the end.
    ///
    /// - Throws: ``RequestBodyError/incomplete`` when the client leaves before it has sent all, and what a file throws that
    ///   holds a large body.
    public func read(upTo limit: Int = 65_536) async throws -> [UInt8] { try await source.next(upTo: limit) }

    /// All octets that have not been read yet.
    ///
    /// - Parameter limit: Octets to accept.
    /// - Throws: ``RequestBodyError/tooLarge(limit:)``, which is answered with 413, or what reading throws.
    public func readAll(limit: Int = 1 << 20) throws -> [UInt8] {
        var all = try begin(limit)
        while case let block = try source.read(upTo: 65_536), !block.isEmpty {
            try add(block, to: &all, limit)
        }
        return all
    }

    /// All octets that have not been read yet.
    ///
    /// - Parameter limit: Octets to accept.
    /// - Throws: ``RequestBodyError/tooLarge(limit:)``, which is answered with 413, or what reading throws.
    public func readAll(limit: Int = 1 << 20) async throws -> [UInt8] {
        var all = try begin(limit)
        while case let block = try await source.next(upTo: 65_536), !block.isEmpty {
            try add(block, to: &all, limit)
        }
        return all
    }

    private func begin(_ limit: Int) throws -> [UInt8] {
        guard let count else { return [] }
        guard count <= limit else { throw RequestBodyError.tooLarge(limit: limit) }
        var all: [UInt8] = []
        // A body of one piece becomes all of it as it is.
        if count > 65_536 { all.reserveCapacity(count) }
        return all
    }

    private func add(_ block: [UInt8], to all: inout [UInt8], _ limit: Int) throws {
        guard block.count <= limit - all.count else { throw RequestBodyError.tooLarge(limit: limit) }
        if all.capacity == 0 { all = block } else { all += block }
    }

    /// The fields that a client has sent behind a chunked body (RFC 9110, §6.5), in their order; none before reading
    /// has answered with no octets, or ``readAll(limit:)`` has returned.
    ///
    /// They were checked and counted as header fields are, but they are not among them: the request has been routed and
    /// authorized by its head alone. Those that would say where a body ends, whom a request is for or who asks have been
    /// left out.
    public var trailers: [TrailerField] { source.trailers }

    /// Pieces, one after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let body: RequestBody

        /// The next octets; `nil` at the end.
        public mutating func next() async throws -> [UInt8]? {
            let block = try await body.read()
            return block.isEmpty ? nil : block
        }
    }

    /// The pieces that have not been read yet.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }
}

/// A field behind a body.
public struct TrailerField: Equatable, Sendable {
    /// As it was sent; names are compared without regard to case.
    public let name: String
    /// Without blanks at its ends; bytes that are no UTF-8 are repaired.
    public let value: String

    /// A field made of its parts.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Why a body was not read.
public enum RequestBodyError: AnsweringError, Equatable, CustomStringConvertible {
    /// It has more octets than the caller accepts.
    case tooLarge(limit: Int)
    /// The client has left, or has broken the rules, before all of it was there.
    case incomplete
    /// It is read after its request was answered.
    case tooLate
    /// It is still on its way, and whoever wants it would hold the event loop by waiting: `await` it.
    case notHere

    /// 413, 400, or 500 for what is the program's own mistake.
    public var answer: Response {
        switch self {
        case .tooLarge: HTTPError(.contentTooLarge, "The body is too large.").answer
        case .incomplete: HTTPError(.badRequest, "The body is not complete.").answer
        case .tooLate, .notHere: HTTPError(.internalServerError, "The application failed.").answer
        }
    }

    /// For the log.
    public var description: String {
        switch self {
        case .tooLarge(let limit): "the body has more than \(limit) octets"
        case .incomplete: "the client has not sent all of its body"
        case .tooLate: "the body was read after its request was answered"
        case .notHere: "the body is still on its way: an asynchronous handler has to await it"
        }
    }
}
