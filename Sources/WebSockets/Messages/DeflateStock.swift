// Compressors cost memory: 270 KB to write, 40 KB to read. Without context takeover (RFC 7692, §7.1.1) a message needs nothing
// of the one before it, so one of each serves all sockets of a worker, and a socket that waits costs nothing. A socket with
// context takeover has its own.

import Compression
import Octets

/// What the sockets of a worker share. One thread uses it, and a message at a time.
public final class DeflateStock {
    /// Memory that is kept between messages.
    private static let kept = 64 * 1024

    /// How hard the compressors try.
    public let level: Int
    private var deflaters: [Int: RawDeflater] = [:]
    private var inflater: RawInflater?
    /// Where a message is written that is no frame yet, or no message.
    private var scratch = ByteBuffer()

    /// - Parameter level: 1 is quick, 9 is small.
    public init(level: Int = 4) { self.level = min(max(level, 1), 9) }

    /// Octets of memory that the shared compressors hold.
    public var memory: Int {
        deflaters.values.reduce(inflater?.memory ?? 0) { $0 + $1.memory } + scratch.capacity
    }

    /// A new compressor, for one socket.
    func makeDeflater(windowBits: Int) throws(EncoderError) -> RawDeflater {
        try RawDeflater(level: level, windowBits: windowBits)
    }

    /// The one for all sockets whose clients take such a window, without a memory of what came before.
    func sharedDeflater(windowBits: Int) throws(EncoderError) -> RawDeflater {
        if let deflater = deflaters[windowBits], deflater.reset() { return deflater }
        let deflater = try makeDeflater(windowBits: windowBits)
        deflaters[windowBits] = deflater
        return deflater
    }

    /// The same in the other direction. Its window is the largest, which reads what was written with any.
    func sharedInflater() throws(InflateError) -> RawInflater {
        if let inflater {
            inflater.reset()
            return inflater
        }
        let inflater = try RawInflater()
        self.inflater = inflater
        return inflater
    }

    /// Lends an empty buffer.
    func withScratch<Result, Failure: Error>(
        _ body: (inout ByteBuffer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { scratch.clear(keeping: Self.kept) }
        return try body(&scratch)
    }
}
