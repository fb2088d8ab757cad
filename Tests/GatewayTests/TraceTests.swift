import GatewayInterface
import HTTP
import Octets
import Testing
@testable import Settings
@testable import Worker

@Suite("Traces in the environ")
struct TraceTests {
    private static let given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    /// The traceparent and the tracestate that the application gets.
    private func passedOn(_ parent: String?, _ state: String?, _ mode: TraceMode) -> (String?, String?) {
        var environ = ByteBuffer()
        environ.appendPair("REQUEST_METHOD", "GET")
        if let parent { environ.appendPair("HTTP_TRACEPARENT", text: parent) }
        environ.appendPair("HTTP_ACCEPT", "*/*")
        if let state { environ.appendPair("HTTP_TRACESTATE", text: state) }
        environ.appendPair("HTTP_LAST", "1")
        var spans = SpanIDs()
        Exchange.continueTrace(in: &environ, mode, &spans)
        func text(_ name: StaticString) -> String? {
            NameValuePairs.value(of: name, in: environ.bytes).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(text("REQUEST_METHOD") == "GET" && text("HTTP_ACCEPT") == "*/*" && text("HTTP_LAST") == "1")
        return (text("HTTP_TRACEPARENT"), text("HTTP_TRACESTATE"))
    }

    @Test(
        "A trace is continued with another span, and keeps its state",
        arguments: [TraceMode.continue, .begin])
    func continued(_ mode: TraceMode) throws {
        let (parent, state) = passedOn(Self.given, "a=1", mode)
        let text = try #require(parent)
        #expect(text.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") && text.hasSuffix("-01"))
        #expect(!text.contains("b7ad6b7169203331") && text.utf8.count == TraceParent.byteCount)
        #expect(state == "a=1")
    }

    @Test(
        "What is no trace becomes a new one without the state",
        arguments: ["", "nonsense", given + ", " + given, given.uppercased()])
    func malformed(_ given: String) throws {
        let (parent, state) = passedOn(given, "a=1", .continue)
        let text = try #require(parent)
        #expect(!text.contains("0af7651916cd43dd8448eb211c80319c") && text.hasSuffix("-01"))
        Array(text.utf8).withUnsafeBufferPointer { #expect(TraceParent($0) != nil) }
        #expect(state == nil)
    }

    @Test("A request without a trace begins one only where it is to")
    func absent() {
        #expect(passedOn(nil, "a=1", .continue) == (nil, "a=1"))
        let (parent, state) = passedOn(nil, "a=1", .begin)
        #expect(parent?.utf8.count == TraceParent.byteCount && state == nil)
        #expect(passedOn(nil, nil, .begin).0 != parent)
    }
}
