// gzip (RFC 1952), by zlib. An encoder takes about 270 KB and is used again for one body after another: deflateReset keeps
// all of its memory.

import CZlib
import Octets

/// The coding `gzip`.
public final class GzipEncoder: StreamEncoder {
    /// The window of 32 KB that gzip has at the most, and the memory that zlib takes by default.
    private static let windowBits: CInt = 15
    private static let memoryLevel: CInt = 8
    /// Free room that is offered at once.
    private static let room = 16_384

    /// How hard it tries.
    public let level: Int
    private let counter = EncoderMemory()
    /// Allocated once: zlib keeps its address.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// - Parameter level: 1 to 9.
    public init(level: Int) throws(EncoderError) {
        self.level = level
        stream.initialize(to: z_stream())
        stream.pointee.opaque = counter.opaque
        stream.pointee.zalloc = { opaque, items, size in
            let (total, overflow) = Int(items).multipliedReportingOverflow(by: Int(size))
            return overflow ? nil : EncoderMemory.of(opaque).allocate(total)
        }
        stream.pointee.zfree = { opaque, address in EncoderMemory.of(opaque).free(address) }
        let code = CZlib_begin_gzip(stream, CInt(level), Self.windowBits, Self.memoryLevel)
        guard code == Z_OK else { throw EncoderError(library: "zlib", code: Int(code)) }
    }

    deinit {
        // Of a stream that was not begun, it frees nothing.
        _ = deflateEnd(stream)
        stream.deallocate()
    }

    /// Octets of memory that zlib holds.
    public var memory: Int { counter.count }

    /// Takes a part of the body.
    public func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) throws(EncoderError) {
        var rest = bytes
        // zlib counts what it is given in 32 bits.
        while rest.count > 0 {
            let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
            try run(Z_NO_FLUSH, part, into: &output)
            rest = UnsafeBufferPointer(rebasing: rest[part.count...])
        }
    }

    /// Makes everything readable that was taken so far.
    public func flush(into output: inout ByteBuffer) throws(EncoderError) {
        try run(Z_SYNC_FLUSH, UnsafeBufferPointer(start: nil, count: 0), into: &output)
    }

    /// Ends the body.
    public func finish(into output: inout ByteBuffer) throws(EncoderError) {
        try run(Z_FINISH, UnsafeBufferPointer(start: nil, count: 0), into: &output)
    }

    /// Gets ready for another body.
    public func reset() -> Bool { deflateReset(stream) == Z_OK }

    /// Runs until all of the input is taken and zlib leaves room: then nothing waits in it that the call asks for.
    private func run(
        _ flush: CInt, _ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) throws(EncoderError) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        while true {
            let spare = output.spare(Self.room)
            let size = min(spare.count, 1 << 30)
            stream.pointee.next_out = spare.baseAddress
            stream.pointee.avail_out = UInt32(size)
            let code = deflate(stream, flush)
            output.commit(size - Int(stream.pointee.avail_out))
            // Z_BUF_ERROR says that there was nothing to do: a flush after a flush.
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                throw EncoderError(library: "zlib", code: Int(code))
            }
            if code == Z_STREAM_END || stream.pointee.avail_out > 0 { return }
        }
    }
}
