// deflate (RFC 1951) with nothing around it, by zlib: what WebSockets call permessage-deflate (RFC 7692). Whoever reads says how
// large the window may be, so here it is chosen.

import CZlib
import Octets

/// Writes deflate without head and end.
public final class RawDeflater: StreamEncoder {
    /// The windows that there are, as powers of two. zlib cannot write deflate with 256 octets.
    public static let windowBits = 9...15
    /// The memory that zlib takes by default.
    private static let memoryLevel: CInt = 8

    /// How hard it tries.
    public let level: Int
    /// What it refers back to: 2^`windowBits` octets.
    public let windowBits: Int
    private let stream: DeflateStream

    /// - Parameters:
    ///   - level: 1 to 9.
    ///   - windowBits: 9 to 15. With 15 it takes about 270 KB, with 9 about 135 KB.
    public init(level: Int, windowBits: Int) throws(EncoderError) {
        guard Self.windowBits.contains(windowBits), (1...9).contains(level) else {
            throw EncoderError(library: "zlib", code: Int(Z_STREAM_ERROR))
        }
        self.level = level
        self.windowBits = windowBits
        stream = try DeflateStream { stream in
            CZlib_begin_deflate(stream, CInt(level), CInt(windowBits), Self.memoryLevel)
        }
    }

    /// Octets of memory that zlib holds.
    public var memory: Int { stream.counter.count }

    /// Takes a part of the data.
    public func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) throws(EncoderError) {
        try stream.encode(bytes, into: &output)
    }

    /// Makes everything readable that was taken so far, with an empty block whose last four octets are `00 00 FF FF`. A
    /// flush with nothing new since the last one writes nothing.
    public func flush(into output: inout ByteBuffer) throws(EncoderError) { try stream.flush(into: &output) }

    /// Ends the data with a block that is marked as the last.
    public func finish(into output: inout ByteBuffer) throws(EncoderError) {
        try stream.finish(into: &output)
    }

    /// Forgets the window, and begins anew with the memory that it has.
    public func reset() -> Bool { stream.reset() }
}
