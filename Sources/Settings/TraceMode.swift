/// What is done about traceparent.
package enum TraceMode: String, CaseIterable, Sendable {
    /// It is a field like any other.
    case off
    /// A trace that a client has begun is continued.
    case `continue`
    /// The same, and a request without a trace begins one.
    case begin
}
