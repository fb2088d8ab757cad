import GatewayInterface
import Octets
import Testing

/// A parsed head with its texts instead of offsets.
struct ParsedAnswer: Equatable, Sendable {
    var status: Int
    var reason: String
    var fields: [String]
    var kinds: [CGIFieldName]
    var contentLength: UInt64?
    var localRedirect: String?
    var byteCount: Int

    init(_ head: CGIResponseHead, _ bytes: [UInt8]) {
        func text(_ range: ByteRange) -> String {
            String(decoding: bytes[range.start..<range.end], as: UTF8.self)
        }
        status = head.status
        reason = text(head.reason)
        fields = head.fields.map { "\(text($0.name)): \(text($0.value))" }
        kinds = head.fields.map(\.kind)
        contentLength = head.contentLength
        localRedirect = head.localRedirect.map(text)
        byteCount = head.byteCount
    }
}

/// What became of the head of an application's answer.
enum CGIOutcome: Equatable, Sendable {
    case accepted(ParsedAnswer)
    case refused(CGIResponseError)
    case incomplete

    var answer: ParsedAnswer? { if case .accepted(let answer) = self { answer } else { nil } }

    /// Parses `bytes` that arrive in pieces of at most `piece` octets.
    static func of(_ bytes: [UInt8], piece: Int) -> CGIOutcome {
        var parser = CGIResponseParser()
        var head = CGIResponseHead()
        do {
            for length in stride(from: 0, to: bytes.count, by: piece) {
                let arrived = bytes.span.extracting(first: min(length + piece, bytes.count))
                if try parser.parse(arrived, into: &head) { return .accepted(ParsedAnswer(head, bytes)) }
            }
        } catch {
            return .refused(error)
        }
        return .incomplete
    }

    /// Parses `text`, one byte a character, in pieces of every size from one byte to all; they must agree.
    static func of(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> CGIOutcome {
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        let whole = of(bytes, piece: max(1, bytes.count))
        for piece in bytes.isEmpty ? 1..<1 : 1..<bytes.count where bytes.count / piece < 1000 {
            let cut = of(bytes, piece: piece)
            #expect(
                cut == whole, "\(piece) at a time: \(text.debugDescription)", sourceLocation: sourceLocation)
        }
        return whole
    }
}
