// The other direction. What it reads was written by a stranger, and a thousand octets of zeros fit in one: so each call says
// how much it may write, and nothing beyond is kept.

import CZlib
import Octets

/// Why deflate could not be undone.
public enum InflateError: Error, Equatable, Sendable {
    /// It is no deflate (RFC 1951).
    case malformed
    /// There is more than the caller takes.
    case tooLarge
    /// zlib has no memory, or was used wrongly; its code.
    case failed(Int)
}

/// Reads deflate without head and end (RFC 1951).
public final class RawInflater {
    /// Free room that is offered at once.
    private static let room = 16_384

    /// What may be referred back to: 2^`windowBits` octets.
    public let windowBits: Int
    private let counter = EncoderMemory()
    /// Allocated once: zlib keeps its address.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// Whether all that came ends with a whole block: data that end elsewhere are cut.
    public private(set) var isBetweenBlocks = true
    /// Whether the last octet that came ended a block that is marked as the last one. More may follow all the same (RFC
    /// 7692, §7.2.3.4).
    public private(set) var isAtEnd = false

    /// - Parameter windowBits: 8 to 15, and not less than the writer's. With 15 it takes about 40 KB.
    public init(windowBits: Int = 15) throws(InflateError) {
        self.windowBits = windowBits
        stream.initialize(to: z_stream())
        stream.countMemory(counter)
        guard (8...15).contains(windowBits) else { throw .failed(Int(Z_STREAM_ERROR)) }
        let code = CZlib_begin_inflate(stream, CInt(windowBits))
        guard code == Z_OK else { throw .failed(Int(code)) }
    }

    deinit {
        // Of a stream that was not begun, it frees nothing.
        _ = inflateEnd(stream)
        stream.deallocate()
    }

    /// Octets of memory that zlib holds.
    public var memory: Int { counter.count }

    /// Undoes a part.
    ///
    /// - Parameters:
    ///   - output: What is readable with this part is appended.
    ///   - limit: So many octets are appended at the most.
    /// - Throws: After an error nothing may follow but ``reset()``. At `tooLarge` the first `limit` octets have been appended.
    public func inflate(
        _ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer, limit: Int
    ) throws(InflateError) {
        var (rest, left) = (bytes, max(0, limit))
        while rest.count > 0 {
            let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
            try run(part, into: &output, &left)
            rest = UnsafeBufferPointer(rebasing: rest[part.count...])
        }
    }

    /// Forgets the window, and begins anew with the memory that it has.
    public func reset() {
        isBetweenBlocks = true
        isAtEnd = false
        _ = inflateReset(stream)
    }

    private func run(
        _ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer, _ left: inout Int
    ) throws(InflateError) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        while true {
            if isAtEnd, stream.pointee.avail_in > 0 {
                // The window stays: what follows may refer to what came before.
                _ = inflateResetKeep(stream)
                isAtEnd = false
            }
            // One octet more than may be: only so it shows whether there is more.
            let size = min(output.spare(min(left, Self.room) + 1).count, left + 1, 1 << 30)
            stream.pointee.next_out = output.spare(size).baseAddress
            stream.pointee.avail_out = UInt32(size)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            let written = size - Int(stream.pointee.avail_out)
            output.commit(min(written, left))
            guard written <= left else { throw .tooLarge }
            left -= written
            switch code {
            // Z_BUF_ERROR says that there was nothing to do.
            case Z_OK, Z_BUF_ERROR: isBetweenBlocks = stream.pointee.data_type & 128 != 0
            case Z_STREAM_END: (isBetweenBlocks, isAtEnd) = (true, true)
            case Z_DATA_ERROR, Z_NEED_DICT: throw .malformed
            default: throw .failed(Int(code))
            }
            if stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 || code == Z_STREAM_END { return }
        }
    }
}
