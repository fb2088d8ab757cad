import Synchronization

/// The body of a request, read once from its beginning to its end.
///
/// Small bodies are in memory, large ones in an unlinked file: reading in pieces keeps a large one out of memory. In a
/// program that is a responder it comes from the web server as it is read.
public final class RequestBody: Sendable {
    /// Octets in all.
    public let count: Int
    private let reader: Mutex<@Sendable (Int) throws -> [UInt8]>
    private let trailerReader: (@Sendable () -> [TrailerField])?
    private let isAtEnd = Atomic(false)

    /// - Parameters:
    ///   - count: Octets in all.
    ///   - reader: Called with a maximum; answers with the next octets, none at the end. It is never called by two
    ///     threads at once.
    ///   - trailers: Called when somebody asks for the trailer fields, not before the end of the body.
    public init(
        count: Int, reader: @escaping @Sendable (Int) throws -> [UInt8],
        trailers: (@Sendable () -> [TrailerField])? = nil
    ) {
        self.count = count
        self.reader = Mutex(reader)
        trailerReader = trailers
    }

    /// A body without octets.
    public convenience init() { self.init(count: 0) { _ in [] } }

    /// The body of every request that has none.
    public static let empty = RequestBody()

    /// The next octets, at most `limit`; none at the end.
    ///
    /// - Throws: What the file that holds a large body throws when it cannot be read; in a responder also
    ///   ``RequestBodyError/incomplete`` and ``RequestBodyError/tooLate``.
    public func read(upTo limit: Int = 65_536) throws -> [UInt8] {
        let block = try reader.withLock { try $0(limit) }
        if trailerReader != nil, block.isEmpty { isAtEnd.store(true, ordering: .releasing) }
        return block
    }

    /// The fields that a client has sent behind a chunked body (RFC 9110, §6.5), in their order; none before ``read(upTo:)``
    /// has answered with no octets, or ``readAll(limit:)`` has returned.
    ///
    /// They were checked and counted as header fields are, but they are not among them: the request has been routed and
    /// authorized by its head alone. Those that would say where a body ends, whom a request is for or who asks have been
    /// left out.
    public var trailers: [TrailerField] {
        guard let trailerReader, isAtEnd.load(ordering: .acquiring) else { return [] }
        return trailerReader()
    }

    /// All octets that have not been read yet.
    ///
    /// - Parameter limit: Octets to accept.
    /// - Throws: ``RequestBodyError/tooLarge(limit:)``, or what reading throws.
    public func readAll(limit: Int = 1 << 20) throws -> [UInt8] {
        guard count <= limit else { throw RequestBodyError.tooLarge(limit: limit) }
        var all: [UInt8] = []
        all.reserveCapacity(count)
        while case let block = try read(), !block.isEmpty { all += block }
        return all
    }
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
public enum RequestBodyError: Error, Equatable, Sendable {
    /// It has more octets than the caller accepts.
    case tooLarge(limit: Int)
    /// The web server in front of a responder sent less than it had announced: its client has left.
    case incomplete
    /// It is read after its request was answered.
    case tooLate
}
