import GatewayInterface
import Octets

/// A multipart form read as a whole and with the plainest of searches, and one that is written.
enum MultipartModel {
    /// Compares what was accepted with what stands in the body.
    static func check(
        _ body: [UInt8], _ contentType: String, _ parts: [MultipartPart]
    ) throws(Violation) {
        guard let boundary = boundary(contentType) else { return }
        let dashed = Array("--".utf8) + boundary
        var rest = body[...]
        var found: [(lines: [ArraySlice<UInt8>], data: ArraySlice<UInt8>)] = []
        guard skip(dashed, &rest) != nil else { throw Violation(description: "there is no delimiter") }
        while !rest.starts(with: "--".utf8) {
            rest = rest.drop { $0 == ASCII.space || $0 == ASCII.tab }
            try require(rest.starts(with: "\r\n".utf8), "something follows a boundary")
            rest = rest.dropFirst(2)
            var lines: [ArraySlice<UInt8>] = []
            while let end = find(Array("\r\n".utf8), rest), end > rest.startIndex {
                lines.append(rest[rest.startIndex..<end])
                rest = rest[(end + 2)...]
            }
            rest = rest.dropFirst(2)
            guard let data = skip(dashed, &rest) else { throw Violation(description: "a part has no end") }
            found.append((lines, data))
        }
        try require(found.count == parts.count, "\(found.count) parts are there, \(parts.count) were read")
        for (expected, part) in zip(found, parts) {
            try require(
                part.data == Array(expected.data), "\(part.head.name.debugDescription) has other data")
            let lines = expected.lines.map { line in
                let name = line.prefix { $0 != ASCII.colon }
                return
                    "\(latin(name)): \(String(decoding: line.dropFirst(name.count + 1), as: UTF8.self).trimmed)"
            }
            try require(lines == part.head.fields.map { "\($0.name): \($0.value)" }, "the head is \(lines)")
            try require(part.isComplete, "a part has no end")
        }
    }

    /// The octets up to the next delimiter, and moves behind it.
    private static func skip(_ dashed: [UInt8], _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if rest.starts(with: dashed) {
            rest = rest.dropFirst(dashed.count)
            return []
        }
        guard let place = find(Array("\r\n".utf8) + dashed, rest) else { return nil }
        defer { rest = rest[(place + 2 + dashed.count)...] }
        return rest[rest.startIndex..<place]
    }

    private static func find(_ needle: [UInt8], _ octets: ArraySlice<UInt8>) -> Int? {
        octets.indices.first { octets[$0...].starts(with: needle) }
    }

    /// A boundary that is said in the plainest way; `nil` for others.
    private static func boundary(_ contentType: String) -> [UInt8]? {
        let start = "multipart/form-data; boundary="
        guard contentType.hasPrefix(start) else { return nil }
        let boundary = Array(contentType.utf8.dropFirst(start.utf8.count))
        let others = Array("'()+_,-./:=?".utf8)
        return boundary.allSatisfy({ isLetterOrDigit($0) || others.contains($0) }) ? boundary : nil
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        ASCII.isDigit(octet) || (0x61...0x7A).contains(ASCII.lowercased(octet))
    }

    /// What is written of the parts is read as the same parts.
    static func checkWritten(_ parts: [MultipartPart]) throws(Violation) {
        var boundary = "b"
        while parts.contains(where: { find(Array("--\(boundary)".utf8), $0.data[...]) != nil }) {
            boundary += "b"
        }
        var body: [UInt8] = []
        for part in parts {
            var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\(quoted(part.head.name))"
            if let filename = part.head.filename { head += "; filename*=UTF-8''\(extended(filename))" }
            if let type = part.head.contentType { head += "\r\nContent-Type: \(type)" }
            body += Array((head + "\r\n\r\n").utf8) + part.data + Array("\r\n".utf8)
        }
        body += Array("--\(boundary)--".utf8)
        let limits = MultipartLimits(headOctets: .max)
        let again = try body.withUnsafeBufferPointer { body throws(Violation) in
            try MultipartOutcome.of(body, [body.count], "multipart/form-data; boundary=\(boundary)", limits)
        }
        try require(again.error == nil, "written and read again it is \(String(describing: again.error))")
        try require(
            again.parts.map(\.data) == parts.map(\.data), "written and read again the data is another")
        try require(
            again.parts.map { [$0.head.name, $0.head.filename, $0.head.contentType] }
                == parts.map { [$0.head.name, $0.head.filename, $0.head.contentType] },
            "written and read again the heads are \(again.parts.map(\.head))")
    }

    /// As browsers write it, but with backslashes escaped.
    private static func quoted(_ text: String) -> String {
        let octets = text.utf8.flatMap { octet -> [UInt8] in
            switch octet {
            case UInt8(ascii: "\""): Array("%22".utf8)
            case ASCII.carriageReturn: Array("%0D".utf8)
            case ASCII.lineFeed: Array("%0A".utf8)
            case UInt8(ascii: "\\"): Array("\\\\".utf8)
            default: [octet]
            }
        }
        return "\"\(String(decoding: octets, as: UTF8.self))\""
    }

    private static func extended(_ text: String) -> String {
        var octets: [UInt8] = []
        for octet in text.utf8 {
            if isLetterOrDigit(octet) { octets.append(octet) } else { octets.append(percentEncoding: octet) }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
