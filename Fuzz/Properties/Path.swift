import HTTP
import Octets

/// What the rule of paths promises: decoded once, no dot segments, no NUL, never over the root.
enum PathPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        var path = ByteBuffer()
        // What stands in the buffer already is not the path's.
        path.append("before")
        let isAccepted: Bool
        do throws(RequestError) {
            try PathNormalizer.normalize(bytes, into: &path)
            isAccepted = true
        } catch {
            isAccepted = false
        }
        try require(path.bytes.starts(with: "before".utf8), "what stood before it has changed")
        path.consume(6)
        try require(isAccepted || path.isEmpty, "a refused path leaves something")
        let expected = resolved(bytes)
        try require(
            isAccepted == (expected != nil) && path.bytes.elementsEqual(expected ?? []),
            "it is \(text(path.bytes)), by the book \(expected.map(text) ?? "refused")")
        guard isAccepted else { return }
        try checkAccepted(path.bytes)
        // Escaped and normalized again it is the same.
        var again = ByteBuffer()
        let escaped = escaped(path.bytes)
        do throws(RequestError) {
            try escaped.withUnsafeBufferPointer { escaped throws(RequestError) in
                try PathNormalizer.normalize(escaped, into: &again)
            }
        } catch {
            throw Violation(description: "an accepted path is refused when it is escaped")
        }
        try require(again.bytes.elementsEqual(path.bytes), "escaped and decoded it is another path")
    }

    static func checkAccepted(_ path: UnsafeBufferPointer<UInt8>) throws(Violation) {
        try require(path.first == ASCII.slash, "it begins with no slash")
        try require(!path.contains(0), "it holds a NUL")
        for segment in path.split(separator: ASCII.slash) {
            try require(
                !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8),
                "it holds a dot segment")
        }
    }

    /// The same rule once more, in the plainest way: `nil` where the path is refused.
    private static func resolved(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            var octet = bytes[index]
            index += 1
            if octet == UInt8(ascii: "%") {
                guard index + 1 < bytes.count,
                    let value = UInt8(
                        String(decoding: bytes[index..<index + 2], as: UTF8.self).filter { $0 != "+" },
                        radix: 16), ASCII.hexadecimalValue(bytes[index]) != nil,
                    ASCII.hexadecimalValue(bytes[index + 1]) != nil
                else { return nil }
                octet = value
                index += 2
            }
            if octet == 0 { return nil }
            decoded.append(octet)
        }
        if decoded.isEmpty { return [ASCII.slash] }
        guard bytes.first == ASCII.slash else { return nil }
        var kept: [ArraySlice<UInt8>] = []
        let segments = decoded.dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false)
        for (number, segment) in segments.enumerated() {
            let isLast = number == segments.count - 1
            if segment.elementsEqual(".".utf8) {
                if isLast { kept.append([]) }
            } else if segment.elementsEqual("..".utf8) {
                if kept.popLast() == nil { return nil }
                if isLast { kept.append([]) }
            } else {
                kept.append(segment)
            }
        }
        return kept.flatMap { [ASCII.slash] + $0 }
    }

    private static func escaped(_ path: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return path.flatMap { octet in
            octet == ASCII.slash
                ? [octet] : [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
        }
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
