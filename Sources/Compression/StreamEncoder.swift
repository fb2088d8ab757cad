// A content coding as a stream: bytes go in, coded bytes come out into a buffer. What is coded, and whether it should be, is
// decided elsewhere; nothing here knows HTTP.

import Octets

/// Codes one body after another. One thread uses it.
public protocol StreamEncoder: AnyObject {
    /// How hard it tries: 1 is quick, 9 is small.
    var level: Int { get }
    /// Octets of memory that the library holds for it now.
    var memory: Int { get }

    /// Takes a part of the body.
    func encode(_ bytes: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer) throws(EncoderError)
    /// Makes everything that was taken so far readable at the other end.
    func flush(into output: inout ByteBuffer) throws(EncoderError)
    /// Ends the body. Nothing may follow but ``reset()``.
    func finish(into output: inout ByteBuffer) throws(EncoderError)
    /// Gets ready for another body, wherever the last one was left.
    ///
    /// - Returns: Whether it can be used again.
    func reset() -> Bool
}

/// The library has refused to go on: for want of memory, or because it was used wrongly.
public struct EncoderError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The library.
    public let library: String
    /// What it said, where it says anything.
    public let code: Int

    /// For the log.
    public var description: String { "\(library) has failed (\(code))" }
}
