/// Reads the parts of a form in their order, on a thread that may wait: ``MultipartReader`` for handlers that block.
public final class BlockingMultipartReader {
    /// A part of a form.
    public struct Part {
        /// What the part says of itself.
        public let head: MultipartHead
        fileprivate let reader: BlockingMultipartReader
        fileprivate let number: Int

        /// The next octets of the part, none at its end.
        ///
        /// - Throws: ``FormError``; ``FormError/partIsOver`` once the next part was asked for; and what reading the body throws.
        public func read() throws -> [UInt8] {
            while true {
                switch try reader.cursor.data(of: number) {
                case .known(let octets): return octets
                case .needsMore: try reader.cursor.add(reader.next())
                }
            }
        }

        /// All octets of the part that were not read yet.
        ///
        /// - Parameter limit: Octets to accept.
        /// - Throws: ``FormError/tooLarge(limit:)``, and what ``read()`` throws.
        public func readAll(limit: Int = 1 << 20) throws -> [UInt8] {
            var all: [UInt8] = []
            while case let octets = try read(), !octets.isEmpty { try all.add(octets, limit) }
            return all
        }
    }

    private var cursor: MultipartCursor
    private let next: () throws -> [UInt8]

    /// A reader before the first octet of a body.
    ///
    /// - Parameters:
    ///   - contentType: The value of the Content-Type field.
    ///   - limits: How much structure is accepted.
    ///   - next: Answers with the next octets of the body, none at its end.
    /// - Throws: ``FormError/unsupportedMediaType(_:)``, ``FormError/noBoundary``.
    public init(
        contentType: String?, limits: MultipartLimits = MultipartLimits(),
        next: @escaping () throws -> [UInt8]
    ) throws(FormError) {
        cursor = MultipartCursor(try MultipartParser(contentType: contentType, limits: limits))
        self.next = next
    }

    /// The next part, `nil` behind the last one. What was not read of the one before is skipped.
    ///
    /// - Throws: ``FormError``, and what reading the body throws.
    public func nextPart() throws -> Part? {
        while true {
            switch try cursor.nextPart() {
            case .known(let head): return head.map { Part(head: $0, reader: self, number: cursor.part) }
            case .needsMore: try cursor.add(next())
            }
        }
    }
}
