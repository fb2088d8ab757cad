// A whole connection, as a worker reads it: head, body, head, body. What two parsers could disagree on is where one request
// ends and the next one begins, and that is what this target is about.

import HTTP
import Octets

/// What a connection's bytes say, one request after the other.
private enum Said: Equatable {
    case head(HeadFacts)
    case body([UInt8])
    case refused(RequestError)
    case last
}

/// What the parser and the decoder promise together.
enum RequestStreamPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        for limits in RequestHeadPromises.limits {
            _ = try sameHoweverCut(bytes) { arrivals throws(Violation) in
                try said(bytes, arrivals, limits)
            }
        }
    }

    private static func said(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], _ limits: RequestLimits
    ) throws(Violation) -> [Said] {
        var parser = RequestParser(limits: limits)
        var head = RequestHead()
        var decoder: BodyDecoder?
        var body: [UInt8] = []
        var all: [Said] = []
        _ = try readStream(bytes, arrivals) { waiting throws(Violation) in
            do throws(RequestError) {
                if decoder == nil {
                    guard try parser.parse(waiting.span, into: &head) else { return (0, true) }
                    all.append(.head(HeadFacts(head)))
                    decoder = BodyDecoder(head.body)
                    return (head.byteCount, false)
                }
                switch try decoder!.next(waiting.span) {
                case .more(let consumed): return (consumed, true)
                case .data(let range, let consumed):
                    body += waiting[range]
                    return (consumed, false)
                case .end(let consumed):
                    all.append(.body(body))
                    body = []
                    decoder = nil
                    parser.reset()
                    guard head.isPersistent else {
                        all.append(.last)
                        return nil
                    }
                    // Without a body nothing is used up, and the next head may be there already.
                    return try next(after: consumed, waiting, &parser, &head, &all, &decoder)
                }
            } catch {
                all.append(.refused(error))
                return nil
            }
        }
        if !body.isEmpty { all.append(.body(body)) }
        return all
    }

    private static func next(
        after consumed: Int, _ waiting: UnsafeBufferPointer<UInt8>, _ parser: inout RequestParser,
        _ head: inout RequestHead, _ all: inout [Said], _ decoder: inout BodyDecoder?
    ) throws(RequestError) -> (used: Int, wantsMore: Bool) {
        let rest = UnsafeBufferPointer(rebasing: waiting[consumed...])
        guard try parser.parse(rest.span, into: &head) else {
            // The parser has seen these bytes; it is offered them again with what comes.
            return (consumed, true)
        }
        all.append(.head(HeadFacts(head)))
        decoder = BodyDecoder(head.body)
        return (consumed + head.byteCount, false)
    }
}
