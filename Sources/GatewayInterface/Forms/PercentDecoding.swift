import Octets

extension String {
    /// The text of octets with `%` and two digits for some of them; what is no UTF-8 is repaired.
    ///
    /// A `%` without two digits stands for itself (WHATWG URL, "percent-decode").
    init(percentDecoding bytes: some Collection<UInt8>, plusIsSpace: Bool) {
        self.init(unsafeUninitializedCapacity: bytes.count) { room in
            var count = 0
            var rest = bytes[...]
            while let octet = rest.popFirst() {
                if octet == UInt8(ascii: "%"), let decoded = twoDigits(rest) {
                    room[count] = decoded
                    rest = rest.dropFirst(2)
                } else {
                    room[count] = plusIsSpace && octet == UInt8(ascii: "+") ? ASCII.space : octet
                }
                count += 1
            }
            return count
        }
    }
}

/// The octet that the first two hexadecimal digits say.
func twoDigits(_ bytes: some Collection<UInt8>) -> UInt8? {
    guard let first = bytes.first, let second = bytes.dropFirst().first,
        let high = ASCII.hexadecimalValue(first), let low = ASCII.hexadecimalValue(second)
    else { return nil }
    return high << 4 | low
}
