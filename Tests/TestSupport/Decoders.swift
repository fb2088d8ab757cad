// The other ends of the encoders: as a client reads, part by part, with somebody else's code.

import CBrotliDecoder
import CZlib

/// Reads what an encoder has written.
public protocol Decoder: AnyObject {
    /// Whether the end of the stream has come.
    var isAtEnd: Bool { get }
    /// All that `bytes` and what came before make readable, beyond what was read already.
    func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [UInt8]
}

/// What is no such stream, or goes on behind its end.
public struct Malformed: Error {}

/// Reads gzip, by zlib.
public final class Gunzip: Decoder {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// Whether the end of the stream has come.
    public private(set) var isAtEnd = false

    /// Before the first octet.
    public init() {
        stream.initialize(to: z_stream())
        _ = CZlib_begin_gunzip(stream)
    }

    deinit {
        _ = inflateEnd(stream)
        stream.deallocate()
    }

    /// All that is readable with these octets, and was not before.
    public func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [UInt8] {
        var text: [UInt8] = []
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        var isFull = true
        while isFull, !isAtEnd {
            try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { room in
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(room.count)
                let code = inflate(stream, Z_NO_FLUSH)
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw Malformed() }
                isAtEnd = code == Z_STREAM_END
                text += room[..<(room.count - Int(stream.pointee.avail_out))]
                isFull = stream.pointee.avail_out == 0
            }
        }
        guard stream.pointee.avail_in == 0 else { throw Malformed() }
        return text
    }
}

/// Reads brotli, by libbrotlidec.
public final class Unbrotli: Decoder {
    private let state = BrotliDecoderCreateInstance(nil, nil, nil)
    /// Whether the end of the stream has come.
    public private(set) var isAtEnd = false

    /// Before the first octet.
    public init() {}

    deinit { BrotliDecoderDestroyInstance(state) }

    /// All that is readable with these octets, and was not before.
    public func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [UInt8] {
        var text: [UInt8] = []
        var countIn = bytes.count
        var nextIn = bytes.baseAddress
        var goesOn = true
        while goesOn {
            try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { room in
                var countOut = room.count
                var nextOut = room.baseAddress
                let result = BrotliDecoderDecompressStream(
                    state, &countIn, &nextIn, &countOut, &nextOut, nil)
                guard result != BROTLI_DECODER_RESULT_ERROR else { throw Malformed() }
                text += room[..<(room.count - countOut)]
                isAtEnd = result == BROTLI_DECODER_RESULT_SUCCESS
                // It asks for more input also while output waits that had no room.
                goesOn = BrotliDecoderHasMoreOutput(state) != 0
            }
        }
        guard countIn == 0 else { throw Malformed() }
        return text
    }
}
