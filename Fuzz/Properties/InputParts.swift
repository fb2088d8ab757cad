import Octets

// How one input says several things. Whatever the fuzzer makes of it, it says as many as the target wants.

/// The lines of an input, `count` of them: the last one is all that is left, and what is missing is empty.
func lines(_ bytes: UnsafeBufferPointer<UInt8>, _ count: Int) -> [UnsafeBufferPointer<UInt8>] {
    let found = bytes.split(
        separator: ASCII.lineFeed, maxSplits: count - 1, omittingEmptySubsequences: false)
    let nothing = UnsafeBufferPointer(rebasing: bytes[..<0])
    return found.map { UnsafeBufferPointer(rebasing: $0) }
        + Array(repeating: nothing, count: count - found.count)
}

/// The parts of an input, `count` of them, each behind an octet that says how long it is: they can hold anything.
func countedParts(_ bytes: UnsafeBufferPointer<UInt8>, _ count: Int) -> [UnsafeBufferPointer<UInt8>] {
    var rest = bytes[...]
    return (0..<count).map { _ in
        let length = Int(rest.popFirst() ?? 0)
        let part = rest.prefix(length)
        rest = rest.dropFirst(length)
        return UnsafeBufferPointer(rebasing: part)
    }
}

/// Octets as text, for comparisons and messages: ISO 8859-1, which loses none of them.
func latin(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

extension String {
    /// Without the blanks at both ends.
    var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    /// In lower case, where it is ASCII.
    var asciiLowercased: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map {
                    ("A"..."Z").contains($0) ? Unicode.Scalar($0.value | 0x20)! : $0
                }))
    }
}
