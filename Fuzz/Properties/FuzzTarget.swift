// What can be fuzzed, by name. A target is a function that takes any bytes at all and says which promise of the code they
// break: not only that nothing traps, but that the outcome does not depend on how the bytes were cut into reads, that offsets
// lie within the bytes, that what is accepted is what may be accepted, and that decoding undoes encoding.
//
// The fuzzer's driver and the suite that replays the corpus share these functions. Nothing that is shipped knows them.

/// A part of the code that reads what strangers write, and what it promises about any input.
public struct FuzzTarget: Sendable {
    /// The name of its folder in the corpus.
    public let name: String
    /// Throws where the promises are broken. A trap breaks them too.
    public let check: @Sendable (UnsafeBufferPointer<UInt8>) throws(Violation) -> Void

    init(
        _ name: String, _ check: @escaping @Sendable (UnsafeBufferPointer<UInt8>) throws(Violation) -> Void
    ) {
        self.name = name
        self.check = check
    }

    /// Those of the protocols, which are public.
    private static let protocols: [FuzzTarget] = [
        FuzzTarget("request-head", RequestHeadPromises.check),
        FuzzTarget("request-stream", RequestStreamPromises.check),
        FuzzTarget("request-body", RequestBodyPromises.check),
        FuzzTarget("path", PathPromises.check),
        FuzzTarget("byte-range", ByteRangePromises.check),
        FuzzTarget("http-date", HTTPDatePromises.check),
        FuzzTarget("response-records", ResponseRecordPromises.check),
        FuzzTarget("request-records", RequestRecordPromises.check),
        FuzzTarget("name-value-pairs", PairPromises.check),
        FuzzTarget("cgi-head", CGIHeadPromises.check),
        FuzzTarget("swift-answer", SwiftAnswerPromises.check),
        FuzzTarget("yaml", YAMLPromises.check),
        FuzzTarget("request-rules", RequestRulePromises.check),
        FuzzTarget("proxy-header", ProxyHeaderPromises.check),
        FuzzTarget("accept-encoding", AcceptEncodingPromises.check),
        FuzzTarget("preconditions", PreconditionPromises.check),
        FuzzTarget("compression", CodingPromises.check),
        FuzzTarget("form-items", FormItemPromises.check),
        FuzzTarget("cookies", CookiePromises.check),
        FuzzTarget("multipart", MultipartPromises.check),
        FuzzTarget("json", JSONPromises.check),
        FuzzTarget("websocket-frames", WebSocketPromises.check),
        FuzzTarget("websocket-messages", WebSocketMessagePromises.check),
        FuzzTarget("handshake", HandshakePromises.check),
    ]

    /// All of them. Those that look into the gateway itself need a debug build, as tests do.
    public static var all: [FuzzTarget] {
        #if DEBUG
            return protocols + gateway
        #else
            return protocols
        #endif
    }
}
