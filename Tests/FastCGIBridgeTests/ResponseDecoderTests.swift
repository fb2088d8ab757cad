import FastCGIBridge
import Octets
import Testing

@Suite("An answer from records")
struct ResponseDecoderTests {
    private let done = Said.end(status: 0, application: 0)

    @Test("An answer is its parts of STDOUT, and then its end")
    func answer() {
        let bytes =
            Records.stdout("Status: 200\n\n") + Records.stdout("body") + Records.stdout("") + Records.end()
        #expect([Said].decoding(bytes) == [.stdout(Array("Status: 200\n\nbody".utf8)), done])
    }

    @Test("The end of STDOUT is optional, and an answer may be nothing but its end")
    func optionalEnd() {
        #expect([Said].decoding(Records.stdout("a") + Records.end()) == [.stdout([0x61]), done])
        #expect([Said].decoding(Records.end()) == [done])
    }

    @Test("What follows an empty record of STDOUT takes the end back")
    func notTheEnd() throws {
        var decoder = ResponseDecoder()
        for (bytes, isEnd) in [
            (Records.stdout(""), true), (Records.stdout("a"), false), (Records.stderr("b"), false),
            (Records.stdout(""), true), (Records.stderr("c"), true),
        ] {
            var used = 0
            while used < bytes.count {
                switch try decoder.next(bytes.span.extracting(droppingFirst: used)) {
                case .more(let consumed), .stdout(_, let consumed), .stderr(_, let consumed),
                    .nothing(let consumed), .end(_, _, let consumed):
                    used += consumed
                }
            }
            #expect(decoder.sawStdoutEnd == isEnd)
        }
    }

    @Test(
        "Each record that says nothing is told, so that a flood of them counts; the end of STDOUT alone is not"
    )
    func nothing() throws {
        for (bytes, least) in [
            (Records.stderr(""), 1), (Records.stderr("", padding: 8), 1), (Records.stdout(""), 0),
            (Records.stdout("") + Records.stdout("") + Records.stdout(""), 2),
            (Records.stderr("") + Records.stdout("") + Records.stderr(""), 2),
            (Records.record(10, id: 0, [1, 2]), 1), (Records.record(11, id: 0, []), 1),
        ] {
            var decoder = ResponseDecoder()
            var (used, count) = (0, 0)
            read: while true {
                switch try decoder.next(bytes.span.extracting(droppingFirst: used)) {
                case .nothing(let consumed):
                    used += consumed
                    count += 1
                case .more(let consumed):
                    used += consumed
                    break read
                case let event:
                    Issue.record("\(event)")
                    break read
                }
            }
            #expect(used == bytes.count && count == least)
        }
    }

