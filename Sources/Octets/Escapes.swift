// Octets written as two hexadecimal digits each. What has to be escaped is decided by whoever knows where it will stand.

extension ByteBuffer {
    /// Appends the last `digits` hexadecimal digits of `number`, in small letters and with the zeros before it.
    @inlinable
    public mutating func append(hexadecimal number: UInt64, digits: Int) {
        let room = spare(digits)
        var rest = number
        for index in (0..<digits).reversed() {
            room[index] = ASCII.hexadecimalDigit(UInt8(truncatingIfNeeded: rest))
            rest >>= 4
        }
        commit(digits)
    }

    /// Appends `prefix` and the two digits of `octet`, in capitals: `\xE4`, or `%E4` as a URI may hold it (RFC 3986, §2.1).
    @inlinable
    public mutating func append(_ prefix: StaticString, escaping octet: UInt8) {
        append(prefix)
        append(ASCII.uppercased(ASCII.hexadecimalDigit(octet >> 4)))
        append(ASCII.uppercased(ASCII.hexadecimalDigit(octet)))
    }
}

extension [UInt8] {
    /// Appends an octet as a URI may hold it (RFC 3986, §2.1).
    public mutating func append(percentEncoding octet: UInt8) {
        append(UInt8(ascii: "%"))
        append(ASCII.uppercased(ASCII.hexadecimalDigit(octet >> 4)))
        append(ASCII.uppercased(ASCII.hexadecimalDigit(octet)))
    }
}
