import HTTP
import Octets

/// What became of a PROXY header.
private enum ProxyOutcome: Equatable {
    case accepted(ProxyHeader)
    case refused(ProxyHeaderError)
    case incomplete

    static func of(
        _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int], _ versions: ProxyHeader.Versions
    ) -> ProxyOutcome {
        do throws(ProxyHeaderError) {
            for arrived in arrivals {
                let waiting = bytes.span.extracting(first: arrived)
                if let header = try ProxyHeader(parsing: waiting, accepting: versions) {
                    return .accepted(header)
                }
            }
        } catch {
            return .refused(error)
        }
        return .incomplete
    }

    var header: ProxyHeader? {
        if case .accepted(let header) = self { header } else { nil }
    }
}

/// What the reader of PROXY headers promises.
enum ProxyHeaderPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        let either = try outcome(bytes, [.one, .two])
        let (one, two) = (try outcome(bytes, .one), try outcome(bytes, .two))
        try require(one.header == nil || two.header == nil, "it is of both versions")
        try require(
            either.header == one.header ?? two.header, "where both are accepted it is \(either)")
        guard let header = either.header else { return }
        let isText = bytes[0] == UInt8(ascii: "P")
        try require(isText == (one.header != nil), "it is of the other version")
        let limit = isText ? 107 : ProxyHeader.longest
        try require(
            (8...min(limit, bytes.count)).contains(header.byteCount), "it has \(header.byteCount) octets")
        let own = bytes[..<header.byteCount]
        if isText {
            try require(
                own.suffix(2).elementsEqual("\r\n".utf8) && own.count { $0 == ASCII.lineFeed } == 1,
                "it is no line")
        } else {
            let length = Int(bytes[14]) << 8 | Int(bytes[15])
            try require(header.byteCount == 16 + length, "it says \(length) and has \(header.byteCount)")
        }
        try checkText(header, bytes)
        try checkEncoded(ProxyFacts(header, bytes))
        #if DEBUG
            try checkPeer(header, bytes)
        #endif
    }

    private static func outcome(
        _ bytes: UnsafeBufferPointer<UInt8>, _ versions: ProxyHeader.Versions
    ) throws(Violation) -> ProxyOutcome {
        try sameHoweverCut(bytes) { ProxyOutcome.of(bytes, $0, versions) }
    }

    /// Ranges lie within the header, and what may become a variable holds nothing that ends a line.
    private static func checkText(
        _ header: ProxyHeader, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(Violation) {
        let extras = header.extras
        let texts = [extras.authority, extras.version, extras.commonName, extras.cipher].compactMap(\.self)
        for text in texts {
            try require(
                bytes.all(text) { $0 >= 0x20 && $0 != 0x7F }, "a text has a control character in it")
        }
        var ranges =
            texts + [extras.uniqueID, extras.namespace, extras.applicationProtocol].compactMap(\.self)
        if case .unix(let source, let destination) = header.origin { ranges += [source, destination] }
        for range in ranges {
            try require(bytes.holds(range, before: header.byteCount), "a range lies outside of the header")
        }
    }

    /// Written and read again it says the same, with a checksum and without, and with a wrong one it is refused.
    private static func checkEncoded(_ facts: ProxyFacts) throws(Violation) {
        // Of an unspecified family nothing behind the fixed part is read.
        guard facts.extras.count <= 3000, facts.origin != .unknown || facts.extras.isEmpty else { return }
        var forms = [ProxyEncoder.binary(facts, checksum: nil), ProxyEncoder.binary(facts, checksum: 0)]
        if let line = ProxyEncoder.line(facts) { forms.append(line) }
        for form in forms {
            let again = read(form)
            try require(again == .success(facts), "written and read again it is \(again), not \(facts)")
        }
        guard facts.origin != .local, facts.origin != .unknown else { return }
        let wrong = read(ProxyEncoder.binary(facts, checksum: 1 << UInt32(facts.extras.count & 31)))
        try require(wrong == .failure(.checksum), "with a wrong checksum it is \(wrong)")
    }

    private static func read(_ octets: [UInt8]) -> Result<ProxyFacts?, ProxyHeaderError> {
        octets.withUnsafeBufferPointer { bytes in
            do throws(ProxyHeaderError) {
                let header = try ProxyHeader(parsing: bytes.span, accepting: [.one, .two])
                return .success(header.map { ProxyFacts($0, bytes) })
            } catch {
                return .failure(error)
            }
        }
    }
}
