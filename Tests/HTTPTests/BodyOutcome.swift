import HTTP
import Octets
import Testing

/// What a decoder made of some bytes.
enum BodyOutcome: Equatable, Sendable {
    /// The data, and how many bytes the body took.
    case complete(String, consumed: Int)
    case incomplete(String)
    case refused(RequestError)

    /// Decodes `bytes` that arrive in pieces of at most `piece` octets.
    ///
    /// Each event is checked on the way: nothing may be consumed that has not arrived, and a decoder that asks
    /// for more has used up everything.
    static func of(_ bytes: [UInt8], _ framing: BodyFraming, piece: Int) -> BodyOutcome {
        var decoder = BodyDecoder(framing)
        var data: [UInt8] = []
        var used = 0
        var arrived = 0
        do {
            while true {
                let waiting = bytes.span.extracting(used..<arrived)
                switch try decoder.next(waiting) {
                case .more(let consumed):
                    #expect(consumed == waiting.count)
                    used += consumed
                    guard arrived < bytes.count else { return .incomplete(Latin1.text(data[...])) }
                    arrived = min(arrived + piece, bytes.count)
                case .data(let range, let consumed):
                    #expect(!range.isEmpty && range.end <= consumed && consumed <= waiting.count)
                    data += bytes[(used + range.start)..<(used + range.end)]
                    used += consumed
                case .end(let consumed):
                    #expect(decoder.isDone)
                    return .complete(Latin1.text(data[...]), consumed: used + consumed)
                }
            }
        } catch {
            return .refused(error)
        }
    }

    /// Decodes `text`, one byte a character, whole and in small pieces, and expects all outcomes to agree.
    static func of(
        _ text: String, _ framing: BodyFraming, sourceLocation: SourceLocation = #_sourceLocation
    ) -> BodyOutcome {
        let bytes = Latin1.bytes(text)
        let whole = of(bytes, framing, piece: max(1, bytes.count))
        for piece in [1, 2, 3, 7] {
            let outcome = of(bytes, framing, piece: piece)
            #expect(outcome == whole, "\(piece) at a time", sourceLocation: sourceLocation)
        }
        return whole
    }
}