    @Test("Messages for the log may come anywhere, one byte at a time")
    func stderr() {
        let bytes =
            Records.stderr("o") + Records.stdout("A: ") + Records.stderr("h") + Records.stderr("!")
            + Records.stderr("")
            + Records.stdout("b\n\n") + Records.end()
        #expect(
            [Said].decoding(bytes) == [
                .stderr(Array("o".utf8)), .stdout(Array("A: ".utf8)), .stderr(Array("h!".utf8)),
                .stdout(Array("b\n\n".utf8)), done,
            ])
    }

    @Test("Padding is skipped, 255 bytes of it too", arguments: [1, 7, 8, 255])
    func padding(_ count: Int) {
        let bytes =
            Records.stdout("ab", padding: count) + Records.stdout("", padding: count)
            + Records.stderr("c", padding: count) + Records.end(padding: count)
            + Records.stdout("next", padding: count)
        #expect(
            [Said].decoding(bytes) == [
                .stdout(Array("ab".utf8)), .stderr(Array("c".utf8)), done, .stdout(Array("next".utf8)),
            ])
    }

    @Test("A record may have 65 535 bytes of content and 255 of padding")
    func largest() {
        let content = (0..<65_535).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = Records.record(6, content, padding: 255) + Records.record(6, content) + Records.end()
        #expect([Said].decoding(bytes) == [.stdout(content + content), done])
    }

    @Test("The end says how, and the bytes that are reserved may hold anything")
    func ends() {
        let bytes = Records.end(application: [0x01, 0x02, 0x03, 0xFF], protocol: 2)
        #expect([Said].decoding(bytes) == [.end(status: 2, application: 0x0102_03FF)])
        #expect([Said].decoding(Records.end(protocol: 200)) == [.end(status: 200, application: 0)])
        #expect(
            [Said].decoding(Records.end(application: [255, 255, 255, 255])) == [
                .end(status: 0, application: .max)
            ])
    }

    @Test("One exchange follows another on a kept connection")
    func kept() {
        let bytes = Records.stdout("a") + Records.end() + Records.stdout("b") + Records.end()
        #expect([Said].decoding(bytes) == [.stdout([0x61]), done, .stdout([0x62]), done])
    }

    @Test("Answers to management records are skipped", arguments: [10, 11] as [UInt8])
    func management(_ type: UInt8) {
        let bytes =
            Records.record(type, id: 0, [1, 2, 3], padding: 5) + Records.record(type, id: 0, [])
            + Records.end()
        #expect([Said].decoding(bytes) == [done])
    }

    @Test(
        "A record for another request is refused", arguments: [0, 2, 256, 65_535] as [UInt16],
        [3, 6, 7] as [UInt8])
    func wrongID(_ id: UInt16, _ type: UInt8) {
        let bytes = Records.stdout("a") + Records.record(type, id: id, [UInt8](repeating: 0, count: 8))
        #expect([Said].decoding(bytes) == [.stdout([0x61]), .refused(.unexpectedRequestID(id))])
    }

    @Test("A management record with a request's id is refused", arguments: [10, 11] as [UInt8])
    func managementID(_ type: UInt8) {
        #expect([Said].decoding(Records.record(type, id: 1, [0])) == [.refused(.unexpectedRequestID(1))])
    }

    @Test(
        "A record that no application may send is refused",
        arguments: [0, 1, 2, 4, 5, 8, 9, 12, 100, 255] as [UInt8])
    func unexpectedType(_ type: UInt8) {
        #expect([Said].decoding(Records.record(type, [1])) == [.refused(.unexpectedType(type))])
        #expect([Said].decoding(Records.record(type, id: 0, [1])) == [.refused(.unexpectedType(type))])
    }

    @Test(
        "Another version is refused, and so is an answer that is no FastCGI",
        arguments: [0, 2, 255] as [UInt8])
    func version(_ version: UInt8) {
        let bytes = Records.stdout("a") + Records.record(6, [1], version: version)
        #expect([Said].decoding(bytes) == [.stdout([0x61]), .refused(.unsupportedVersion(version))])
        #expect([Said].decoding(Array("HTTP/1.1 200 OK\r\n".utf8)) == [.refused(.unsupportedVersion(0x48))])
        #expect([Said].decoding(Array("Content-Type: a".utf8)) == [.refused(.unsupportedVersion(0x43))])
    }

    @Test("An END_REQUEST of other than eight bytes is refused", arguments: [0, 1, 7, 9, 16, 65_535])
    func malformedEnd(_ count: Int) {
        let bytes = Records.record(3, [UInt8](repeating: 0, count: count))
        #expect([Said].decoding(bytes) == [.refused(.malformedEndRequest)])
    }

    @Test("An answer cut anywhere is never over")
    func cut() {
        let body = Array("A: b\n\nbody".utf8)
        let bytes =
            Records.record(6, body, padding: 6) + Records.stderr("x", padding: 3) + Records.stdout("")
            + Records.end(padding: 8)
        for length in 0..<bytes.count {
            let said = [Said].decoding(Array(bytes[..<length]))
            #expect(!said.contains(done), "cut at \(length)")
            if case .stdout(let part) = said.first { #expect(body.starts(with: part)) }
            #expect(said.first != .stdout(body) || length >= 8 + body.count)
        }
    }
}
