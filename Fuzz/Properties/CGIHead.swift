import GatewayInterface
import HTTP
import Octets

/// All that the head of an application's answer says.
private struct AnswerFacts: Equatable {
    let status: Int
    let reason: ByteRange
    let fields: [CGIField]
    let contentLength: UInt64?
    let localRedirect, sendfile, accelRedirect: ByteRange?
    let isUnbuffered: Bool
    let byteCount: Int

    init(_ head: CGIResponseHead) {
        (status, reason, fields) = (head.status, head.reason, head.fields)
        (contentLength, localRedirect) = (head.contentLength, head.localRedirect)
        (sendfile, accelRedirect) = (head.sendfile, head.accelRedirect)
        (isUnbuffered, byteCount) = (head.isUnbuffered, head.byteCount)
    }
}

private enum AnswerOutcome: Equatable {
    case accepted(AnswerFacts)
    case refused(CGIResponseError)
    case incomplete

    static func of(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], into head: inout CGIResponseHead
    ) -> AnswerOutcome {
        var parser = CGIResponseParser()
        do throws(CGIResponseError) {
            for arrived in arrivals {
                let isComplete = try parser.parse(bytes.span.extracting(first: arrived), into: &head)
                if isComplete { return .accepted(AnswerFacts(head)) }
            }
        } catch {
            return .refused(error)
        }
        return .incomplete
    }
}

/// What the parser of answers promises: nothing that it accepts can split a response.
enum CGIHeadPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let outcome = try sameHoweverCut(bytes) { arrivals in
            var head = CGIResponseHead()
            return AnswerOutcome.of(bytes, arrivals, into: &head)
        }
        // What a connection's application has said before leaves no trace.
        let text: StaticString = """
            Status: 404 Gone\r\nX-Sendfile: /a\r\nX-Accel-Redirect: /b\r\nX-Accel-Buffering: no\r\n\
            Content-Length: 7\r\nLocation: /c\r\n\r\n
            """
        let used = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var head = CGIResponseHead()
        _ = AnswerOutcome.of(used, [used.count], into: &head)
        let again = AnswerOutcome.of(bytes, [bytes.count], into: &head)
        try require(again == outcome, "after another answer it is \(again), before it \(outcome)")
        if case .accepted(let facts) = outcome { try checkAccepted(facts, bytes) }
    }

    private static func checkAccepted(
        _ head: AnswerFacts, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(Violation) {
        try require(
            head.byteCount <= bytes.count && head.byteCount <= CGIResponseParser.limit,
            "it has \(head.byteCount) octets")
        try require(head.status == 103 || (200...999).contains(head.status), "its status is \(head.status)")
        let values =
            head.fields.map(\.value)
            + [head.reason, head.localRedirect, head.sendfile, head.accelRedirect].compactMap { $0 }
        for value in values {
            try require(
                bytes.holds(value, before: head.byteCount) && bytes.all(value, ASCII.isFieldValue),
                "a value holds what no value holds")
        }
        for field in head.fields {
            try require(
                !field.name.isEmpty && bytes.all(field.name, ASCII.isToken), "a field's name is no token")
            try require(
                ![.status, .contentLength, .sendfile, .accelRedirect, .accelBuffering, .accel].contains(
                    field.kind), "\(field.kind) is among the fields")
        }
        if let place = head.localRedirect {
            try require(bytes[place].first == ASCII.slash, "a local redirect to no path")
        }
        if let length = head.contentLength { try require(length <= Int64.max, "its length is \(length)") }
        try checkWritten(head, bytes)
    }

    /// As HTTP it has as many lines as it has fields.
    private static func checkWritten(
        _ head: AnswerFacts, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(Violation) {
        var output = ByteBuffer()
        ResponseEncoder.appendStatusLine(head.status, reason: bytes[head.reason], to: &output)
        for field in head.fields {
            ResponseEncoder.appendField(bytes[field.name], bytes[field.value], to: &output)
        }
        ResponseEncoder.appendEnd(
            framing: .length(head.contentLength ?? 0), keepsAlive: true, minorVersion: 1, to: &output)
        let ends = output.bytes.count { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }
        try require(ends == 2 * (head.fields.count + 3), "as HTTP it has \(ends) line ends")
    }
}

/// What the check of a Swift application's answer promises. Its input is a status, fields and a body, as lines.
enum SwiftAnswerPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        // A vertical bar ends a part, so that a part can hold a line's end.
        let parts = bytes.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        let texts = parts.map { String(decoding: $0, as: UTF8.self) }
        let status = Int(parts[0].prefix(4).reduce(0) { $0 * 10 + Int($1 & 15) })
        var fields: [(name: String, value: String)] = []
        for index in stride(from: 1, to: texts.count - 1, by: 2) {
            fields.append((texts[index], texts[index + 1]))
        }
        // A larger number is no status that a program could make.
        guard status <= 999 else { return }
        let response = Response(
            status: .init(code: status), fields: ResponseFields(fields), body: Array(bytes))
        guard response.isValid else { return }
        var output = ByteBuffer()
        CGIResponseEncoder.append(response, length: bytes.count, to: &output)
        var parser = CGIResponseParser()
        var head = CGIResponseHead()
        let isComplete: Bool
        do throws(CGIResponseError) {
            isComplete = try parser.parse(output.bytes.span, into: &head)
        } catch {
            // Two places to go to, and too much of everything, are the parser's to refuse.
            try require(
                error == .malformedLocation || error == .tooLarge, "a valid answer is refused: \(error)")
            return
        }
        try require(isComplete && head.byteCount == output.count, "its head ends somewhere else")
        try require(head.fields.count <= fields.count, "it has more fields than it was given")
        let length = response.mayHaveBody ? UInt64(bytes.count) : nil
        try require(head.contentLength == length, "it announces \(head.contentLength ?? 0) octets")
    }
}
