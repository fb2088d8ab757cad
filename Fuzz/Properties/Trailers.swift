import HTTP
import Octets

/// What is promised of the fields behind a chunked body.
enum TrailerPromises {
    /// What says where a body ends, whom a request is for, who asks, or how to take it (RFC 9110, §6.5.1).
    private static let forbidden: Set = [
        "authorization", "cache-control", "connection", "cookie", "expect", "forwarded", "host", "keep-alive",
        "max-forwards", "pragma", "proxy", "proxy-authorization", "proxy-connection", "range", "set-cookie",
        "te",
        "trailer", "transfer-encoding", "upgrade", "x-real-ip",
    ]
    private static let prefixes = ["content-", "if-", "x-forwarded-"]

    /// - Parameter body: All octets of the body, the section and the empty line behind it included.
    static func check(
        _ trailers: TrailerFacts, _ body: Slice<UnsafeBufferPointer<UInt8>>, _ limits: RequestLimits
    ) throws(Violation) {
        let section = trailers.bytes
        try require(
            body.dropLast(2).suffix(section.count).elementsEqual(section), "the section is not what came")
        try require(section.count <= limits.head, "the section has \(section.count) octets")
        var lines = latin(section).split(separator: "\r\n" as Character, omittingEmptySubsequences: false)
        try require(lines.popLast() == "", "the section's last line has no end")
        try require(lines.count <= limits.fieldCount, "there are \(lines.count) fields")
        var expected: [String] = []
        for line in lines {
            try require(line.unicodeScalars.count <= limits.fieldLine, "a line is too long")
            guard let colon = line.firstIndex(of: ":") else {
                throw Violation(description: "a line is no field")
            }
            let name = String(line[..<colon])
            let value = String(line[line.index(after: colon)...]).trimmed
            try require(
                !name.isEmpty && name.utf8.allSatisfy(ASCII.isToken)
                    && value.unicodeScalars.allSatisfy { ASCII.isFieldValue(UInt8($0.value)) },
                "a field is malformed")
            let lower = name.asciiLowercased
            let isForbidden =
                forbidden.contains(lower)
                || prefixes.contains { lower.hasPrefix($0) && lower.utf8.count > $0.utf8.count }
            if !isForbidden { expected.append("\(name): \(value)") }
        }
        let found = trailers.fields.map { field in
            let (name, value) = (
                section[field.name.start..<field.name.end], section[field.value.start..<field.value.end]
            )
            return "\(latin(name)): \(latin(value))"
        }
        try require(found == expected, "the fields are \(found), not \(expected)")
    }
}
