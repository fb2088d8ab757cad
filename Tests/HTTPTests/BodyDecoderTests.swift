import HTTP
import Octets
import TestSupport
import Testing

@Suite("Request bodies")
struct BodyDecoderTests {
    @Test("A request without a body is complete before its first byte")
    func none() {
        #expect(BodyDecoder(.none).isDone)
        #expect(BodyDecoder(.length(0)).isDone)
        #expect(BodyOutcome.of("GET /", .none) == .complete("", consumed: 0))
        #expect(BodyOutcome.of("GET /", .length(0)) == .complete("", consumed: 0))
    }

    @Test("A body of known length takes its octets and leaves the rest")
    func length() {
        #expect(BodyOutcome.of("hello", .length(5)) == .complete("hello", consumed: 5))
        #expect(BodyOutcome.of("helloGET /", .length(5)) == .complete("hello", consumed: 5))
        #expect(BodyOutcome.of("hell", .length(5)) == .incomplete("hell"))
        #expect(
            BodyOutcome.of("\u{0}\r\n\u{FF}", .length(UInt64(Int64.max))) == .incomplete("\u{0}\r\n\u{FF}"))
    }

    @Test(
        "Chunks become data (RFC 9112, §7.1)",
        arguments: [
            ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
            ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            ("0005\r\nhello\r\n000\r\n\r\n", "hello"), ("000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
            ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"), ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
            ("3;a\r\nabc\r\n0\r\n\r\n", "abc"), ("3;a=b\r\nabc\r\n0;c\r\n\r\n", "abc"),
            ("3;a=\"b;c\";d\r\nabc\r\n0\r\n\r\n", "abc"), ("3; a = b\r\nabc\r\n0\r\n\r\n", "abc"),
            ("0\r\nA: b\r\n\r\n", ""), ("1\r\na\r\n0\r\nA: b\r\nC:\r\n\r\n", "a"),
            ("0\r\nA:b\tc \u{E9}\r\n\r\n", ""),
        ])
    func chunks(_ text: String, _ data: String) {
        let count = text.unicodeScalars.count
        #expect(BodyOutcome.of(text, .chunked) == .complete(data, consumed: count))
        #expect(BodyOutcome.of(text + "GET / HTTP/1.1\r\n", .chunked) == .complete(data, consumed: count))
    }

    @Test(
        "A chunk size is hexadecimal digits alone",
        arguments: [
            "", " ", "\r\n", "\n", "-1", "+1", "-0", "0x1", "0X1", "1h", "g", "1 ", " 1", "\t1", "1\t",
            "1 ;a", "1_0", "1.0", "1,0", "\"1\"", "\u{0}", "1\u{0}",
            "\u{B2}", "\u{FF}", "FFFFFFFFFFFFFFFF", "10000000000000000", "10000000000000001",
            "8000000000000000", "7FFFFFFFFFFFFFFF",
            "-FFFFFFFFFFFFFFFF", "00000000000000000000000000000001",
        ])
    func sizes(_ size: String) {
        #expect(BodyOutcome.of("\(size)\r\na\r\n0\r\n\r\n", .chunked) == .refused(.malformedBody))
        #expect(BodyOutcome.of("1\r\na\r\n\(size)\r\n\r\n", .chunked) == .refused(.malformedBody))
    }

    @Test(
        "A chunk ends where its size says, with CRLF",
        arguments: [
            "1\na\r\n0\r\n\r\n", "1\ra\r\n0\r\n\r\n", "1\r\r\na\r\n0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n",
            "2\r\na\r\n0\r\n\r\n", "1\r\na\n0\r\n\r\n",
            "1\r\na\r0\r\n\r\n", "1\r\na0\r\n\r\n", "1\r\na\r\n\r\n0\r\n\r\n", "1\r\na \r\n0\r\n\r\n",
            "0\r\n\n", "0\n\r\n", "0\r\n\r\r", "0\r\n\rA",
            "0\r\r\n\r\n",
        ])
    func chunkEnds(_ text: String) {
        #expect(BodyOutcome.of(text, .chunked) == .refused(.malformedBody))
    }

    @Test(
        "An extension holds no control character and ends with CRLF",
        arguments: [
            "1;a\u{0}\r\na\r\n0\r\n\r\n", "1;a\nb\r\na\r\n0\r\n\r\n", "1;\u{1}\r\na\r\n0\r\n\r\n",
            "1;a\rb\r\na\r\n0\r\n\r\n", "1;\u{7F}\r\na\r\n0\r\n\r\n",
            "0;a\n\r\n", "1;a\r\r\na\r\n0\r\n\r\n",
        ])
    func extensions(_ text: String) {
        #expect(BodyOutcome.of(text, .chunked) == .refused(.malformedBody))
    }

    @Test(
        "Trailers are parsed as strictly as header fields",
        arguments: [
            "A", ": b", "A b: c", "A : b", " A: b", "\tA: b", "A: b\n", "A: b\u{0}", "A: \u{1B}", "A\u{0}: b",
            "\u{E9}: b", "A: b\rc", "A(: b", "A: b\u{7F}",
            "A: b\r\n c", "A\n",
        ])
    func trailers(_ line: String) {
        #expect(BodyOutcome.of("0\r\n\(line)\r\n\r\n", .chunked) == .refused(.malformedBody))
    }

    @Test("A body that stops anywhere before its end is never complete")
    func cut() {
        let text = "3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nA: b\r\n\r\n"
        let bytes = Latin1.bytes(text)
        for length in 0..<bytes.count {
            let outcome = BodyOutcome.of(Latin1.text(bytes[..<length]), .chunked)
            guard case .incomplete(let data) = outcome else {
                Issue.record("\(outcome) after \(length) octets")
                continue
            }
            #expect("abc0123456789".hasPrefix(data))
        }
    }

    @Test("Extensions and trailers have a limit together, however they are spread")
    func overhead() {
        let limit = 16_384
        let most = String(repeating: "a", count: limit - 10)
        #expect(BodyOutcome.of("0;\(most)\r\n\r\n", .chunked) == .complete("", consumed: limit - 10 + 6))
        let more = String(repeating: "a", count: limit + 1)
        #expect(BodyOutcome.of("0;\(more)\r\n\r\n", .chunked) == .refused(.fieldsTooLarge))
        #expect(BodyOutcome.of("0\r\n\(more): b\r\n\r\n", .chunked) == .refused(.fieldsTooLarge))
        #expect(BodyOutcome.of("0\r\nA: \(more)\r\n\r\n", .chunked) == .refused(.fieldsTooLarge))
        let chunk = "1;" + String(repeating: "a", count: 1023) + "\r\nx\r\n"
        #expect(BodyOutcome.of(String(repeating: chunk, count: 17), .chunked) == .refused(.fieldsTooLarge))
        let lines = String(repeating: "A: b\r\n", count: 5000)
        #expect(BodyOutcome.of("0\r\n\(lines)\r\n", .chunked) == .refused(.fieldsTooLarge))
    }

    @Test(
        "20 000 damaged bodies come out the same whole and byte by byte", arguments: 10..<14 as Range<UInt64>)
    func damaged(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let octets = Array("\r\n\r\n0123aAfF;:= x-+".utf8) + [0, 0xFF]
        let body = Array("3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nA: b\r\n\r\n".utf8)
        for _ in 0..<5000 {
            let damaged = body.damaged(with: octets, using: &generator)
            let whole = BodyOutcome.of(damaged, .chunked, piece: damaged.count)
            let slow = BodyOutcome.of(damaged, .chunked, piece: 1)
            if whole != slow {
                Issue.record("\(Latin1.text(damaged[...]).debugDescription): \(whole), byte by byte \(slow)")
                return
            }
        }
    }
}
