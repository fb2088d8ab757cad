// What separates the parts of a form: CR LF, two hyphens and the boundary (RFC 2046, §5.1.1).

import Octets

/// A delimiter, and how it is found.
struct MultipartDelimiter: Sendable {
    /// The next delimiter in some octets.
    enum Place {
        /// It is there, from the CR of its line end, or from its hyphens where it needs none, to the end of the boundary.
        case found(start: Int, end: Int)
        /// It is not there, but what begins here may become one.
        case none(before: Int)

        /// What stands before this offset is none of it.
        var start: Int {
            switch self {
            case .found(let start, _): start
            case .none(let before): before
            }
        }
    }

    /// Two hyphens and the boundary.
    private let dashed: [UInt8]

    /// The delimiter that a Content-Type names.
    ///
    /// The boundary may have any printable ASCII, as clients send more than RFC 2046 allows.
    init(contentType: String?) throws(FormError) {
        guard let contentType, FieldParameters.value(contentType.utf8) == "multipart/form-data" else {
            throw .unsupportedMediaType(contentType)
        }
        guard let boundary = FieldParameters(contentType.utf8)?["boundary"],
            (1...70).contains(boundary.count),
            boundary.allSatisfy({ (0x20...0x7E).contains($0) }), boundary.last != ASCII.space
        else { throw .noBoundary }
        dashed = Array("--".utf8) + boundary
    }

    /// Looks for the first delimiter.
    ///
    /// - Parameters:
    ///   - start: Where to begin.
    ///   - isAtStart: Whether a delimiter needs no line end before it there.
    func find(in bytes: Span<UInt8>, from start: Int, isAtStart: Bool) -> Place {
        if isAtStart {
            let count = countMatching(bytes, start)
            if count == dashed.count { return .found(start: start, end: start + count) }
            if start + count == bytes.count { return .none(before: start) }
        }
        var next = start
        // No boundary has a line feed in it, so that where one stands a delimiter either is or is not.
        while let lineFeed = bytes.firstLineFeed(from: next) {
            next = lineFeed + 1
            guard lineFeed > start, bytes[lineFeed - 1] == ASCII.carriageReturn else { continue }
            let count = countMatching(bytes, next)
            if count == dashed.count { return .found(start: lineFeed - 1, end: next + count) }
            if next + count == bytes.count { return .none(before: lineFeed - 1) }
        }
        let endsWithReturn = bytes.count > start && bytes[bytes.count - 1] == ASCII.carriageReturn
        return .none(before: endsWithReturn ? bytes.count - 1 : bytes.count)
    }

    /// How many octets from `start` on are those of the hyphens and the boundary.
    private func countMatching(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var count = 0
        while count < dashed.count, start + count < bytes.count, bytes[start + count] == dashed[count] {
            count += 1
        }
        return count
    }
}
