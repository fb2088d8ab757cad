// The mask of a frame (RFC 6455, §5.3): it keeps what a page sends from looking like HTTP to a proxy on the way. Each octet is
// combined with one of the key's four, in turn; here eight octets at a time.

/// The mask of one frame, and how far it has come.
struct Mask {
    /// The key, its first octet highest, turned so that the octet whose turn it is stands first.
    private var key: UInt32

    init(_ key: UInt32) { self.key = key }

    /// Puts the mask on, or takes it off, which is the same.
    mutating func apply(to bytes: UnsafeMutableBufferPointer<UInt8>) {
        guard key != 0, let base = bytes.baseAddress else { return }
        let memory = UnsafeMutableRawPointer(base)
        let word = (UInt64(key) << 32 | UInt64(key)).bigEndian
        var index = 0
        while index + 8 <= bytes.count {
            let masked = memory.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            memory.storeBytes(of: masked ^ word, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            bytes[index] ^= UInt8(truncatingIfNeeded: key >> 24)
            key = key << 8 | key >> 24
            index += 1
        }
    }
}
