// One rule for every backend, applied before anything is routed: percent-escapes are decoded once, then `.` and
// `..` segments are resolved. A path that cannot be decoded, holds a NUL, or climbs over the root is refused.

import Octets

/// Decodes and normalizes the path of a request.
public enum PathNormalizer {
    /// Appends the decoded path to `output`, beginning with `/`.
    ///
    /// `//` stays as it is: an empty segment is a segment. An empty path (absolute-form) becomes `/`.
    /// - Throws: ``RequestError/malformedPath``, also for one that begins with no slash; `output` is unchanged then.
    public static func normalize(
        _ path: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) throws(RequestError) {
        let room = output.spare(path.count + 1)
        guard path.count > 0 else {
            room[0] = ASCII.slash
            return output.commit(1)
        }
        // Where it climbs, what it climbs out of is looked for backwards up to a slash: there has to be one.
        guard path[0] == ASCII.slash else { throw .malformedPath }
        let (count, hasDotSegment) = try decode(path, into: room)
        let decoded = UnsafeMutableBufferPointer(rebasing: room[0..<count])
        output.commit(hasDotSegment ? try resolveDotSegments(decoded) : count)
    }

    private static func decode(
        _ path: UnsafeBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>
    ) throws(RequestError) -> (count: Int, hasDotSegment: Bool) {
        var count = 0
        var index = 0
        var hasDotSegment = false
        while index < path.count {
            var byte = path[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < path.count, let high = ASCII.hexadecimalValue(path[index]),
                    let low = ASCII.hexadecimalValue(path[index + 1])
                else { throw .malformedPath }
                byte = high << 4 | low
                index += 2
            }
            guard byte != 0 else { throw .malformedPath }
            if byte == UInt8(ascii: "."), count > 0, room[count - 1] == ASCII.slash { hasDotSegment = true }
            room[count] = byte
            count += 1
        }
        return (count, hasDotSegment)
    }

    /// `remove_dot_segments` of RFC 3986, §5.2.4, in place, but climbing over the root is an error.
    private static func resolveDotSegments(
        _ path: UnsafeMutableBufferPointer<UInt8>
    ) throws(RequestError) -> Int {
        var end = 0
        var index = 0
        while index < path.count {
            var next = index + 1
            while next < path.count, path[next] != ASCII.slash { next += 1 }
            let isLast = next == path.count
            // path[index] is the slash that opens the segment.
            switch next - index {
            case 2 where path[index + 1] == UInt8(ascii: "."):
                if isLast {
                    path[end] = ASCII.slash
                    end += 1
                }
            case 3 where path[index + 1] == UInt8(ascii: ".") && path[index + 2] == UInt8(ascii: "."):
                guard end > 0 else { throw .malformedPath }
                repeat { end -= 1 } while path[end] != ASCII.slash
                if isLast { end += 1 }
            default:
                for source in index..<next {
                    path[end] = path[source]
                    end += 1
                }
            }
            index = next
        }
        return end
    }
}
