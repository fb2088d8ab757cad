import Octets

extension RequestHead {
    /// `method SP request-target SP HTTP-version` (RFC 9112, §3), with exactly one space at each place.
    mutating func parseRequestLine(
        _ line: ByteRange, in bytes: Span<UInt8>, rules: RequestRules
    ) throws(RequestError) {
        var index = line.start
        while index < line.end, ASCII.isToken(bytes[index]) { index += 1 }
        guard index > line.start, index < line.end, bytes[index] == ASCII.space else {
            throw .malformedRequestLine
        }
        method = ByteRange(line.start, index)
        let targetStart = index + 1
        index = targetStart
        while index < line.end, ASCII.isTarget(bytes[index]) { index += 1 }
        guard index < line.end, bytes[index] == ASCII.space else {
            // A target of one word and nothing after it is HTTP/0.9, which nobody speaks honestly any more.
            throw index > targetStart && index < line.end ? .malformedTarget : .malformedRequestLine
        }
        target = ByteRange(targetStart, index)
        guard !target.isEmpty else { throw .malformedRequestLine }
        try parseVersion(ByteRange(index + 1, line.end), in: bytes, rules)
        guard rules.permitsUnconventionalMethod || isConventional(method, in: bytes) else {
            throw .unconventionalMethod
        }
        isHead = bytes.equals(method, "HEAD")
        try splitTarget(in: bytes)
    }

    /// What every registered method is: 3 to 20 octets, none of them `#` or in lower case. Whatever else is a token
    /// is more often a mistake, or a try, than a method.
    private func isConventional(_ method: ByteRange, in bytes: Span<UInt8>) -> Bool {
        guard method.count >= 3, method.count <= 20 else { return false }
        for index in method.start..<method.end {
            let byte = bytes[index]
            if byte &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "#") { return false }
        }
        return true
    }

    /// `"HTTP/" DIGIT "." DIGIT` (RFC 9112, §2.3); case-sensitive.
    private mutating func parseVersion(
        _ range: ByteRange, in bytes: Span<UInt8>, _ rules: RequestRules
    ) throws(RequestError) {
        guard range.count == 8, bytes.equals(ByteRange(range.start, range.start + 5), "HTTP/"),
            ASCII.isDigit(bytes[range.start + 5]), bytes[range.start + 6] == UInt8(ascii: "."),
            ASCII.isDigit(bytes[range.start + 7])
        else { throw .malformedRequestLine }
        let minor = bytes[range.start + 7] - UInt8(ascii: "0")
        // `PRI * HTTP/2.0` is where a client that speaks HTTP/2 without having asked ends (RFC 9113, §3.4).
        guard bytes[range.start + 5] == UInt8(ascii: "1"), minor <= 1 || rules.permitsUnconventionalVersion
        else { throw .unsupportedVersion }
        minorVersion = min(minor, 1)
        isPersistent = minorVersion == 1
    }

    /// The four forms of RFC 9112, §3.2. `//x` is a path, not an authority.
    private mutating func splitTarget(in bytes: Span<UInt8>) throws(RequestError) {
        guard !bytes.equals(method, "CONNECT") else { throw .unsupportedMethod }
        if bytes[target.start] == ASCII.slash {
            splitPath(from: target.start, in: bytes)
        } else if target.count == 1, bytes[target.start] == UInt8(ascii: "*") {
            guard bytes.equals(method, "OPTIONS") else { throw .malformedTarget }
            path = target
        } else {
            try splitAbsolute(in: bytes)
        }
    }

    /// `http://authority/path?query`: the authority replaces Host (RFC 9112, §3.2.2).
    private mutating func splitAbsolute(in bytes: Span<UInt8>) throws(RequestError) {
        let prefix: Int
        if target.count > 7, bytes.matches(ByteRange(target.start, target.start + 7), lowercase: "http://") {
            prefix = 7
        } else if target.count > 8,
            bytes.matches(ByteRange(target.start, target.start + 8), lowercase: "https://")
        {
            prefix = 8
        } else {
            throw .malformedTarget
        }
        var end = target.start + prefix
        while end < target.end, bytes[end] != ASCII.slash, bytes[end] != UInt8(ascii: "?") { end += 1 }
        host = ByteRange(target.start + prefix, end)
        guard Authority.isValid(host, in: bytes) else { throw .malformedTarget }
        splitPath(from: end, in: bytes)
    }

    private mutating func splitPath(from start: Int, in bytes: Span<UInt8>) {
        var end = start
        while end < target.end, bytes[end] != UInt8(ascii: "?") { end += 1 }
        path = ByteRange(start, end)
        query = end < target.end ? ByteRange(end + 1, target.end) : ByteRange(end, end)
    }
}
