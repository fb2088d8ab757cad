import Octets

/// Fields whose values are lists with commas between the elements (RFC 9110, §5.6.1).
public enum FieldList {
    /// Calls `body` with each element, without the white space around it; empty ones are skipped.
    public static func forEach(
        in value: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        value.span.forEachElement(of: ByteRange(0, value.count)) { element in
            if !element.isEmpty { body(value[element]) }
        }
    }

    /// Whether one of the elements is `token`, which is given in lower case, in any case and with any parameters. Commas in
    /// quotes are not looked at: of two mistakes, to find too much is the smaller one for what this is asked about.
    public static func contains(_ token: StaticString, in value: UnsafeBufferPointer<UInt8>) -> Bool {
        var isFound = false
        forEach(in: value) { element in
            let end = element.firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") }
            let name = trimmed(element, 0, end ?? element.count)
            if name.span.matches(ByteRange(0, name.count), lowercase: token) { isFound = true }
        }
        return isFound
    }

    static func trimmed(
        _ value: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
    ) -> UnsafeBufferPointer<UInt8> {
        value[value.span.trimmed(ByteRange(start, end))]
    }
}
