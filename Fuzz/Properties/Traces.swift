#if DEBUG
    import GatewayInterface
    import HTTP
    import Octets
    @testable import Scoreboard
    @testable import Settings
    @testable import Worker

    /// What is promised of traceparent and X-Request-ID. The input's first line is the one, its second line the other.
    enum TracePromises {
        @Sendable
        static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let parts = lines(bytes, 2)
            try checkField(parts[0])
            let isID = RequestID.isValid(parts[1])
            let signs = Set("-_.:+/=@~".utf8)
            let isExpected =
                (1...128).contains(parts[1].count)
                && parts[1].allSatisfy {
                    signs.contains($0) || $0 < 0x80 && Character(Unicode.Scalar($0)).isLetter
                        || ASCII.isDigit($0)
                }
            try require(isID == isExpected, "an id is taken for \(isID ? "one" : "none")")
            for mode in TraceMode.allCases {
                for isTrusted in [false, true] { try checkEnviron(parts[0], parts[1], mode, isTrusted) }
            }
        }

        /// `version "-" trace-id "-" parent-id "-" trace-flags` (W3C Trace Context, §3.2).
        private static func checkField(_ field: UnsafeBufferPointer<UInt8>) throws(Violation) {
            let parent = TraceParent(field)
            let text = latin(field)
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
            let digits = Set("0123456789abcdef")
            let isExpected =
                parts.count >= 4 && zip(parts, [2, 32, 16, 2]).allSatisfy { $0.utf8.count == $1 }
                && parts[..<4].allSatisfy { $0.allSatisfy(digits.contains) } && parts[0] != "ff"
                && (parts[0] != "00" || parts.count == 4) && parts[1].contains { $0 != "0" }
                && parts[2].contains { $0 != "0" }
            try require(
                (parent != nil) == isExpected, "\(text) is taken for \(parent == nil ? "none" : "one")")
            guard let parent else { return }
            var output = ByteBuffer()
            parent.append(to: &output)
            let flags = Int(parts[3], radix: 16)! & 3
            try require(
                latin(output.bytes) == "00-\(parts[1])-\(parts[2])-0\(flags)", "written it is another")
            try require(TraceParent(output.bytes) == parent, "written and read again it is another")
            let next = parent.continued(by: 1)
            try require(
                next.traceHigh == parent.traceHigh && next.traceLow == parent.traceLow && next.parent == 1
                    && next.flags == parent.flags, "continued it is another trace")
        }

        private static func checkEnviron(
            _ field: UnsafeBufferPointer<UInt8>, _ id: UnsafeBufferPointer<UInt8>, _ mode: TraceMode,
            _ isTrusted: Bool
        ) throws(Violation) {
            var environ = ByteBuffer()
            environ.appendPair("REQUEST_METHOD", "GET")
            let isGiven = field.first.map { $0 & 1 } == 0
            if isGiven { environ.appendPair("HTTP_TRACEPARENT", field) }
            environ.appendPair("HTTP_TRACESTATE", "a=1")
            environ.appendPair("HTTP_X_REQUEST_ID", id)
            environ.appendPair("HTTP_LAST", "1")
            let isPassedOn = Exchange.appendID(0xC0FFEE, isTrusted: isTrusted, to: &environ)
            try require(
                isPassedOn == (isTrusted && RequestID.isValid(id)), "a stranger calls the request something")
            var spans = SpanIDs()
            if mode != .off { Exchange.continueTrace(in: &environ, mode, &spans) }
            // What stands in the fields is as it came; everything else has to be a variable of its own.
            let isClean = field.allSatisfy(ASCII.isFieldValue) && id.allSatisfy(ASCII.isFieldValue)
            if isClean { _ = try EnvironBlock.names(environ.bytes) }
            var expected = ["HTTP_LAST": "1", "HTTP_X_REQUEST_ID": latin(id), "REQUEST_METHOD": "GET"]
            expected["REQUEST_ID"] = isPassedOn ? latin(id) : "0000000000c0ffee"
            var pairs = NameValuePairs(environ.bytes)
            var found: [String: String] = [:]
            while let pair = pairs.next() {
                let before = found.updateValue(
                    latin(environ.bytes[pair.value]), forKey: latin(environ.bytes[pair.name]))
                try require(before == nil, "a name is there twice")
            }
            try require(pairs.offset == environ.count, "the block is not read to its end")
            let (parent, state) = (
                found.removeValue(forKey: "HTTP_TRACEPARENT"), found.removeValue(forKey: "HTTP_TRACESTATE")
            )
            try require(found == expected, "the environ is \(found)")
            let isKept = mode == .off || mode == .continue && !isGiven
            let given = isGiven ? TraceParent(field) : nil
            try require((state != nil) == (isKept || given != nil), "the state of another trace is left")
            guard !isKept else {
                return try require(parent == (isGiven ? latin(field) : nil), "traceparent has changed")
            }
            let own = environ.traceParent
            try require(own != nil && parent?.utf8.count == TraceParent.byteCount, "a trace is none")
            guard let given, let own else { return }
            try require(
                own.traceHigh == given.traceHigh && own.traceLow == given.traceLow
                    && own.flags == given.flags,
                "the trace is not continued")
        }
    }

    extension ByteBuffer {
        fileprivate var traceParent: TraceParent? {
            NameValuePairs.value(of: "HTTP_TRACEPARENT", in: bytes).flatMap { TraceParent($0) }
        }
    }
#endif
