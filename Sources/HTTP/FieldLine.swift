// One field line, of a head or of a trailer section, and what a folded one becomes.

import Octets

extension HeaderField {
    /// `name ":" OWS value OWS` (RFC 9112, §5). White space before the colon, a line that begins with white space
    /// (obs-fold) and control characters are errors.
    static func parse(
        _ line: ByteRange, in bytes: Span<UInt8>, rules: RequestRules
    ) throws(RequestError) -> HeaderField {
        var end = line.start
        var isAmbiguous = false
        while end < line.end, ASCII.isToken(bytes[end]) {
            if bytes[end] == UInt8(ascii: "_") || bytes[end] == UInt8(ascii: ".") { isAmbiguous = true }
            end += 1
        }
        let name = ByteRange(line.start, end)
        var colon = end
        if rules.stripsHeaderSpaces {
            while colon < line.end, ASCII.isBlank(bytes[colon]) { colon += 1 }
        }
        guard !name.isEmpty, colon < line.end, bytes[colon] == ASCII.colon else { throw .malformedField }
        for index in colon + 1..<line.end where !ASCII.isFieldValue(bytes[index]) { throw .malformedField }
        var field = HeaderField(
            name: name, value: bytes.trimmed(ByteRange(colon + 1, line.end)),
            kind: FieldName.recognise(name, in: bytes))
        guard colon == end || field.kind.isApplicationsOwn else { throw .malformedField }
        if field.kind == .other, isAmbiguous || !rules.forwarderFields.isEmpty {
            field.isUnmapped = try rules.drops(name, isAmbiguous: isAmbiguous, in: bytes)
        }
        return field
    }
}

extension RequestHead {
    /// Whether `line`, which begins with a blank, may go on the field before it, whose line it follows.
    func checkFold(_ line: ByteRange, in bytes: Span<UInt8>, limit: Int) throws(RequestError) {
        // White space before the first field is another attack (RFC 9112, §2.2).
        guard let field = fields.last else { throw .malformedField }
        guard field.kind.isApplicationsOwn else { throw .obsoleteFolding }
        guard line.end - field.name.start <= limit else { throw .fieldsTooLarge }
        for index in line.start..<line.end where !ASCII.isFieldValue(bytes[index]) { throw .malformedField }
    }

    /// Joins a folded line to the field before it with one space (RFC 9112, §5.2), in the memory that holds both: what
    /// stands between the two is never read again.
    mutating func joinFold(_ line: ByteRange, in bytes: UnsafeMutableBufferPointer<UInt8>) {
        let more = UnsafeBufferPointer(bytes).span.trimmed(line)
        guard !more.isEmpty, var field = fields.popLast() else { return }
        var end = field.value.end
        if field.value.isEmpty {
            field.value = more
        } else {
            bytes[end] = ASCII.space
            end += 1
            for offset in 0..<more.count { bytes[end + offset] = bytes[more.start + offset] }
            field.value = ByteRange(field.value.start, end + more.count)
        }
        fields.append(field)
    }
}
