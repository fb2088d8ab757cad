import Synchronization

/// Where the octets of a request's body come from, by whoever serves the application.
package protocol BodySource: AnyObject, Sendable {
    /// Octets in all; `nil` where nobody knows yet.
    var count: Int? { get }
    /// The next octets, at most `limit`; none at the end. Blocks.
    func read(upTo limit: Int) throws -> [UInt8]
    /// The same, and waits without blocking.
    func next(upTo limit: Int) async throws -> [UInt8]
    /// The fields behind the body; none before its end was read.
    var trailers: [TrailerField] { get }
}

extension BodySource {
    /// Where reading never waits for long.
    package func next(upTo limit: Int) async throws -> [UInt8] { try read(upTo: limit) }
}

/// A body that is all there, and fetched piece by piece.
package final class FetchedBody: BodySource {
    package let count: Int?
    private let reader: Mutex<@Sendable (Int) throws -> [UInt8]>
    private let trailerReader: (@Sendable () -> [TrailerField])?
    private let isAtEnd = Atomic(false)

    /// - Parameters:
    ///   - count: Octets in all.
    ///   - reader: Called with a maximum; answers with the next octets, none at the end. It is never called by two
    ///     threads at once.
    ///   - trailers: Called when somebody asks for the trailer fields, not before the end of the body.
    package init(
        count: Int, reader: @escaping @Sendable (Int) throws -> [UInt8],
        trailers: (@Sendable () -> [TrailerField])? = nil
    ) {
        self.count = count
        self.reader = Mutex(reader)
        trailerReader = trailers
    }

    package func read(upTo limit: Int) throws -> [UInt8] {
        let block = try reader.withLock { try $0(limit) }
        if trailerReader != nil, block.isEmpty { isAtEnd.store(true, ordering: .releasing) }
        return block
    }

    package var trailers: [TrailerField] {
        guard let trailerReader, isAtEnd.load(ordering: .acquiring) else { return [] }
        return trailerReader()
    }
}

/// A body in memory.
final class MemoryBody: BodySource {
    let count: Int?
    private let rest: Mutex<ArraySlice<UInt8>>
    private let fields: [TrailerField]
    private let isAtEnd = Atomic(false)

    init(_ bytes: [UInt8], trailers: [TrailerField]) {
        count = bytes.count
        rest = Mutex(bytes[...])
        fields = trailers
    }

    func read(upTo limit: Int) throws -> [UInt8] {
        let block = rest.withLock { rest in
            let block = Array(rest.prefix(max(0, limit)))
            rest = rest.dropFirst(block.count)
            return block
        }
        if block.isEmpty { isAtEnd.store(true, ordering: .releasing) }
        return block
    }

    var trailers: [TrailerField] { isAtEnd.load(ordering: .acquiring) ? fields : [] }
}
