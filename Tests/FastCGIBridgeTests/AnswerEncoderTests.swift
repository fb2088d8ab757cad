import FastCGIBridge
import GatewayInterface
import Octets
import Testing

@Suite("Answers as records")
struct AnswerEncoderTests {
    private func encoded(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var output = ByteBuffer()
        write(&output)
        return Array(output.bytes)
    }

    @Test("The gateway's own decoder reads what is written")
    func roundTrip() {
        let text = [UInt8](repeating: 7, count: 200_000)
        let bytes = encoded { output in
            text.withUnsafeBufferPointer { AnswerEncoder.appendStdout($0, id: 1, to: &output) }
            Array("oops".utf8).withUnsafeBufferPointer { AnswerEncoder.appendStderr($0, id: 1, to: &output) }
            AnswerEncoder.appendStdoutEnd(id: 1, to: &output)
            AnswerEncoder.appendEnd(id: 1, .requestComplete, applicationStatus: 0x0102_0304, to: &output)
        }
        #expect(
            [Said].decoding(bytes, piece: 4096) == [
                .stdout(text), .stderr(Array("oops".utf8)), .end(status: 0, application: 0x0102_0304),
            ])
        #expect(Records.parsed(bytes)?.allSatisfy { $0.content.count <= RecordHeader.contentLimit } == true)
    }

    @Test("No bytes are no record: an empty one would be the end")
    func empty() {
        let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        #expect(encoded { AnswerEncoder.appendStdout(nothing, id: 1, to: &$0) } == [])
        #expect(encoded { AnswerEncoder.appendStderr(nothing, id: 1, to: &$0) } == [])
        #expect(encoded { AnswerEncoder.appendStdoutEnd(id: 0x0203, to: &$0) } == [1, 6, 2, 3, 0, 0, 0, 0])
    }

    @Test("END_REQUEST, byte by byte")
    func end() {
        #expect(
            encoded { AnswerEncoder.appendEnd(id: 258, .cannotMultiplex, applicationStatus: 3, to: &$0) }
                == [1, 3, 1, 2, 0, 8, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0])
    }

    @Test("UNKNOWN_TYPE names the type")
    func unknownType() {
        #expect(
            encoded { AnswerEncoder.appendUnknownType(99, to: &$0) }
                == [1, 11, 0, 0, 0, 8, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0])
    }

    private func values(_ names: [StaticString]) -> [String: String] {
        var asked = ByteBuffer()
        for name in names { asked.appendPair(name, "") }
        let bytes = encoded {
            AnswerEncoder.appendValues(answering: asked.bytes, connections: 5, requests: 4, to: &$0)
        }
        guard let record = Records.parsed(bytes)?.first else { return [:] }
        #expect(record.type == .getValuesResult && record.id == 0)
        var result: [String: String] = [:]
        record.content.withUnsafeBufferPointer { content in
            var pairs = NameValuePairs(content)
            while let pair = pairs.next() {
                result[String(decoding: content[pair.name], as: UTF8.self)] = String(
                    decoding: content[pair.value], as: UTF8.self)
            }
            #expect(pairs.offset == content.count)
        }
        return result
    }

    @Test("Values that were asked for, each once, and none that nobody knows")
    func getValues() {
        #expect(values(["FCGI_MAX_REQS"]) == ["FCGI_MAX_REQS": "4"])
        #expect(
            values(["X", "FCGI_MPXS_CONNS", "FCGI_MAX_CONNS", "FCGI_MAX_CONNS", "FCGI_MAX_REQS"])
                == ["FCGI_MPXS_CONNS": "0", "FCGI_MAX_CONNS": "5", "FCGI_MAX_REQS": "4"])
        #expect(values([]) == [:])
    }
}
