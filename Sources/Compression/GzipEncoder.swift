// gzip (RFC 1952), by zlib. An encoder takes about 270 KB and is used again for one body after another: deflateReset keeps
// all of its memory.

import CZlib
import Octets

/// The coding `gzip`.
public final class GzipEncoder: StreamEncoder {
    /// The window of 32 KB that gzip has at the most, and the memory that zlib takes by default.
    private static let windowBits: CInt = 15
    private static let memoryLevel: CInt = 8

    /// How hard it tries.
    public let level: Int
    private let stream: DeflateStream

    /// - Parameter level: 1 to 9.
    public init(level: Int) throws(EncoderError) {
        self.level = level
        stream = try DeflateStream { stream in
            CZlib_begin_gzip(stream, CInt(level), Self.windowBits, Self.memoryLevel)
        }
    }

    /// Octets of memory that zlib holds.
    public var memory: Int { stream.counter.count }

    /// Takes a part of the body.
    public func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
    ) throws(EncoderError) {
        try stream.encode(bytes, into: &output)
    }

    /// Makes everything readable that was taken so far.
    public func flush(into output: inout ByteBuffer) throws(EncoderError) { try stream.flush(into: &output) }

    /// Ends the body.
    public func finish(into output: inout ByteBuffer) throws(EncoderError) {
        try stream.finish(into: &output)
    }

    /// Gets ready for another body.
    public func reset() -> Bool { stream.reset() }
}
