// Brotli (RFC 7932), by libbrotlienc. The library has no way to begin anew: an encoder is made for each body, and its memory
// comes and goes with it.

import CBrotli
import Octets

/// The coding `br`.
public final class BrotliEncoder: StreamEncoder {
    /// A window of 64 KB. With 256 KB quality 9 takes 37 MB for each answer, with the library's own choice of 4 MB more still.
    private static let windowBits: UInt32 = 16
    /// What the body's size is said to be: by that the library chooses its tables, and one of them has 4 MB.
    private static let sizeHint: UInt32 = 65_536
    /// Free room that is asked for at once.
    private static let room = 16_384

    /// How hard it tries. The library's highest two, 10 and 11, are for files that are compressed once.
    public let level: Int
    private let counter = EncoderMemory()
    private let state: OpaquePointer

    /// - Parameter level: 1 to 9.
    public init(level: Int) throws(EncoderError) {
        self.level = level
        let state = BrotliEncoderCreateInstance(
            { EncoderMemory.of($0).allocate($1) }, { EncoderMemory.of($0).free($1) }, counter.opaque)
        guard let state else { throw EncoderError(library: "libbrotlienc", code: 0) }
        self.state = state
        _ = BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, UInt32(level))
        _ = BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, Self.windowBits)
        _ = BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, Self.sizeHint)
    }

    deinit { BrotliEncoderDestroyInstance(state) }

    /// Octets of memory that the library holds.
    public var memory: Int { counter.count }

    /// Takes a part of the body.
    public func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) throws(EncoderError) {
        try run(BROTLI_OPERATION_PROCESS, bytes, into: &output)
    }

    /// Makes everything readable that was taken so far.
    public func flush(into output: inout ByteBuffer) throws(EncoderError) {
        try run(BROTLI_OPERATION_FLUSH, UnsafeBufferPointer(start: nil, count: 0), into: &output)
    }

    /// Ends the body.
    public func finish(into output: inout ByteBuffer) throws(EncoderError) {
        try run(BROTLI_OPERATION_FINISH, UnsafeBufferPointer(start: nil, count: 0), into: &output)
    }

    /// Never possible.
    public func reset() -> Bool { false }

    private func run(
        _ operation: BrotliEncoderOperation, _ bytes: UnsafeBufferPointer<UInt8>,
        into output: inout ByteBuffer
    ) throws(EncoderError) {
        var countIn = bytes.count
        var nextIn = bytes.baseAddress
        repeat {
            let spare = output.spare(Self.room)
            var countOut = spare.count
            var nextOut = spare.baseAddress
            let isDone = BrotliEncoderCompressStream(
                state, operation, &countIn, &nextIn, &countOut, &nextOut, nil)
            output.commit(spare.count - countOut)
            guard isDone != 0 else { throw EncoderError(library: "libbrotlienc", code: 0) }
        } while countIn > 0 || BrotliEncoderHasMoreOutput(state) != 0
    }
}
