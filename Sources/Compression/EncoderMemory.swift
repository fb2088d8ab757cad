// The libraries get their memory here, so that it can be counted: what a client may make a worker hold has to have a
// number.

/// Counts the octets of memory that one encoder holds.
final class EncoderMemory {
    private(set) var count = 0

    /// What lies before each piece: its size, in the room of one alignment.
    private static let header = 16

    func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= 1 << 30 else { return nil }
        let piece = UnsafeMutableRawPointer.allocate(byteCount: Self.header + size, alignment: Self.header)
        piece.storeBytes(of: size, as: Int.self)
        count += size
        return piece + Self.header
    }

    func free(_ address: UnsafeMutableRawPointer?) {
        guard let address else { return }
        let piece = address - Self.header
        count -= piece.load(as: Int.self)
        piece.deallocate()
    }

    /// What the libraries hand back to the functions below.
    var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func of(_ opaque: UnsafeMutableRawPointer?) -> EncoderMemory {
        Unmanaged<EncoderMemory>.fromOpaque(opaque!).takeUnretainedValue()
    }
}
