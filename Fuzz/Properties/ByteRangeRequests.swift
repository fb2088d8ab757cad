import HTTP
import Octets

/// What the reader of Range promises.
enum ByteRangePromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        for size in [0, 1, 7, 1000, 1 << 32, .max] {
            let answer = ByteRangeRequest.answer(to: bytes, size: size, limit: limit)
            if case .part(let first, let count) = answer {
                let (end, overflows) = first.addingReportingOverflow(count)
                try require(
                    first >= 0 && count >= 1 && !overflows && end <= size,
                    "\(count) octets from \(first) on, of \(size)")
            }
            if case .parts(let parts) = answer { try check(parts, of: size) }
            if let expected = expected(bytes, size) {
                try require(answer == expected, "of \(size) it is \(answer), and by the book \(expected)")
            }
        }
        _ = ByteRangeRequest.holds(bytes, entityTag: bytes, modified: 1, now: 2)
    }

    /// Ranges of one request.
    private static let limit = 8

    /// No answer may be longer than the file but for the heads of its parts.
    private static func check(_ parts: [BytePart], of size: Int) throws(Violation) {
        try require(parts.count >= 2 && parts.count <= limit, "\(parts.count) parts")
        var end = 0
        for part in parts.sorted(by: { $0.first < $1.first }) {
            try require(part.first >= end && part.count >= 1, "parts overlap: \(parts)")
            end = part.first + part.count
        }
        try require(end <= size, "parts reach beyond \(size): \(parts)")
    }

    /// RFC 9110, §14.1.2, for numbers that fit; `nil` for all else.
    private static func expected(_ bytes: UnsafeBufferPointer<UInt8>, _ size: Int) -> ByteRangeAnswer? {
        guard bytes.starts(with: "bytes=".utf8) else { return nil }
        let parts = bytes.dropFirst(6).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy(ASCII.isDigit) && $0.count < 18 }) else {
            return nil
        }
        let (first, last) = (number(parts[0]), number(parts[1]))
        switch (first, last) {
        case (nil, nil): return .whole
        case (nil, let count?):
            let count = min(count, size)
            return count == 0 ? .unsatisfiable : .part(first: size - count, count: count)
        case (let first?, nil):
            return first < size ? .part(first: first, count: size - first) : .unsatisfiable
        case (let first?, let last?):
            if last < first { return .whole }
            return first < size
                ? .part(first: first, count: min(last, size - 1) - first + 1) : .unsatisfiable
        }
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
