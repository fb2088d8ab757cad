import HTTP
import Octets
import TestSupport
import Testing

@Suite("Dates that clients send (RFC 9110, §5.6.7)")
struct HTTPDateParsingTests {
    /// 2026-11-25.
    private static let now = 1_795_600_000

    private func seconds(_ text: String) -> Int? {
        Array(text.utf8).withUnsafeBufferPointer { HTTPDate.secondsSince1970(parsing: $0, now: Self.now) }
    }

    @Test(
        "Three forms",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Sun Nov 16 08:49:37 1994", 784_975_777),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
            ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
            ("Mon, 01 Jan 0001 00:00:00 GMT", -62_135_596_800),
            // A leap second, and a day whose name is another one.
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800), ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            // Two digits: not more than 50 years ahead.
            ("Sunday, 06-Nov-76 08:49:37 GMT", 3_371_878_177),
            ("Sunday, 06-Nov-77 08:49:37 GMT", 247_654_177),
            ("Sunday, 06-Nov-00 08:49:37 GMT", 973_500_577),
        ])
    func known(_ text: String, _ expected: Int) {
        #expect(seconds(text) == expected)
    }

    @Test(
        "What is none",
        arguments: [
            "", "x", "Sun", "Sun, ", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
            "Sun, 30 Feb 2000 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT",
            "Sun, 06 Nov +994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sunday, 06 Nov 94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov 06 08:49:37 94",
            "Sun Nov  6 08:49:37 1994 GMT", "784111777", "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        ])
    func none(_ text: String) {
        #expect(seconds(text) == nil)
    }

    @Test("What is written is read again, from 1970 to 2400")
    func both() {
        for number in 0..<5000 {
            let moment = number * 2_714_461
            var text = ByteBuffer()
            HTTPDate.append(secondsSince1970: moment, to: &text)
            #expect(HTTPDate.secondsSince1970(parsing: text.bytes, now: Self.now) == moment)
        }
    }

    @Test("Damage is never more than no date")
    func damage() {
        var generator = SeededGenerator(seed: 11)
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ] {
            for _ in 0..<5000 {
                var bytes = Array(text.utf8)
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
                bytes.removeLast(Int.random(in: 0...2, using: &generator))
                let date = bytes.withUnsafeBufferPointer {
                    HTTPDate.secondsSince1970(parsing: $0, now: Self.now)
                }
                if let date { #expect((-62_135_596_800...253_402_300_800).contains(date)) }
            }
        }
    }
}
