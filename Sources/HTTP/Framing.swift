// What the fields of a complete head mean for the connection: whose host, where the body ends, whether another
// request may follow. The rules are RFC 9112, §3.2, §6 and §9.3.

import Octets

extension RequestHead {
    /// - Parameter elementLimit: Elements of all Connection fields. Each is compared with each field: without a limit one head of
    ///   many short names would cost as much as hundreds of others.
    mutating func conclude(_ bytes: Span<UInt8>, elementLimit: Int) throws(RequestError) {
        var connectionElements = 0
        var hostField: ByteRange?
        var contentLength: ByteRange?
        var transferEncoding: ByteRange?
        var hasContentType = false
        for field in fields {
            switch field.kind {
            case .host:
                guard hostField == nil, Authority.isValid(field.value, in: bytes) else {
                    throw .malformedHost
                }
                hostField = field.value
            case .contentLength:
                // Repeated is refused even where the values agree: two parsers may not agree which one counts.
                guard contentLength == nil else { throw .ambiguousFraming }
                contentLength = field.value
            case .transferEncoding:
                guard transferEncoding == nil else { throw .ambiguousFraming }
                transferEncoding = field.value
            case .contentType:
                // What one reader takes for JSON, another must not take for a form.
                guard !hasContentType else { throw .malformedField }
                hasContentType = true
            case .connection:
                connectionElements += readConnection(field.value, in: bytes)
                guard connectionElements <= elementLimit else { throw .fieldsTooLarge }
            case .expect where minorVersion == 1:
                // Expectations of HTTP/1.0 clients are ignored (RFC 9110, §10.1.1).
                guard bytes.matches(field.value, lowercase: "100-continue") else {
                    throw .unsupportedExpectation
                }
                expectsContinue = true
            default: if field.kind.isForwarding { speaksOfClient = true }
            }
        }
        guard hostField != nil || minorVersion == 0 else { throw .malformedHost }
        if host.isEmpty, let hostField { host = hostField }
        try frameBody(length: contentLength, coding: transferEncoding, in: bytes)
        if body == .none || body == .length(0) { expectsContinue = false }
        if closes { isPersistent = false }
        nominate(in: bytes)
    }

    private mutating func frameBody(
        length: ByteRange?, coding: ByteRange?, in bytes: Span<UInt8>
    ) throws(RequestError) {
        if let coding {
            guard length == nil, minorVersion == 1 else { throw .ambiguousFraming }
            guard bytes.matches(coding, lowercase: "chunked") else {
                throw endsInChunked(coding, in: bytes) ? .unsupportedTransferCoding : .ambiguousFraming
            }
            body = .chunked
        } else if let length {
            // `1*DIGIT` (RFC 9110, §8.6): `007` is seven, and an application is told 7. An empty value is no number.
            switch bytes.decimal(length) {
            case .value(let count): body = .length(count)
            case .malformed: throw .ambiguousFraming
            case .tooLarge: throw .bodyTooLarge
            }
        }
    }

    /// Whether other codings stand before a final `chunked`: understood, but not supported. `chunked` twice, not last,
    /// with a parameter, quoted, or between empty elements is an error: it is how one server is made to see the coding
    /// and another is not.
    private func endsInChunked(_ coding: ByteRange, in bytes: Span<UInt8>) -> Bool {
        var (count, chunked, last) = (0, 0, false)
        bytes.forEachElement(of: coding) { element in
            guard !element.isEmpty else { return }
            last = bytes.matches(element, lowercase: "chunked")
            count += 1
            if last { chunked += 1 }
        }
        return last && chunked == 1 && count > 1
    }

    /// - Returns: How many elements there are.
    private mutating func readConnection(_ value: ByteRange, in bytes: Span<UInt8>) -> Int {
        var count = 0
        var sawClose = false
        var sawKeepAlive = false
        bytes.forEachElement(of: value) { element in
            guard !element.isEmpty else { return }
            count += 1
            if bytes.matches(element, lowercase: "close") { sawClose = true }
            if bytes.matches(element, lowercase: "keep-alive") { sawKeepAlive = true }
        }
        if sawClose { closes = true }
        if sawKeepAlive, minorVersion == 0 { isPersistent = true }
        return count
    }

    /// Marks the fields that a Connection field names (RFC 9110, §7.6.1). Content-Length and its like cannot be
    /// named away: the framing has been read already, and Host must reach the application.
    private mutating func nominate(in bytes: Span<UInt8>) {
        for connection in fields.indices where fields[connection].kind == .connection {
            bytes.forEachElement(of: fields[connection].value) { element in
                for index in fields.indices where fields[index].kind.mayBeNominated {
                    if bytes.matches(fields[index].name, element) { fields[index].isNominated = true }
                }
            }
        }
    }
}
