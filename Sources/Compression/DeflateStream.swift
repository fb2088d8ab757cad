// zlib's compressor, for whatever is put around what it writes: gzip's head and end, or nothing.

import CZlib
import Octets

/// One stream of zlib's, with its memory.
final class DeflateStream {
    /// Free room that is offered at once.
    private static let room = 16_384

    let counter = EncoderMemory()
    /// Allocated once: zlib keeps its address.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// - Parameter begin: Calls the begin function that says what is put around.
    init(_ begin: (z_streamp) -> CInt) throws(EncoderError) {
        stream.initialize(to: z_stream())
        stream.countMemory(counter)
        let code = begin(stream)
        guard code == Z_OK else { throw EncoderError(library: "zlib", code: Int(code)) }
    }

    deinit {
        // Of a stream that was not begun, it frees nothing.
        _ = deflateEnd(stream)
        stream.deallocate()
    }

    func encode(
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

    func flush(into output: inout ByteBuffer) throws(EncoderError) {
        try run(Z_SYNC_FLUSH, UnsafeBufferPointer(start: nil, count: 0), into: &output)
    }

    func finish(into output: inout ByteBuffer) throws(EncoderError) {
        try run(Z_FINISH, UnsafeBufferPointer(start: nil, count: 0), into: &output)
    }

    func reset() -> Bool { deflateReset(stream) == Z_OK }

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

extension UnsafeMutablePointer where Pointee == z_stream {
    /// Has zlib get its memory where it is counted.
    func countMemory(_ counter: EncoderMemory) {
        pointee.opaque = counter.opaque
        pointee.zalloc = { opaque, items, size in
            let (total, overflow) = Int(items).multipliedReportingOverflow(by: Int(size))
            return overflow ? nil : EncoderMemory.of(opaque).allocate(total)
        }
        pointee.zfree = { opaque, address in EncoderMemory.of(opaque).free(address) }
    }
}
