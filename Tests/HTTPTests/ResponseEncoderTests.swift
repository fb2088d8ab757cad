import HTTP
import Octets
import Testing

@Suite("Responses")
struct ResponseEncoderTests {
    private func written(_ write: (inout ByteBuffer) -> Void) -> String {
        var output = ByteBuffer()
        write(&output)
        return Latin1.text(Array(output.bytes)[...])
    }

    @Test(
        "How a body is framed",
        arguments: [
            (200, 5, 1, false, .length(5)), (200, 0, 1, false, .length(0)), (200, nil, 1, false, .chunked),
            (200, nil, 0, false, .untilClose), (200, 5, 0, false, .length(5)), (200, 5, 1, true, .length(5)),
            (200, nil, 1, true, .unstated), (200, nil, 0, true, .unstated), (204, nil, 1, false, .forbidden),
            (204, 5, 1, false, .forbidden), (304, 5, 1, false, .forbidden), (304, nil, 0, true, .forbidden),
            (100, nil, 1, false, .forbidden), (404, nil, 1, false, .chunked),
            (500, nil, 0, false, .untilClose),
        ] as [(Int, UInt64?, UInt8, Bool, ResponseFraming)])
    func framing(
        _ status: Int, _ length: UInt64?, _ minor: UInt8, _ isHead: Bool, _ expected: ResponseFraming
    ) {
        #expect(
            ResponseFraming.choose(status: status, length: length, minorVersion: minor, isHead: isHead)
                == expected)
    }

    @Test(
        "A status line has the code and its phrase",
        arguments: [
            (200, "HTTP/1.1 200 OK\r\n"), (404, "HTTP/1.1 404 Not Found\r\n"), (299, "HTTP/1.1 299 \r\n"),
            (999, "HTTP/1.1 999 \r\n"),
        ])
    func statusLine(_ status: Int, _ line: String) {
        #expect(written { ResponseEncoder.appendStatusLine(status, to: &$0) } == line)
    }

    @Test("A status line has the application's own phrase")
    func reason() {
        let phrase = Array("Fine, thanks".utf8)
        let line = phrase.withUnsafeBufferPointer { phrase in
            written { ResponseEncoder.appendStatusLine(200, reason: phrase, to: &$0) }
        }
        #expect(line == "HTTP/1.1 200 Fine, thanks\r\n")
    }

    @Test("A field line")
    func field() {
        let (name, value) = (Array("X-Name".utf8), Array("a b".utf8))
        let line = name.withUnsafeBufferPointer { name in
            value.withUnsafeBufferPointer { value in
                written { ResponseEncoder.appendField(name, value, to: &$0) }
            }
        }
        #expect(line == "X-Name: a b\r\n")
    }

    @Test(
        "The end of a head says how the body ends and whether the connection goes on",
        arguments: [
            (.length(5), true, 1, "Content-Length: 5\r\n\r\n"),
            (.length(0), true, 1, "Content-Length: 0\r\n\r\n"),
            (.length(5), true, 0, "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n"),
            (.length(5), false, 1, "Content-Length: 5\r\nConnection: close\r\n\r\n"),
            (.length(5), false, 0, "Content-Length: 5\r\nConnection: close\r\n\r\n"),
            (.chunked, true, 1, "Transfer-Encoding: chunked\r\n\r\n"),
            (.chunked, false, 1, "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"),
            (.untilClose, false, 0, "Connection: close\r\n\r\n"), (.forbidden, true, 1, "\r\n"),
            (.unstated, true, 1, "\r\n"), (.unstated, true, 0, "Connection: keep-alive\r\n\r\n"),
        ] as [(ResponseFraming, Bool, UInt8, String)])
    func end(_ framing: ResponseFraming, _ keepsAlive: Bool, _ minor: UInt8, _ expected: String) {
        let text = written {
            ResponseEncoder.appendEnd(framing: framing, keepsAlive: keepsAlive, minorVersion: minor, to: &$0)
        }
        #expect(text == expected)
    }

    @Test(
        "A chunk's size is hexadecimal",
        arguments: [(1, "1\r\n"), (10, "a\r\n"), (65_536, "10000\r\n"), (255, "ff\r\n")])
    func chunkSize(_ count: Int, _ line: String) {
        #expect(written { ResponseEncoder.appendChunkSize(count, to: &$0) } == line)
    }

    @Test("What we write in chunks, we read")
    func chunksRoundTrip() {
        let text = written { output in
            for count in [1, 15, 16, 300] {
                ResponseEncoder.appendChunkSize(count, to: &output)
                output.append(text: String(repeating: "x", count: count))
                output.append("\r\n")
            }
            output.append(ResponseEncoder.lastChunk)
        }
        #expect(
            BodyOutcome.of(text, .chunked)
                == .complete(String(repeating: "x", count: 332), consumed: text.utf8.count))
    }

    @Test("100 Continue is a head without fields")
    func continueResponse() {
        #expect("\(ResponseEncoder.continueResponse)" == "HTTP/1.1 100 Continue\r\n\r\n")
    }
}
