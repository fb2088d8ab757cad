// Whose server a request is for. What is no host is refused here, so that routes, SERVER_NAME and what applications make of
// HTTP_HOST (links in mails that reset a password) never see it.

import Octets

/// `uri-host [ ":" port ]` without userinfo (RFC 9110, §7.2; RFC 3986, §3.2).
public enum Authority {
    /// Whether the bytes of `range` are a host that a request may be for.
    public static func isValid(_ range: ByteRange, in bytes: Span<UInt8>) -> Bool {
        let name = hostName(range, in: bytes)
        guard !name.isEmpty else { return false }
        if bytes[name.start] == UInt8(ascii: "[") {
            guard name.count > 3, bytes[name.end - 1] == UInt8(ascii: "]"),
                isIPv6(ByteRange(name.start + 1, name.end - 1), in: bytes)
            else { return false }
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

    /// `IPv6address` of RFC 3986, §3.2.2: eight groups, or fewer around one `::`; the last two may be an IPv4 address.
    /// Neither zones (RFC 6874) nor addresses of the future are for a server to be asked for.
    private static func isIPv6(_ range: ByteRange, in bytes: Span<UInt8>) -> Bool {
        var (index, groups, hasGap) = (range.start, 0, false)
        while index < range.end {
            if bytes[index] == ASCII.colon {
                // Only `::` begins with a colon here: that behind a group has been taken with it.
                guard !hasGap, index + 1 < range.end, bytes[index + 1] == ASCII.colon else { return false }
                hasGap = true
                index += 2
                continue
            }
            let start = index
            while index < range.end, ASCII.hexadecimalValue(bytes[index]) != nil { index += 1 }
            if index < range.end, bytes[index] == UInt8(ascii: ".") {
                guard isIPv4(ByteRange(start, range.end), in: bytes) else { return false }
                groups += 2
                break
            }
            guard index > start, index - start <= 4 else { return false }
            groups += 1
            guard index < range.end else { break }
            guard bytes[index] == ASCII.colon, index + 1 < range.end else { return false }
            if bytes[index + 1] != ASCII.colon { index += 1 }
        }
        return hasGap ? groups <= 7 : groups == 8
    }

    /// `IPv4address`: four numbers up to 255, without leading zeros.
    private static func isIPv4(_ range: ByteRange, in bytes: Span<UInt8>) -> Bool {
        var (start, count) = (range.start, 0)
        for index in range.start...range.end where index == range.end || bytes[index] == UInt8(ascii: ".") {
            let part = ByteRange(start, index)
            guard case .value(let number) = bytes.decimal(part), number <= 255,
                part.count == 1 || bytes[start] != UInt8(ascii: "0")
            else { return false }
            count += 1
            start = index + 1
        }
        return count == 4
    }
}
