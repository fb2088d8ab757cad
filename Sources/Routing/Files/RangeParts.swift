// Several parts of a file as one body: multipart/byteranges (RFC 9110, §14.6). Only what stands between the parts is made here;
// the kernel sends the parts themselves.

import HTTP
import Octets
import Scoreboard

/// The parts of an answer, and what stands between them.
package struct RangeParts {
    private let parts: [BytePart]
    private let size: Int
    /// What each part's head has before its Content-Range: Content-Type as a line, or nothing.
    private let type: [UInt8]
    private let boundary: UInt64
    private var next = 0
    /// Octets of the whole body.
    package private(set) var total = 0

    /// - Parameters:
    ///   - size: Octets of the file.
    ///   - type: Content-Type as a line, or nothing.
    ///   - boundary: Chance: no file is to hold it.
    package init(_ parts: [BytePart], size: Int, type: [UInt8], boundary: UInt64) {
        self.parts = parts
        self.size = size
        self.type = type
        self.boundary = boundary
        var heads = ByteBuffer(capacity: 256)
        var counting = self
        while let part = counting.appendNextHead(to: &heads) { total += part?.count ?? 0 }
        total += heads.count
    }

    /// Octets of parts that have not begun.
    package var left: Int { parts.dropFirst(next).reduce(0) { $0 + $1.count } }

    /// Appends what stands before the next part, or behind the last one.
    ///
    /// - Returns: The part, `.some(nil)` behind the last one, and `nil` when that has been said too.
    package mutating func appendNextHead(to output: inout ByteBuffer) -> BytePart?? {
        guard next <= parts.count else { return nil }
        output.append("\r\n--")
        RequestID.append(boundary, to: &output)
        defer { next += 1 }
        guard next < parts.count else {
            output.append("--\r\n")
            return .some(nil)
        }
        output.append("\r\n")
        type.withUnsafeBufferPointer { output.append($0) }
        Self.appendContentRange(parts[next], size: size, to: &output)
        output.append("\r\n")
        return parts[next]
    }

    /// Appends the Content-Type of the whole answer.
    package func appendType(to output: inout ByteBuffer) {
        output.append("Content-Type: multipart/byteranges; boundary=")
        RequestID.append(boundary, to: &output)
        output.append("\r\n")
    }

    /// Appends the line that says which part it is.
    package static func appendContentRange(_ part: BytePart, size: Int, to output: inout ByteBuffer) {
        output.append("Content-Range: bytes ")
        output.append(decimal: UInt64(part.first))
        output.append("-")
        output.append(decimal: UInt64(part.first + part.count - 1))
        output.append("/")
        output.append(decimal: UInt64(size))
        output.append("\r\n")
    }
}
