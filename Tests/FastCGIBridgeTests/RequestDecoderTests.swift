import FastCGIBridge
import Octets
import TestSupport
import Testing

/// What a web server said, with what belongs together in one piece.
enum Heard: Equatable {
    case begin(UInt16, keeps: Bool)
    case params([UInt8])
    case paramsEnd
    case stdin([UInt8])
    case stdinEnd
    case abort
    case getValues([UInt8])
    case unknownType(UInt8)
    case refused(UInt16, UInt8, keeps: Bool)
    case broken(RecordError)
}

extension [Heard] {
    private mutating func add(_ bytes: [UInt8], isParams: Bool) {
        switch (last, isParams) {
        case (.params(let before), true): self[count - 1] = .params(before + bytes)
        case (.stdin(let before), false): self[count - 1] = .stdin(before + bytes)
        default: append(isParams ? .params(bytes) : .stdin(bytes))
        }
    }

    /// Decodes `bytes` that arrive in pieces of at most `piece`.
    ///
    /// - Parameter answers: Whether each request is answered when it is complete, as an application would.
    static func decoding(_ bytes: [UInt8], piece: Int, answers: Bool) -> [Heard] {
        var decoder = RequestDecoder()
        var heard: [Heard] = []
        var (used, arrived) = (0, 0)
        do {
            while true {
                let waiting = bytes.span.extracting(used..<arrived)
                let event = try decoder.next(waiting)
                func text(_ range: ByteRange, _ consumed: Int) -> [UInt8] {
                    #expect(range.end <= consumed && consumed <= arrived - used)
                    return [UInt8](bytes[(used + range.start)..<(used + range.end)])
                }
                let consumedNow: Int
                switch event {
                case .more(let consumed):
                    used += consumed
                    guard arrived < bytes.count else { return heard }
                    arrived = Swift.min(arrived + piece, bytes.count)
                    continue
                case .begin(let id, let keeps, let consumed):
                    heard.append(.begin(id, keeps: keeps))
                    consumedNow = consumed
                case .params(let range, let consumed):
                    heard.add(text(range, consumed), isParams: true)
                    consumedNow = consumed
                case .paramsEnd(let consumed):
                    heard.append(.paramsEnd)
                    consumedNow = consumed
                case .stdin(let range, let consumed):
                    // The responder counts on the body being the last that was consumed.
                    #expect(range.end == consumed)
                    heard.add(text(range, consumed), isParams: false)
                    consumedNow = consumed
                case .stdinEnd(let consumed):
                    heard.append(.stdinEnd)
                    if answers { decoder.finishRequest() }
                    consumedNow = consumed
                case .abort(let consumed):
                    heard.append(.abort)
                    if answers { decoder.finishRequest() }
                    consumedNow = consumed
                case .getValues(let range, let consumed):
                    heard.append(.getValues(text(range, consumed)))
                    consumedNow = consumed
                case .unknownType(let type, let consumed):
                    heard.append(.unknownType(type))
                    consumedNow = consumed
                case .refused(let id, let status, let keeps, let consumed):
                    heard.append(.refused(id, status.rawValue, keeps: keeps))
                    consumedNow = consumed
                }
                used += consumedNow
            }
        } catch {
            return heard + [.broken(error)]
        }
    }

    /// Decodes `bytes` whole and in small pieces, and expects all to agree.
    static func decoding(
        _ bytes: [UInt8], answers: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
    ) -> [Heard] {
        let whole = decoding(bytes, piece: Swift.max(1, bytes.count), answers: answers)
        for piece in [1, 2, 3, 5, 7, 8, 9, 100, 4096] where bytes.count / piece < 5000 {
            #expect(
                decoding(bytes, piece: piece, answers: answers) == whole, "\(piece) at a time",
                sourceLocation: sourceLocation)
        }
        return whole
    }
}

extension Records {
    static func begin(id: UInt16 = 1, role: UInt16 = 1, flags: UInt8 = 0, padding: Int = 0) -> [UInt8] {
        record(
            1, id: id, [UInt8(role >> 8), UInt8(role & 0xFF), flags, 0xA, 0xB, 0xC, 0xD, 0xE],
            padding: padding)
    }

