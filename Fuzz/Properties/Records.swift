// FastCGI both ways: what an application says to the gateway, and what a web server says to a responder.

import FastCGIBridge
import GatewayInterface
import Octets

/// What an application said, with what belongs together in one piece.
enum AnswerPart: Equatable {
    case stdout([UInt8]), stderr([UInt8])
    case end(status: UInt8, application: UInt32)
    case refused(RecordError)
}

/// What the gateway's reader of records promises.
enum ResponseRecordPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let parts = try sameHoweverCut(bytes) { arrivals throws(Violation) in try read(bytes, arrivals) }
        var encoded = ByteBuffer()
        let id = RequestEncoder.requestID
        for part in parts {
            switch part {
            case .stdout(let data):
                data.withUnsafeBufferPointer { AnswerEncoder.appendStdout($0, id: id, to: &encoded) }
            case .stderr(let data):
                data.withUnsafeBufferPointer { AnswerEncoder.appendStderr($0, id: id, to: &encoded) }
            case .end(let status, let application):
                AnswerEncoder.appendEnd(
                    id: id, ProtocolStatus(rawValue: status), applicationStatus: application, to: &encoded)
            case .refused: break
            }
        }
        let understood = parts.filter { if case .refused = $0 { false } else { true } }
        let again = try read(encoded.bytes, [encoded.count])
        try require(again == understood, "written and read again \(understood) is \(again)")
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int]
    ) throws(Violation) -> [AnswerPart] {
        var decoder = ResponseDecoder()
        var parts: [AnswerPart] = []
        _ = try readStream(bytes, arrivals) { waiting throws(Violation) in
            let event: ResponseEvent
            do throws(RecordError) {
                event = try decoder.next(waiting.span)
            } catch {
                parts.append(.refused(error))
                return nil
            }
            switch event {
            case .more(let consumed): return (consumed, true)
            case .stdout(let range, let consumed):
                try checkPart(range, consumed, waiting)
                if case .stdout(let before) = parts.last {
                    parts[parts.count - 1] = .stdout(before + waiting[range])
                } else {
                    parts.append(.stdout(Array(waiting[range])))
                }
                return (consumed, false)
            case .stderr(let range, let consumed):
                try checkPart(range, consumed, waiting)
                if case .stderr(let before) = parts.last {
                    parts[parts.count - 1] = .stderr(before + waiting[range])
                } else {
                    parts.append(.stderr(Array(waiting[range])))
                }
                return (consumed, false)
            case .nothing(let consumed):
                try require(
                    consumed > 0 && consumed <= waiting.count, "a record that says nothing has no end")
                return (consumed, false)
            case .end(let status, let application, let consumed):
                parts.append(.end(status: status.rawValue, application: application))
                return (consumed, false)
            }
        }
        return parts
    }
}

/// What a web server said, with what belongs together in one piece.
enum RequestPart: Equatable {
    case begin(UInt16, keepsConnection: Bool)
    case params([UInt8]), paramsEnd, stdin([UInt8]), stdinEnd, abort
    case getValues([UInt8])
    case unknownType(UInt8)
    case turnedAway(UInt16, UInt8, keepsConnection: Bool)
    case refused(RecordError)
}

/// What the responder's reader of records promises.
enum RequestRecordPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let parts = try sameHoweverCut(bytes) { arrivals throws(Violation) in try read(bytes, arrivals) }
        for part in parts {
            if case .getValues(let names) = part {
                var answer = ByteBuffer()
                names.withUnsafeBufferPointer {
                    AnswerEncoder.appendValues(answering: $0, connections: 1, requests: 1, to: &answer)
                }
                try require(answer.count >= 8 && answer.count < 256, "an answer of \(answer.count) octets")
            }
        }
    }

    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int]
    ) throws(Violation) -> [RequestPart] {
        var decoder = RequestDecoder()
        var parts: [RequestPart] = []
        _ = try readStream(bytes, arrivals) { waiting throws(Violation) in
            let event: RequestEvent
            do throws(RecordError) {
                event = try decoder.next(waiting.span)
            } catch {
                parts.append(.refused(error))
                return nil
            }
            switch event {
            case .more(let consumed): return (consumed, true)
            case .begin(let id, let keeps, let consumed):
                try require(decoder.activeID == id, "a request begins, and none is active")
                parts.append(.begin(id, keepsConnection: keeps))
                return (consumed, false)
            case .params(let range, let consumed):
                try checkPart(range, consumed, waiting)
                if case .params(let before) = parts.last {
                    parts[parts.count - 1] = .params(before + waiting[range])
                } else {
                    parts.append(.params(Array(waiting[range])))
                }
                return (consumed, false)
            case .paramsEnd(let consumed):
                parts.append(.paramsEnd)
                return (consumed, false)
            case .stdin(let range, let consumed):
                try checkPart(range, consumed, waiting)
                if case .stdin(let before) = parts.last {
                    parts[parts.count - 1] = .stdin(before + waiting[range])
                } else {
                    parts.append(.stdin(Array(waiting[range])))
                }
                return (consumed, false)
            case .stdinEnd(let consumed):
                parts.append(.stdinEnd)
                decoder.finishRequest()
                return (consumed, false)
            case .abort(let consumed):
                parts.append(.abort)
                decoder.finishRequest()
                return (consumed, false)
            case .getValues(let range, let consumed):
                try require(range.end <= consumed && consumed <= waiting.count, "names that did not arrive")
                parts.append(.getValues(Array(waiting[range])))
                return (consumed, false)
            case .unknownType(let type, let consumed):
                parts.append(.unknownType(type))
                return (consumed, false)
            case .refused(let id, let status, let keeps, let consumed):
                parts.append(.turnedAway(id, status.rawValue, keepsConnection: keeps))
                return (consumed, false)
            }
        }
        return parts
    }
}

private func checkPart(
    _ range: ByteRange, _ consumed: Int, _ waiting: UnsafeBufferPointer<UInt8>
) throws(Violation) {
    try require(
        !range.isEmpty && range.end <= consumed && consumed <= waiting.count,
        "content outside of what is used up")
}
