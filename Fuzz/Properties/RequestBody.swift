import HTTP
import Octets

/// The trailer section of a body.
struct TrailerFacts: Equatable {
    let bytes: [UInt8]
    let fields: [HeaderField]

    init(_ section: TrailerSection = TrailerSection()) { (bytes, fields) = (section.bytes, section.fields) }
}

/// What became of a body.
enum BodyOutcome: Equatable {
    case complete([UInt8], used: Int, TrailerFacts)
    case incomplete([UInt8])
    case refused(RequestError)

    static func of(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], _ framing: BodyFraming,
        _ limits: RequestLimits = RequestLimits()
    ) throws(Violation) -> BodyOutcome {
        var decoder = BodyDecoder(framing, limits: limits)
        var data: [UInt8] = []
        var end: BodyOutcome?
        var last = 0
        let (used, hasEnded) = try readStream(bytes, arrivals) { waiting throws(Violation) in
            let event: BodyEvent
            do throws(RequestError) {
                event = try decoder.next(waiting.span)
            } catch {
                end = .refused(error)
                return nil
            }
            switch event {
            case .more(let consumed):
                try require(consumed == waiting.count, "more is wanted before all is used up")
                return (consumed, true)
            case .data(let range, let consumed):
                try require(
                    !range.isEmpty && range.end <= consumed && consumed <= waiting.count,
                    "data outside of what is used up")
                data += waiting[range]
                return (consumed, false)
            case .end(let consumed):
                try require(decoder.isDone, "an end that is none")
                try require(consumed <= waiting.count, "the end lies behind what has arrived")
                last = consumed
                return nil
            }
        }
        if let end { return end }
        guard hasEnded else { return .incomplete(data) }
        return .complete(data, used: used + last, TrailerFacts(decoder.trailers))
    }
}

/// What the decoder of bodies promises.
enum RequestBodyPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let count = UInt64(bytes.count)
        for framing in [.none, .length(0), .length(count / 2), .length(count), .length(.max)] as [BodyFraming]
        {
            let outcome = try sameHoweverCut(bytes) { arrivals throws(Violation) in
                try BodyOutcome.of(bytes, arrivals, framing)
            }
            guard case .length(let length) = framing else { continue }
            let data = Array(bytes.prefix(Int(min(length, count))))
            let expected =
                length <= count
                ? BodyOutcome.complete(data, used: data.count, TrailerFacts()) : .incomplete(data)
            try require(outcome == expected, "\(framing) is \(outcome)")
        }
        for limits in RequestHeadPromises.limits { try checkChunked(bytes, limits) }
    }

    private static func checkChunked(
        _ bytes: UnsafeBufferPointer<UInt8>, _ limits: RequestLimits
    ) throws(Violation) {
        let outcome = try sameHoweverCut(bytes) { arrivals throws(Violation) in
            try BodyOutcome.of(bytes, arrivals, .chunked, limits)
        }
        guard case .complete(let data, let used, let trailers) = outcome else { return }
        try TrailerPromises.check(trailers, bytes[..<used], limits)
        try require(
            bytes[..<used].suffix(4).elementsEqual("\r\n\r\n".utf8), "a body without a last line")
        var encoded = ByteBuffer()
        for start in stride(from: 0, to: data.count, by: 17) {
            let chunk = data[start..<min(start + 17, data.count)]
            ResponseEncoder.appendChunkSize(chunk.count, to: &encoded)
            chunk.withUnsafeBufferPointer { encoded.append($0) }
            encoded.append("\r\n")
        }
        encoded.append(ResponseEncoder.lastChunk)
        let again = try BodyOutcome.of(encoded.bytes, [encoded.count], .chunked)
        try require(
            again == .complete(data, used: encoded.count, TrailerFacts()),
            "written and read again it is \(again)")
    }
}