    /// A whole request.
    static func request(id: UInt16 = 1, flags: UInt8 = 0, params: String = "pp", body: String = "") -> [UInt8]
    {
        begin(id: id, flags: flags) + record(4, id: id, Array(params.utf8)) + record(4, id: id, [])
            + (body.isEmpty ? [] : record(5, id: id, Array(body.utf8))) + record(5, id: id, [])
    }
}

@Suite("Requests as records")
struct RequestDecoderTests {
    @Test("A request without a body, and one with a body in several records")
    func plain() {
        #expect(
            [Heard].decoding(Records.request())
                == [.begin(1, keeps: false), .params(Array("pp".utf8)), .paramsEnd, .stdinEnd])
        let bytes =
            Records.begin(id: 0x1234, flags: 1, padding: 3)
            + Records.record(4, id: 0x1234, [1, 2, 3], padding: 5) + Records.record(4, id: 0x1234, [4])
            + Records.record(4, id: 0x1234, [], padding: 8) + Records.record(5, id: 0x1234, [5, 6])
            + Records.record(5, id: 0x1234, [7], padding: 255) + Records.record(5, id: 0x1234, [])
        #expect(
            [Heard].decoding(bytes) == [
                .begin(0x1234, keeps: true), .params([1, 2, 3, 4]), .paramsEnd, .stdin([5, 6, 7]), .stdinEnd,
            ])
    }

    @Test("Requests follow one another on a kept connection, with the same id and with others")
    func kept() {
        let bytes =
            Records.request(flags: 1, body: "a") + Records.request(flags: 1, body: "b")
            + Records.request(id: 7)
        #expect([Heard].decoding(bytes).count { if case .begin = $0 { true } else { false } } == 3)
        #expect(![Heard].decoding(bytes).contains { if case .broken = $0 { true } else { false } })
    }

    @Test("A record as large as the wire allows")
    func large() {
        let body = [UInt8](repeating: 9, count: 65_535)
        let bytes = Records.begin() + Records.record(4, []) + Records.record(5, body, padding: 255)
        #expect([Heard].decoding(bytes) == [.begin(1, keeps: false), .paramsEnd, .stdin(body)])
    }

    @Test("What still comes for a request that was answered early is ignored")
    func early() {
        var decoder = RequestDecoder()
        let bytes =
            Records.begin(flags: 1) + Records.record(4, []) + Records.record(5, [1, 2, 3, 4], padding: 4)
            + Records.record(5, [5]) + Records.record(2, []) + Records.record(5, []) + Records.request()
        var used = 0
        var begun = 0
        var bodies: [Int] = []
        while let event = try? decoder.next(bytes.span.extracting(droppingFirst: used)) {
            if case .more = event { break }
            switch event {
            case .begin(_, _, let consumed):
                begun += 1
                used += consumed
            case .params(_, let consumed), .paramsEnd(let consumed), .stdinEnd(let consumed):
                used += consumed
            case .stdin(let range, _):
                // Half of the first record is read, and then the answer is complete.
                bodies.append(range.count)
                used += range.end
                decoder.finishRequest()
            default:
                Issue.record("\(event)")
                return
            }
        }
        #expect(begun == 2)
        #expect(bodies == [4])
    }

    @Test("A request in the middle of whose record the answer is complete")
    func earlyInRecord() throws {
        var decoder = RequestDecoder()
        let head = Records.begin() + Records.record(4, [])
        #expect(try decoder.next(head.span) == .begin(id: 1, keepsConnection: false, consumed: 16))
        #expect(try decoder.next(head.span.extracting(droppingFirst: 16)) == .paramsEnd(consumed: 8))
        let body = Records.record(5, [1, 2, 3, 4, 5, 6])
        #expect(
            try decoder.next(body.span.extracting(droppingLast: 3)) == .stdin(ByteRange(8, 11), consumed: 11))
        decoder.finishRequest()
        let rest = [4, 5, 6] + Records.request()
        #expect(try decoder.next(rest.span) == .begin(id: 1, keepsConnection: false, consumed: 3 + 16))
    }

    @Test("A second request while one runs cannot be multiplexed, and disturbs nothing")
    func multiplexed() {
        let bytes =
            Records.begin() + Records.begin(id: 2, flags: 1) + Records.record(4, id: 2, [9])
            + Records.record(4, [1])
            + Records.record(5, id: 2, [9]) + Records.record(4, []) + Records.record(5, [])
        #expect(
            [Heard].decoding(bytes, answers: false) == [
                .begin(1, keeps: false), .refused(2, 1, keeps: true), .params([1]), .paramsEnd, .stdinEnd,
            ])
    }

    @Test(
        "Other roles than that of a responder are unknown", arguments: [0, 2, 3, 0x0101, 0xFFFF] as [UInt16])
    func roles(_ role: UInt16) {
        let bytes = Records.begin(role: role, flags: 1) + Records.record(4, [1]) + Records.record(4, [])
        #expect([Heard].decoding(bytes + Records.request()).first == .refused(1, 3, keeps: true))
        #expect([Heard].decoding(bytes + Records.request()).count == 5)
    }

    @Test("A request is aborted, at any time")
    func aborted() {
        #expect(
            [Heard].decoding(Records.begin() + Records.record(2, [], padding: 8)) == [
                .begin(1, keeps: false), .abort,
            ])
        let running = Records.begin() + Records.record(4, []) + Records.record(5, [1]) + Records.record(2, [])
        #expect([Heard].decoding(running + Records.request()).count == 8)
        // Nothing to be aborted.
        #expect([Heard].decoding(Records.record(2, [])) == [])
    }

    @Test("Management records: values, and types that nobody knows")
    func management() {
        let names: [UInt8] = [14, 0] + Array("FCGI_MAX_CONNS".utf8)
        let bytes =
            Records.record(9, id: 0, names, padding: 8) + Records.begin() + Records.record(9, id: 0, [])
            + Records.record(200, id: 0, [1, 2, 3]) + Records.record(4, id: 0, []) + Records.record(4, [])
        #expect(
            [Heard].decoding(bytes) == [
                .getValues(names), .begin(1, keeps: false), .getValues([]), .unknownType(200),
                .unknownType(4), .paramsEnd,
            ])
    }

    @Test("What no web server may send ends the connection")
    func broken() {
        let begun = Records.begin()
        for (bytes, error) in [
            (Records.record(1, [0, 1, 0, 0, 0, 0, 0]), .malformedBeginRequest),
            (Records.record(1, [0, 1, 0, 0, 0, 0, 0, 0, 0]), .malformedBeginRequest),
            (begun + Records.begin(), .unexpectedType(1)),
            (begun + Records.record(5, [1]), .unexpectedType(5)),
            (begun + Records.record(4, []) + Records.record(4, [1]), .unexpectedType(4)),
            (begun + Records.record(6, [1]), .unexpectedType(6)),
            (begun + Records.record(8, [1]), .unexpectedType(8)),
            (Array("GET / HTTP/1.1\r\n".utf8), .unsupportedVersion(0x47)),
            (Records.record(4, [], version: 2), .unsupportedVersion(2)),
        ] as [([UInt8], RecordError)] {
            #expect([Heard].decoding(bytes, answers: false).last == .broken(error))
        }
        // Records of requests that nobody has begun are ignored, whatever they are.
        #expect([Heard].decoding(Records.record(77, id: 9, [1]) + Records.record(4, id: 9, [1])) == [])
    }

    /// Bytes that are records now and then.
    private func bytes(with generator: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bytes.append(.random(in: 0...255, using: &generator))
            case 1, 2: bytes += Records.begin(flags: .random(in: 0...1, using: &generator))
            case 3: bytes += Records.request(body: "body")
            default:
                let type: [UInt8] = [1, 2, 4, 4, 5, 5, 9, .random(in: 0...255, using: &generator)]
                let content = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                bytes += Records.record(
                    type.randomElement(using: &generator)!,
                    id: [1, 1, 1, 0, 2].randomElement(using: &generator)!, content,
                    padding: .random(in: 0...9, using: &generator))
            }
        }
        if !bytes.isEmpty, Bool.random(using: &generator) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                in: 0...255, using: &generator)
        }
        return bytes
    }

    @Test(
        "20 000 random requests never trap, and come out the same whole and byte by byte",
        arguments: 0..<4 as Range<UInt64>)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<5000 {
            let bytes = bytes(with: &generator)
            let answers = round % 2 == 0
            let whole = [Heard].decoding(bytes, piece: max(1, bytes.count), answers: answers)
            let slow = [Heard].decoding(bytes, piece: 1, answers: answers)
            if whole != slow {
                Issue.record("\(bytes): \(whole), byte by byte \(slow)")
                return
            }
        }
    }
}
