import GatewayInterface
import Octets

/// What is promised of the items of a form. The input is the form, or a query.
enum FormItemPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let items = FormItems(query: bytes)
        let expected = model(Array(bytes))
        try require(same(items, expected), "it is \(Array(items)), not \(expected)")
        for item in expected.prefix(20) {
            let first = expected.first { Array($0.name.utf8) == Array(item.name.utf8) }
            try require(items[item.name] == first?.value, "\(item.name.debugDescription) is another value")
        }
        try checkLimits(bytes, items.count)
        let encoded = items.encoded
        let allowed = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-._+%&=".utf8)
        try require(encoded.utf8.allSatisfy(allowed.contains), "\(encoded.debugDescription) is written")
        let again = FormItems(query: encoded)
        try require(same(again, Array(items)), "written and read again it is \(Array(again))")
    }

    private static func checkLimits(_ bytes: UnsafeBufferPointer<UInt8>, _ count: Int) throws(Violation) {
        for limit in [0, count - 1, count, count + 1] where limit >= 0 {
            let result = Result { () throws(FormError) in try FormItems(decoding: bytes, limit: limit).count }
            let expected =
                count <= limit ? Result.success(count) : .failure(FormError.tooManyItems(limit: limit))
            try require(result == expected, "of \(limit) items at most there are \(result)")
        }
    }

    private static func same(
        _ first: some Collection<(name: String, value: String)>, _ second: [(name: String, value: String)]
    ) -> Bool {
        first.elementsEqual(second) {
            Array($0.name.utf8) == Array($1.name.utf8) && Array($0.value.utf8) == Array($1.value.utf8)
        }
    }

    /// The standard's own steps (WHATWG URL, §5.1), one after the other.
    private static func model(_ bytes: [UInt8]) -> [(name: String, value: String)] {
        bytes.split(separator: UInt8(ascii: "&")).map { sequence in
            let parts = sequence.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (text(Array(parts[0])), parts.count == 2 ? text(Array(parts[1])) : "")
        }
    }

    private static func text(_ octets: [UInt8]) -> String {
        let spaced = octets.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return String(decoding: percentDecoded(spaced), as: UTF8.self)
    }

    /// `%` and two digits to their octet, by trying all that there are.
    static func percentDecoded(_ octets: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var index = 0
        while index < octets.count {
            let digits = latin(octets[index...].dropFirst().prefix(2))
            let isNumber =
                digits.utf8.count == 2 && digits.utf8.allSatisfy { ASCII.hexadecimalValue($0) != nil }
            if octets[index] == UInt8(ascii: "%"), isNumber, let octet = UInt8(digits, radix: 16) {
                decoded.append(octet)
                index += 3
            } else {
                decoded.append(octets[index])
                index += 1
            }
        }
        return decoded
    }
}

/// What is promised of cookies, both ways. The input is a Cookie field; its lines are also the parts of a cookie to be set.
enum CookiePromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let cookies = Cookies(bytes)
        let expected = model(latin(bytes))
        try require(
            cookies.elementsEqual(expected) { $0.name == text($1.name) && $0.value == text($1.value) },
            "it is \(Array(cookies)), not \(expected)")
        for cookie in cookies { try checkWritten(SetCookie(cookie.name, cookie.value, path: nil)) }
        let parts = lines(bytes, 4).map { String(decoding: $0, as: UTF8.self) }
        try checkWritten(
            SetCookie(
                parts[0], parts[1], maxAge: bytes.count - 20, path: parts[2].isEmpty ? nil : parts[2],
                domain: parts[3].isEmpty ? nil : parts[3], secure: bytes.count & 1 == 0,
                sameSite: bytes.count & 2 == 0 ? .strict : SetCookie.SameSite.none))
    }

    private static func text(_ latin: String) -> String {
        String(decoding: latin.unicodeScalars.map { UInt8($0.value) }, as: UTF8.self)
    }

    private static func model(_ field: String) -> [(name: String, value: String)] {
        var cookies: [(name: String, value: String)] = []
        for pair in field.unicodeScalars.split(separator: ";").map({ String($0) }) {
            let parts = pair.unicodeScalars.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let name = String(parts[0]).trimmed
            var value = String(parts[1]).trimmed.unicodeScalars
            if name.isEmpty { continue }
            if value.count > 1, value.first == "\"", value.last == "\"" {
                value.removeFirst()
                value.removeLast()
            }
            cookies.append((name, String(value)))
        }
        return cookies
    }

    /// What is written is one cookie with no other attributes than it has, and is read as what it was.
    private static func checkWritten(_ cookie: SetCookie) throws(Violation) {
        let written: String
        do throws(SetCookieError) {
            written = try cookie.fieldValue()
        } catch {
            try require(error.description.utf8.allSatisfy { $0 >= 0x20 }, "an error has several lines")
            return
        }
        try require(
            written.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "it is \(written.debugDescription)")
        let parts = written.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        let attributes = [
            cookie.maxAge != nil, cookie.domain != nil, cookie.path != nil, cookie.secure, cookie.httpOnly,
            cookie.sameSite != nil,
        ]
        try require(parts.count == 1 + attributes.count { $0 }, "\(written) has other attributes")
        let read = Cookies(String(decoding: parts[0], as: UTF8.self))
        try require(
            read.count == 1 && read[0].name == cookie.name && read[0].value == cookie.value,
            "\(written) is read as \(Array(read))")
    }
}
