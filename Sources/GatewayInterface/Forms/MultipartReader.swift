// A form that is read part by part as it arrives. No part is held in memory unless somebody asks for all of it.

/// Reads the parts of a form in their order, awaiting the octets.
///
///     let form = try MultipartReader(contentType: request.contentType) { try await request.body.read(upTo: 65_536) }
///     while let part = try await form.nextPart() { … }
public final class MultipartReader {
    /// A part of a form.
    public struct Part {
        /// What the part says of itself.
        public let head: MultipartHead
        fileprivate let reader: MultipartReader
        fileprivate let number: Int

        /// The next octets of the part, none at its end.
        ///
        /// - Throws: ``FormError``; ``FormError/partIsOver`` once the next part was asked for; and what reading the body throws.
        public nonisolated(nonsending) func read() async throws -> [UInt8] {
            while true {
                switch try reader.cursor.data(of: number) {
                case .known(let octets): return octets
                case .needsMore: try await reader.cursor.add(reader.next())
                }
            }
        }

        /// All octets of the part that were not read yet.
        ///
        /// - Parameter limit: Octets to accept.
        /// - Throws: ``FormError/tooLarge(limit:)``, and what ``read()`` throws.
        public nonisolated(nonsending) func readAll(limit: Int = 1 << 20) async throws -> [UInt8] {
            var all: [UInt8] = []
            while case let octets = try await read(), !octets.isEmpty { try all.add(octets, limit) }
            return all
        }
    }

    private var cursor: MultipartCursor
    private let next: nonisolated(nonsending) () async throws -> [UInt8]

    /// A reader before the first octet of a body.
    ///
    /// - Parameters:
    ///   - contentType: The value of the Content-Type field.
    ///   - limits: How much structure is accepted.
    ///   - next: Answers with the next octets of the body, none at its end.
    /// - Throws: ``FormError/unsupportedMediaType(_:)``, ``FormError/noBoundary``.
    public init(
        contentType: String?, limits: MultipartLimits = MultipartLimits(),
        next: nonisolated(nonsending) @escaping () async throws -> [UInt8]
    ) throws(FormError) {
        cursor = MultipartCursor(try MultipartParser(contentType: contentType, limits: limits))
        self.next = next
    }

    /// The next part, `nil` behind the last one. What was not read of the one before is skipped.
    ///
    /// - Throws: ``FormError``, and what reading the body throws.
    public nonisolated(nonsending) func nextPart() async throws -> Part? {
        while true {
            switch try cursor.nextPart() {
            case .known(let head): return head.map { Part(head: $0, reader: self, number: cursor.part) }
            case .needsMore: try await cursor.add(next())
            }
        }
    }
}

extension [UInt8] {
    /// Appends octets where no more than `limit` are there then.
    mutating func add(_ octets: [UInt8], _ limit: Int) throws(FormError) {
        guard octets.count <= limit - count else { throw .tooLarge(limit: limit) }
        if isEmpty { self = octets } else { self += octets }
    }
}
