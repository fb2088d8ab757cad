import HTTP
import Octets

/// All that a parsed head says.
struct HeadFacts: Equatable {
    let method, target, path, query, host: ByteRange
    let minorVersion: UInt8
    private(set) var fields: [HeaderField]
    let body: BodyFraming
    let expectsContinue, isPersistent, isHead: Bool
    let byteCount: Int

    init(_ head: RequestHead) {
        (method, target, path, query, host) = (head.method, head.target, head.path, head.query, head.host)
        (minorVersion, fields, body) = (head.minorVersion, head.fields, head.body)
        (expectsContinue, isPersistent, isHead) = (head.expectsContinue, head.isPersistent, head.isHead)
        byteCount = head.byteCount
    }

    /// The same with other fields.
    func withFields(_ change: (inout HeaderField) -> Void) -> HeadFacts {
        var facts = self
        for index in fields.indices { change(&facts.fields[index]) }
        return facts
    }
}

/// What became of a head.
enum HeadOutcome: Equatable {
    case accepted(HeadFacts)
    case refused(RequestError)
    case incomplete

    /// - Parameter head: Perhaps one that another request has left something in.
    static func of(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], _ limits: RequestLimits,
        into head: inout RequestHead
    ) -> HeadOutcome {
        var parser = RequestParser(limits: limits)
        do throws(RequestError) {
            for arrived in arrivals {
                let isComplete = try parser.parse(bytes.span.extracting(first: arrived), into: &head)
                if isComplete { return .accepted(HeadFacts(head)) }
            }
        } catch {
            return .refused(error)
        }
        return .incomplete
    }
}

/// What the parser of requests promises.
enum RequestHeadPromises {
    /// The defaults, and ones that are so small that short inputs reach them.
    static let limits: [RequestLimits] = {
        var small = RequestLimits()
        (small.requestLine, small.fieldLine, small.fieldCount, small.head) = (64, 40, 4, 150)
        return [RequestLimits(), small]
    }()

    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        for limits in limits {
            let outcome = try sameHoweverCut(bytes) { arrivals in
                var head = RequestHead()
                return HeadOutcome.of(bytes, arrivals, limits, into: &head)
            }
            var used = usedHead()
            let again = HeadOutcome.of(bytes, [bytes.count], limits, into: &used)
            try require(again == outcome, "after another request it is \(again), before it \(outcome)")
            if case .accepted(let facts) = outcome { try checkAccepted(facts, bytes, limits) }
        }
    }

    /// A head that has held a request with a bit of everything.
    private static func usedHead() -> RequestHead {
        let text: StaticString = """
            POST http://u@.invalid HTTP/1.1\r\n\r\nPUT http://used:81/p?q HTTP/1.1\r\nHost: h\r\nX-Used: 1\r\n\
            Connection: close, X-Used\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n
            """
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var head = RequestHead()
        // The first one is refused half-way, the second one is accepted.
        _ = HeadOutcome.of(bytes, [bytes.count], RequestLimits(), into: &head)
        let second = UnsafeBufferPointer(rebasing: bytes[35...])
        _ = HeadOutcome.of(second, [second.count], RequestLimits(), into: &head)
        return head
    }

    static func checkAccepted(
        _ head: HeadFacts, _ bytes: UnsafeBufferPointer<UInt8>, _ limits: RequestLimits
    ) throws(Violation) {
        try require(head.byteCount >= 4 && head.byteCount <= bytes.count, "it has \(head.byteCount) octets")
        try require(head.byteCount <= limits.head, "it is longer than the limit")
        try require(head.fields.count <= limits.fieldCount, "it has more fields than the limit")
        try checkLines(UnsafeBufferPointer(rebasing: bytes[..<head.byteCount]))
        try checkTarget(head, bytes)
        for field in head.fields {
            try require(
                !field.name.isEmpty && bytes.all(field.name, ASCII.isToken), "a field's name is no token")
            try require(
                bytes.holds(field.value, before: head.byteCount)
                    && bytes.all(field.value, ASCII.isFieldValue),
                "a field's value holds what no value holds")
            let value = bytes[field.value]
            try require(
                value.first.map(ASCII.isBlank) != true && value.last.map(ASCII.isBlank) != true,
                "a field's value begins or ends with white space")
        }
        try checkFraming(head, bytes)
    }

    /// CR and LF stand together, and nowhere else; there is no NUL.
    private static func checkLines(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        for index in bytes.indices {
            switch bytes[index] {
            case 0: throw Violation(description: "there is a NUL in it")
            case ASCII.lineFeed:
                try require(
                    index > 0 && bytes[index - 1] == ASCII.carriageReturn, "there is a bare line feed in it")
            case ASCII.carriageReturn:
                try require(
                    index + 1 < bytes.count && bytes[index + 1] == ASCII.lineFeed, "there is a bare CR in it")
            default: break
            }
        }
        try require(
            bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), "it does not end with an empty line")
    }

    private static func checkTarget(
        _ head: HeadFacts, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(Violation) {
        try require(
            !head.method.isEmpty && bytes.all(head.method, ASCII.isToken), "the method is no token")
        try require(!bytes[head.method].equals("CONNECT"), "the method is CONNECT")
        try require(
            !head.target.isEmpty && bytes.all(head.target, ASCII.isTarget), "the target is none")
        for part in [head.path, head.query] where !part.isEmpty {
            try require(
                part.start >= head.target.start && part.end <= head.target.end,
                "a part of the target lies outside of it")
        }
        if let first = bytes[head.path].first {
            try require(
                first == ASCII.slash || bytes[head.path].equals("*"), "the path begins with no slash")
        }
        try require(
            !bytes[head.path].contains(UInt8(ascii: "?")), "a question mark stands in the path")
        try require(bytes.holds(head.host, before: head.byteCount), "the host lies outside of the head")
        try require(
            head.host.isEmpty || Authority.isValid(head.host, in: bytes.span), "the host is none")
        try require(!head.host.isEmpty || head.minorVersion == 0, "HTTP/1.1 without a host")
    }

    /// RFC 9112, §6.3: no head leaves a doubt where its body ends.
    static func checkFraming(
        _ head: HeadFacts, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(Violation) {
        func named(_ name: StaticString) -> [HeaderField] {
            head.fields.filter { bytes.span.matches($0.name, lowercase: name) }
        }
        let lengths = named("content-length")
        let codings = named("transfer-encoding")
        try require(lengths.count + codings.count <= 1, "two fields say where the body ends")
        try require(named("host").count <= 1, "there are two Host fields")
        switch head.body {
        case .none:
            try require(lengths.isEmpty && codings.isEmpty, "a field about the body is overlooked")
        case .length(let count):
            try require(lengths.count == 1, "a length without a field")
            let digits = bytes[lengths[0].value]
            try require(!digits.isEmpty && digits.allSatisfy(ASCII.isDigit), "a length that is no number")
            let significant = digits.drop { $0 == UInt8(ascii: "0") }
            try require(
                String(decoding: significant, as: UTF8.self) == (count == 0 ? "" : String(count)),
                "the length is read as \(count)")
        case .chunked:
            try require(codings.count == 1 && head.minorVersion == 1, "chunks without a coding, or in 1.0")
            try require(
                bytes.span.matches(codings[0].value, lowercase: "chunked"), "chunks by another coding")
        }
    }
}
