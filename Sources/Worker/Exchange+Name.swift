// What a request is called, here and elsewhere: REQUEST_ID, and the trace that it belongs to (W3C Trace Context). Both stand in
// the environ, so that the application, the log and the answer say the same.

import GatewayInterface
import HTTP
import Octets
import Scoreboard
import Settings

/// Numbers of spans and traces: unlikely to come twice, which is all that they have to be (SplitMix64).
struct SpanIDs {
    private var state = UInt64.random(in: .min ... .max)

    /// The next one, never 0.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var number = state
        number = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
        number = (number ^ number >> 27) &* 0x94D0_49BB_1331_11EB
        number ^= number >> 31
        return number == 0 ? 1 : number
    }
}

extension Exchange {
    /// Appends REQUEST_ID: what a trusted peer calls the request, or else its number.
    ///
    /// - Parameter isTrusted: Whether the peer's word counts.
    /// - Returns: Whether it is the peer's.
    static func appendID(_ id: UInt64, isTrusted: Bool, to environ: inout ByteBuffer) -> Bool {
        // The value stands in the same buffer, which must not move while it is copied.
        _ = environ.spare(RequestID.limit + 32)
        if isTrusted, let given = NameValuePairs.value(of: "HTTP_X_REQUEST_ID", in: environ.bytes),
            RequestID.isValid(given)
        {
            environ.appendPair("REQUEST_ID", given)
            return true
        }
        environ.appendPairLengths(name: 10, value: 16)
        environ.append("REQUEST_ID")
        RequestID.append(id, to: &environ)
        return false
    }

    /// What the request is called; for messages.
    var idText: String {
        guard let text = NameValuePairs.value(of: "REQUEST_ID", in: environ.bytes) else {
            return RequestID.text(id)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Makes this gateway's span the one that asks the application. What is no trace becomes a new one, and its tracestate goes:
    /// it speaks of another (§4.3).
    static func continueTrace(in environ: inout ByteBuffer, _ mode: TraceMode, _ spans: inout SpanIDs) {
        let field = NameValuePairs.value(of: "HTTP_TRACEPARENT", in: environ.bytes)
        guard field != nil || mode == .begin else { return }
        let parent: TraceParent
        if let given = field.flatMap({ TraceParent($0) }) {
            parent = given.continued(by: spans.next())
        } else {
            // Sampled, as it would be if the application began it: to say no here would decide for everybody behind.
            parent = TraceParent(
                traceHigh: spans.next(), traceLow: spans.next(), parent: spans.next(),
                flags: TraceParent.sampled)
            environ.removePair("HTTP_TRACESTATE")
        }
        environ.removePair("HTTP_TRACEPARENT")
        environ.appendPairLengths(name: 16, value: TraceParent.byteCount)
        environ.append("HTTP_TRACEPARENT")
        parent.append(to: &environ)
    }

    /// Appends X-Request-ID to the head of an answer, where the settings ask for it.
    func appendIDField(to output: inout ByteBuffer) {
        guard context.returnsRequestIDs,
            let text = NameValuePairs.value(of: "REQUEST_ID", in: environ.bytes)
        else { return }
        output.append("X-Request-ID: ")
        output.append(text)
        output.append("\r\n")
    }

    /// Whether a field of an application's answer gives way to the gateway's own X-Request-ID.
    func givesWay(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        context.returnsRequestIDs && name.span.matches(ByteRange(0, name.count), lowercase: "x-request-id")
    }
}

extension ByteBuffer {
    /// Removes the first pair of a name from a block of pairs, in place.
    mutating func removePair(_ name: StaticString) {
        var pairs = NameValuePairs(bytes)
        var start = 0
        while let pair = pairs.next() {
            let end = pairs.offset
            if bytes[pair.name].equals(name) {
                let memory = mutableBytes
                for index in end..<memory.count { memory[start + index - end] = memory[index] }
                return removeLast(end - start)
            }
            start = end
        }
    }
}
