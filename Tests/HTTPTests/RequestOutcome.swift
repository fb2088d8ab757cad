// What a parser made of some bytes, as a plain value: the tests compare outcomes, and compare one way of
// cutting the bytes with another.

import HTTP
import Octets
import Testing

/// A head with its texts instead of offsets.
struct ParsedRequest: Equatable, Sendable {
    var method: String
    var target: String
    var path: String
    var query: String
    var host: String
    var minorVersion: UInt8
    var fields: [String]
    var nominated: [String]
    var unmapped: [String]
    var body: BodyFraming
    var expectsContinue: Bool
    var isPersistent: Bool
    var isHead: Bool
    var byteCount: Int

    init(_ head: RequestHead, _ bytes: [UInt8]) {
        func text(_ range: ByteRange) -> String { Latin1.text(bytes[range.start..<range.end]) }
        method = text(head.method)
        target = text(head.target)
        path = text(head.path)
        query = text(head.query)
        host = text(head.host)
        minorVersion = head.minorVersion
        fields = head.fields.map { "\(text($0.name)): \(text($0.value))" }
        nominated = head.fields.filter(\.isNominated).map { text($0.name) }
        unmapped = head.fields.filter(\.isUnmapped).map { text($0.name) }
        body = head.body
        expectsContinue = head.expectsContinue
        isPersistent = head.isPersistent
        isHead = head.isHead
        byteCount = head.byteCount
    }
}

/// What became of a request head.
enum RequestOutcome: Equatable, Sendable {
    case accepted(ParsedRequest)
    case refused(RequestError)
    case incomplete

    var request: ParsedRequest? { if case .accepted(let request) = self { request } else { nil } }
}

/// How the bytes of a request arrive.
enum Cut: CaseIterable, Sendable {
    case whole, byLine, byByte

    /// How many bytes have arrived after each read.
    func lengths(of bytes: [UInt8]) -> [Int] {
        switch self {
        case .whole: [bytes.count]
        case .byLine: bytes.indices.filter { bytes[$0] == ASCII.lineFeed }.map { $0 + 1 } + [bytes.count]
        case .byByte: Array(0...bytes.count)
        }
    }
}

extension RequestOutcome {
    /// Parses `bytes` as they come in by `cut`.
    static func of(
        _ bytes: [UInt8], _ cut: Cut, limits: RequestLimits = RequestLimits(),
        rules: RequestRules = RequestRules()
    ) -> RequestOutcome {
        var parser = RequestParser(limits: limits, rules: rules)
        var head = RequestHead()
        var bytes = bytes
        do {
            for length in cut.lengths(of: bytes) {
                let isComplete = try bytes.withUnsafeMutableBufferPointer { memory throws(RequestError) in
                    try parser.parse(rewriting: .init(rebasing: memory[..<length]), into: &head)
                }
                if isComplete { return .accepted(ParsedRequest(head, bytes)) }
            }
        } catch {
            return .refused(error)
        }
        return .incomplete
    }

    /// Parses `bytes` cut in every way, and expects all of them to agree.
    static func of(
        _ bytes: [UInt8], limits: RequestLimits = RequestLimits(), rules: RequestRules = RequestRules(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> RequestOutcome {
        let whole = of(bytes, .whole, limits: limits, rules: rules)
        for cut in [Cut.byLine, .byByte] {
            #expect(
                of(bytes, cut, limits: limits, rules: rules) == whole,
                "cut \(cut): \(Latin1.text(bytes[...]).debugDescription)",
                sourceLocation: sourceLocation)
        }
        return whole
    }

    /// Parses `text`, one byte a character, cut in every way.
    static func of(
        _ text: String, limits: RequestLimits = RequestLimits(), rules: RequestRules = RequestRules(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> RequestOutcome {
        of(Latin1.bytes(text), limits: limits, rules: rules, sourceLocation: sourceLocation)
    }
}

/// One byte a character, so that a test can write any octet as `\u{FF}`.
enum Latin1 {
    static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }
}

/// A request that must be refused, and why.
struct Malformed: Sendable, CustomTestStringConvertible {
    let request: String
    let error: RequestError

    init(_ request: String, _ error: RequestError) {
        self.request = request
        self.error = error
    }

    var testDescription: String { String(request.prefix(70)).debugDescription }
}
