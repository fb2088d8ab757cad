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
            ("3 \t;a\t=\t\"\\\"\u{E9}\"\t;b\r\nabc\r\n0 ;c\r\n\r\n", "abc"),
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
            "1 ;", "1 a;", "1\r;a", "1_0", "1.0", "1,0", "\"1\"", "\u{0}", "1\u{0}",
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
            "0\n\r\n", "0\r\n\r\r", "0\r\n\rA",
            "0\r\r\n\r\n",
        ])
    func chunkEnds(_ text: String) {
        #expect(BodyOutcome.of(text, .chunked) == .refused(.malformedBody))
    }

    @Test(
        "An extension is names, with tokens or quoted text as values, and ends with CRLF (RFC 9112, §7.1.1)",
        arguments: [
            "1;\r\na\r\n0\r\n\r\n", "1;a=\r\na\r\n0\r\n\r\n", "1;a;\r\na\r\n0\r\n\r\n",
            "1;a \r\na\r\n0\r\n\r\n", "1;a=b \r\na\r\n0\r\n\r\n", "1;=b\r\na\r\n0\r\n\r\n",
            "1;a=b=c\r\na\r\n0\r\n\r\n", "1;a=\"b\r\na\r\n0\r\n\r\n", "1;a=\"b\"c\r\na\r\n0\r\n\r\n",
            "1;a=\"b\\\r\na\r\n0\r\n\r\n", "1;a b\r\na\r\n0\r\n\r\n", "1;a=b c\r\na\r\n0\r\n\r\n",
            "1;\u{E9}\r\na\r\n0\r\n\r\n", "1;a=\"\nb\"\r\na\r\n0\r\n\r\n",
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
        #expect(BodyOutcome.of("0\r\n\(line)\r\n\r\n", .chunked) == .refused(.malformedTrailer))
        #expect(BodyOutcome.of("0\r\n\n", .chunked) == .refused(.malformedTrailer))
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

    @Test("Extensions are bounded for each chunk and for all together")
    func extensionLimits() {
        func chunk(_ count: Int) -> String { "1;\(String(repeating: "a", count: count - 1))\r\nx\r\n" }
        // The octets behind the semicolon count, with the carriage return.
        #expect(BodyOutcome.of(chunk(1024) + "0\r\n\r\n", .chunked) == .complete("x", consumed: 1035))
        #expect(BodyOutcome.of(chunk(1025), .chunked) == .refused(.chunkExtensionsTooLarge))
        #expect(
            BodyOutcome.of("1\(String(repeating: " ", count: 1025));a\r\n", .chunked)
                == .refused(.chunkExtensionsTooLarge))
        let most = String(repeating: chunk(1024), count: 16)
        guard case .incomplete = BodyOutcome.of(most, .chunked) else {
            Issue.record("16 KiB of extensions are refused")
            return
        }
        #expect(BodyOutcome.of(most + "1;a\r\n", .chunked) == .refused(.chunkExtensionsTooLarge))
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
