import Octets
import Testing

import HTTP

@Suite("traceparent (W3C Trace Context)")
struct TraceParentTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    private func read(_ text: String) -> TraceParent? {
        Array(text.utf8).withUnsafeBufferPointer { TraceParent($0) }
    }

    private func write(_ parent: TraceParent) -> String {
        var buffer = ByteBuffer()
        parent.append(to: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test(
        "What is read, and how it is passed on",
        arguments: [
            ("00-\(trace)-\(span)-01", "01"), ("00-\(trace)-\(span)-00", "00"),
            ("00-\(trace)-\(span)-03", "03"),
            // Flags that are not known are not passed on, and a later version is read as far as it is this one.
            ("00-\(trace)-\(span)-ff", "03"), ("01-\(trace)-\(span)-01", "01"),
            ("cc-\(trace)-\(span)-01-what-the-future-brings", "01"),
        ])
    func valid(_ text: String, _ flags: String) throws {
        let parent = try #require(read(text))
        #expect(write(parent) == "00-\(Self.trace)-\(Self.span)-\(flags)")
        #expect(write(parent.continued(by: 0xABC)) == "00-\(Self.trace)-0000000000000abc-\(flags)")
    }

    @Test(
        "What is no traceparent",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-0", "00-\(trace)-\(span)-01-",
            "00-\(trace)-\(span)-01x",
            "ff-\(trace)-\(span)-01", "01-\(trace)-\(span)-01x", "00-\(trace)-\(span)-0g",
            "0g-\(trace)-\(span)-01",
            "00-0AF7651916cd43dd8448eb211c80319c-\(span)-01", "00-\(trace)-B7ad6b7169203331-01",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01",
            "0X-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01, 00-\(trace)-\(span)-01", " 00-\(trace)-\(span)-01",
            "00-+af7651916cd43dd8448eb211c80319c-\(span)-01",
        ])
    func malformed(_ text: String) { #expect(read(text) == nil) }
}
