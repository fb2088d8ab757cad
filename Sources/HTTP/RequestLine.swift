import Octets

extension RequestHead {
    /// `method SP request-target SP HTTP-version` (RFC 9112, §3), with exactly one space at each place.
    mutating func parseRequestLine(_ line: ByteRange, in bytes: Span<UInt8>) throws(RequestError) {
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
        try parseVersion(ByteRange(index + 1, line.end), in: bytes)
        isHead = bytes.equals(method, "HEAD")
        try splitTarget(in: bytes)
    }

    /// `"HTTP/" DIGIT "." DIGIT` (RFC 9112, §2.3); case-sensitive.
    private mutating func parseVersion(_ range: ByteRange, in bytes: Span<UInt8>) throws(RequestError) {
        guard range.count == 8, bytes.equals(ByteRange(range.start, range.start + 5), "HTTP/"),
            ASCII.isDigit(bytes[range.start + 5]), bytes[range.start + 6] == UInt8(ascii: "."),
            ASCII.isDigit(bytes[range.start + 7])
        else { throw .malformedRequestLine }
        guard bytes[range.start + 5] == UInt8(ascii: "1"), bytes[range.start + 7] <= UInt8(ascii: "1") else {
            throw .unsupportedVersion
        }
        minorVersion = bytes[range.start + 7] - UInt8(ascii: "0")
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

/// `uri-host [ ":" port ]` without userinfo (RFC 9110, §7.2; RFC 3986, §3.2).
public enum Authority {
    /// Whether the bytes of `range` are a host that a request may be for.
    public static func isValid(_ range: ByteRange, in bytes: Span<UInt8>) -> Bool {
        let name = hostName(range, in: bytes)
        guard !name.isEmpty else { return false }
        if bytes[name.start] == UInt8(ascii: "[") {
            guard name.count > 3, bytes[name.end - 1] == UInt8(ascii: "]") else { return false }
            for index in name.start + 1..<name.end - 1 {
                let byte = bytes[index]
                guard ASCII.hexadecimalValue(byte) != nil || byte == ASCII.colon || byte == UInt8(ascii: ".")
                else { return false }
            }
        } else {
            for index in name.start..<name.end {
                guard ASCII.isHostName(bytes[index]) else { return false }
                guard bytes[index] == UInt8(ascii: "%") else { continue }
                guard index + 2 < name.end, ASCII.hexadecimalValue(bytes[index + 1]) != nil,
                    ASCII.hexadecimalValue(bytes[index + 2]) != nil
                else { return false }
            }
        }
        guard name.end < range.end else { return true }
        guard bytes[name.end] == ASCII.colon else { return false }
        let port = ByteRange(name.end + 1, range.end)
        if port.isEmpty { return true }  // `host:` is allowed by RFC 3986, §3.2.3.
        guard case .value(let number) = bytes.decimal(port) else { return false }
        return number <= 65_535
    }

    /// The host without its port; an IPv6 address keeps its brackets.
    public static func hostName(_ range: ByteRange, in bytes: Span<UInt8>) -> ByteRange {
        guard !range.isEmpty else { return range }
        var end = range.start
        if bytes[end] == UInt8(ascii: "[") {
            while end < range.end, bytes[end] != UInt8(ascii: "]") { end += 1 }
            return ByteRange(range.start, min(end + 1, range.end))
        }
        while end < range.end, bytes[end] != ASCII.colon { end += 1 }
        return ByteRange(range.start, end)
    }
}
