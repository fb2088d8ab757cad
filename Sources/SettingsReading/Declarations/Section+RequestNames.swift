import ArgumentParser
import Settings

extension Section {
    static let requestNames = Section(
        title: "What requests are called",
        note: "[access-log.md](access-log.md) tells where ids and traces are found.",
        declarations: [
            Declaration(
                "trust-request-id", of: \.trustsRequestIDs,
                """
                Take a request's id from X-Request-ID, where a peer of `--forwarded-allow-ips` has sent one: up to \
                128 letters, digits and `-_.:+/=@~`. Anything else is passed over, which stops clients from filling \
                logs and forging their lines; so is what others send, which stops them from giving the id of somebody \
                else's request.
                """),
            Declaration(
                "return-request-id", of: \.returnsRequestIDs,
                """
                Name the request's id in each answer, as X-Request-ID. It takes the place of the application's own \
                field.
                """),
            Declaration(
                "trace", nil, "MODE", .traceMode.orFalse, \.trace,
                """
                What is done about `traceparent` (W3C Trace Context): `off` passes it on as any field; `continue` \
                makes this gateway a span of a trace that has been begun, and a new trace of one that is malformed; \
                `begin` does so for requests without one too.
                """),
        ])
}

/// The options of ``Section/requestNames``.
struct RequestNameOptions: DeclaredOptions {
    @Flag(declared: "trust-request-id") var trustRequestId: Bool?
    @Flag(declared: "return-request-id") var returnRequestId: Bool?
    @Option(declared: "trace") var trace: String?
}

extension ValueKind where Value == TraceMode {
    /// What is done about traceparent.
    static var traceMode: Self {
        Self { text throws(Refusal) in
            guard let mode = TraceMode(rawValue: text) else { throw .write("off, continue or begin") }
            return mode
        } show: {
            $0.rawValue
        }
    }
}
