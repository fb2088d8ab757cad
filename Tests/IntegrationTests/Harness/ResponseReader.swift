// Reads answers as RFC 9112 wants them, without mercy: a gateway's mistake must not be smoothed over here.

/// An answer.
struct HTTPResponse {
    /// How the end of its body was marked.
    enum Framing: Equatable {
        case none, length(Int), chunked, untilClose
    }

    var status = 0
    var reason = ""
    var fields: [(name: String, value: String)] = []
    var framing = Framing.none
    /// Its body, unless it was only counted.
    var body: [UInt8] = []
    var bodyCount = 0

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a field; of two, the test that asks wants to know.
    subscript(name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: " AND ")
    }
}

/// Why there is no complete answer.
enum AnswerError: Error, Equatable {
    /// The connection ended before any byte of it.
    case closed
    /// It ended within the answer: within its head, or with so many bytes of its body.
    case cutInHead
    case cut(status: Int, bodyCount: Int)
    /// It is not HTTP.
    case malformed(String)
}

/// Takes one answer after another from what a connection brings.
struct ResponseReader {
    private enum Phase: Equatable {
        case head, body(remaining: Int), untilClose
        case chunkSize, chunk(remaining: Int), chunkEnd, trailer
    }

    var keepsBody = true
    private var bytes: [UInt8] = []
    private var start = 0
    private var phase = Phase.head
    private var response = HTTPResponse()

    /// What has arrived and belongs to no answer.
    var unread: String { String(decoding: bytes[start...], as: UTF8.self) }

    /// Whether the head of an answer is there that is not complete.
    var hasHead: Bool { phase != .head }

    /// The body so far of an answer that is not complete.
    var partialBody: String { phase == .head ? "" : response.text }

    /// Its octets.
    var partialBodyCount: Int { phase == .head ? 0 : response.bodyCount }

    mutating func append(
        _ new: UnsafeBufferPointer<UInt8>, _ inspect: ((Int, UnsafeBufferPointer<UInt8>) -> Void)?
    ) {
        // The body of a known length passes by without being kept.
        if case .body(let remaining) = phase, !keepsBody, start == bytes.count {
            let part = UnsafeBufferPointer(rebasing: new.prefix(remaining))
            inspect?(response.bodyCount, part)
            response.bodyCount += part.count
            phase = .body(remaining: remaining - part.count)
            bytes.append(contentsOf: new[part.count...])
        } else {
            bytes.append(contentsOf: new)
        }
    }

    mutating func next(toHead: Bool) throws -> HTTPResponse? {
        while true {
            switch phase {
            case .head:
                guard try parseHead(toHead: toHead) else { return nil }
            case .body(let remaining):
                let taken = take(remaining)
                phase = .body(remaining: remaining - taken)
                if taken == remaining { return finish() }
                return nil
            case .untilClose:
                _ = take(.max)
                return nil
            case .chunkSize:
                guard let line = nextLine() else { return nil }
                guard let size = Int(line, radix: 16), line.first != "+", line.first != "-" else {
                    throw AnswerError.malformed("chunk size '\(line)'")
                }
                phase = size == 0 ? .trailer : .chunk(remaining: size)
            case .chunk(let remaining):
                let taken = take(remaining)
                phase = taken == remaining ? .chunkEnd : .chunk(remaining: remaining - taken)
                if taken < remaining { return nil }
            case .chunkEnd:
                guard let line = nextLine() else { return nil }
                guard line.isEmpty else { throw AnswerError.malformed("after a chunk comes '\(line)'") }
                phase = .chunkSize
            case .trailer:
                guard let line = nextLine() else { return nil }
                if line.isEmpty { return finish() }
            }
        }
    }

    /// The connection has ended.
    mutating func end() throws -> HTTPResponse? {
        switch phase {
        case .head:
            throw start == bytes.count ? AnswerError.closed : AnswerError.cutInHead
        case .untilClose: return finish()
        default: throw AnswerError.cut(status: response.status, bodyCount: response.bodyCount)
        }
    }

    private mutating func parseHead(toHead: Bool) throws -> Bool {
        guard let end = endOfHead() else { return false }
        let lines = String(decoding: bytes[start..<end - 4], as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        start = end
        let status = lines[0].split(separator: " ", maxSplits: 2)
        guard status.count >= 2, status[0] == "HTTP/1.1", status[1].count == 3, let code = Int(status[1])
        else {
            throw AnswerError.malformed("status line '\(lines[0])'")
        }
        response = HTTPResponse(status: code, reason: status.count > 2 ? String(status[2]) : "")
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex, !line[..<colon].contains(" ")
            else {
                throw AnswerError.malformed("field '\(line)'")
            }
            let value = String(line[line.index(after: colon)...]).trimmed
            response.fields.append((String(line[..<colon]), value))
        }
        try chooseFraming(toHead: toHead)
        return true
    }

    private mutating func chooseFraming(toHead: Bool) throws {
        let length = response["Content-Length"]
        let coding = response["Transfer-Encoding"]
        guard length == nil || coding == nil, coding == nil || coding == "chunked" else {
            throw AnswerError.malformed("framed by '\(length ?? "")' and '\(coding ?? "")'")
        }
        if toHead || response.status < 200 || response.status == 204 || response.status == 304 {
            phase = .body(remaining: 0)
        } else if coding != nil {
            (response.framing, phase) = (.chunked, .chunkSize)
        } else if let length {
            guard let count = Int(length) else { throw AnswerError.malformed("Content-Length '\(length)'") }
            (response.framing, phase) = (.length(count), .body(remaining: count))
        } else {
            (response.framing, phase) = (.untilClose, .untilClose)
        }
    }

    private mutating func finish() -> HTTPResponse {
        phase = .head
        return response
    }

    /// Moves bytes into the body.
    private mutating func take(_ limit: Int) -> Int {
        let count = min(limit, bytes.count - start)
        if keepsBody { response.body.append(contentsOf: bytes[start..<start + count]) }
        response.bodyCount += count
        start += count
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        }
        return count
    }

    private mutating func nextLine() -> String? {
        guard let end = bytes[start...].firstIndex(of: 10), end > start, bytes[end - 1] == 13 else {
            return nil
        }
        defer { start = end + 1 }
        return String(decoding: bytes[start..<end - 1], as: UTF8.self)
    }

    private func endOfHead() -> Int? {
        var index = start
        while let feed = bytes[index...].firstIndex(of: 10) {
            if feed >= start + 3, bytes[feed - 1] == 13, bytes[feed - 2] == 10, bytes[feed - 3] == 13 {
                return feed + 1
            }
            index = feed + 1
        }
        return nil
    }
}
