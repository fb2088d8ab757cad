import GatewayInterface
import Octets

/// A part of a form, and its data.
struct MultipartPart: Equatable {
    let head: MultipartHead
    var data: [UInt8] = []
    var isComplete = false
}

/// What became of a multipart form.
struct MultipartOutcome: Equatable {
    var parts: [MultipartPart] = []
    var isAtEnd = false
    var error: FormError?

    static func of(
        _ body: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], _ contentType: String,
        _ limits: MultipartLimits
    ) throws(Violation) -> MultipartOutcome {
        var outcome = MultipartOutcome()
        var parser: MultipartParser
        do throws(FormError) {
            parser = try MultipartParser(contentType: contentType, limits: limits)
        } catch {
            outcome.error = error
            return outcome
        }
        _ = try readStream(body, arrivals) { waiting throws(Violation) in
            switch Result(catching: { () throws(FormError) in try parser.next(waiting.span) }) {
            case .success(let event): return try outcome.take(event, waiting, limits)
            case .failure(let error):
                outcome.error = error
                return nil
            }
        }
        let end = Result { () throws(FormError) in try parser.finish() }
        if case .failure(let error) = end {
            try require(outcome.error == nil || outcome.error == error, "\(error) follows an error")
            try require(!outcome.isAtEnd, "behind the end comes \(error)")
            outcome.error = error
        } else {
            try require(
                outcome.error == nil && outcome.parts.allSatisfy(\.isComplete), "an error is forgotten")
        }
        return outcome
    }

    /// - Returns: What `readStream` wants to know.
    private mutating func take(
        _ event: MultipartEvent, _ waiting: UnsafeBufferPointer<UInt8>, _ limits: MultipartLimits
    ) throws(Violation) -> (used: Int, wantsMore: Bool)? {
        let isInPart = parts.last?.isComplete == false
        switch event {
        case .more(let consumed):
            try require(waiting.count - consumed <= max(80, limits.headOctets), "more waits than has to")
            return (consumed, true)
        case .part(let head, let consumed):
            try require(!isInPart && !isAtEnd, "a part within a part")
            parts.append(MultipartPart(head: head))
            return (consumed, false)
        case .data(let range, let consumed):
            try require(isInPart && !range.isEmpty && range.upperBound == consumed, "data out of its place")
            parts[parts.count - 1].data += waiting[range]
            return (consumed, false)
        case .partEnd(let consumed):
            try require(isInPart, "an end of no part")
            parts[parts.count - 1].isComplete = true
            return (consumed, false)
        case .end(let consumed):
            try require(!isInPart && consumed == waiting.count, "an end within a part")
            isAtEnd = true
            return (consumed, true)
        }
    }
}

/// What is promised of multipart forms. The first line of the input is the Content-Type, the rest the body.
enum MultipartPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let parts = lines(bytes, 2)
        let contentType = String(decoding: parts[0], as: UTF8.self)
        let body = parts[1]
        for limits in [MultipartLimits(), MultipartLimits(parts: 2, headOctets: 60, fields: 2)] {
            let outcome = try sameHoweverCut(body) { arrivals throws(Violation) in
                try MultipartOutcome.of(body, arrivals, contentType, limits)
            }
            try require(
                outcome.parts.count <= limits.parts
                    && outcome.parts.allSatisfy { $0.head.fields.count <= limits.fields }, "there is too much"
            )
            try checkReaders(Array(body), contentType, limits, outcome)
            guard outcome.error == nil else { continue }
            try MultipartModel.check(Array(body), contentType, outcome.parts)
            try MultipartModel.checkWritten(outcome.parts)
        }
    }

    /// Those who read on top of the parser say the same.
    private static func checkReaders(
        _ body: [UInt8], _ contentType: String, _ limits: MultipartLimits, _ outcome: MultipartOutcome
    ) throws(Violation) {
        var pieces = stride(from: 0, to: body.count, by: 5).map { Array(body[$0..<min($0 + 5, body.count)]) }[
            ...]
        var parts: [MultipartPart] = []
        var failure: FormError?
        do {
            let reader = try BlockingMultipartReader(contentType: contentType, limits: limits) {
                pieces.popFirst() ?? []
            }
            while let part = try reader.nextPart() {
                parts.append(MultipartPart(head: part.head))
                while case let octets = try part.read(), !octets.isEmpty {
                    parts[parts.count - 1].data += octets
                }
                parts[parts.count - 1].isComplete = true
            }
        } catch {
            failure = error as? FormError
        }
        try require(failure == outcome.error, "part by part the error is \(String(describing: failure))")
        try require(parts == outcome.parts, "part by part it is \(parts)")
        guard limits == MultipartLimits() else { return }
        let form = Result { () throws(FormError) in
            try Form(contentType: contentType, body: body, limit: .max)
        }
        switch form {
        case .success(let form) where outcome.error == nil:
            let fields = parts.filter { $0.head.filename == nil }
            let files = parts.filter { $0.head.filename != nil }
            try require(
                form.items.map(\.name) == fields.map(\.head.name)
                    && form.files.map(\.bytes) == files.map(\.data),
                "as a whole it is \(form)")
        // The other media type of forms.
        case .success:
            try require(outcome.error == .unsupportedMediaType(contentType), "as a whole it is right")
        case .failure(.tooManyItems): break
        case .failure(let error): try require(error == outcome.error, "as a whole the error is \(error)")
        }
    }
}
