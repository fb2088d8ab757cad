import Octets
import Testing

@Suite("Numbers of the wire")
struct NumberTests {
    private func decimal(_ text: String) -> ParsedNumber {
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        return bytes.span.decimal(ByteRange(0, bytes.count))
    }

    @Test(
        "Digits are a number",
        arguments: [
            ("0", 0), ("7", 7), ("10", 10), ("007", 7), ("65535", 65_535),
            ("9223372036854775807", 9_223_372_036_854_775_807),
            ("0000000000000000000000000000000000000000001", 1),
        ] as [(String, UInt64)])
    func values(_ text: String, _ value: UInt64) {
        #expect(decimal(text) == .value(value))
    }

    @Test(
        "Anything but digits is malformed, however large it would be",
        arguments: [
            "", "-1", "+1", " 1", "1 ", "1.0", "0x1", "a", "1a", "\u{0}", "1\u{0}", "\u{B2}",
            "99999999999999999999a", "/", ":",
        ])
    func malformed(_ text: String) {
        #expect(decimal(text) == .malformed)
    }

    @Test(
        "More than 2⁶³ − 1 is too large, and never wraps around",
        arguments: [
            "9223372036854775808", "18446744073709551615", "18446744073709551616", "18446744073709551617",
            "36893488147419103233", "99999999999999999999999999999999999999",
        ])
    func tooLarge(_ text: String) {
        #expect(decimal(text) == .tooLarge)
    }

    @Test("Only the bytes of the range are read")
    func range() {
        let bytes = Array("12345".utf8)
        let number = bytes.span.decimal(ByteRange(1, 3))
        #expect(number == .value(23))
    }

    @Test(
        "A number is written in digits",
        arguments: [
            (0, "0", "0"), (9, "9", "9"), (10, "10", "a"), (255, "255", "ff"), (65_536, "65536", "10000"),
            (UInt64.max, "18446744073709551615", "ffffffffffffffff"),
        ])
    func written(_ number: UInt64, _ decimal: String, _ hexadecimal: String) {
        #expect(Digits.decimal(number) { String(decoding: $0, as: UTF8.self) } == decimal)
        #expect(Digits.hexadecimal(number) { String(decoding: $0, as: UTF8.self) } == hexadecimal)
    }

    @Test("What is written is read, at every power of two")
    func roundTrip() {
        for shift in 0..<63 {
            let number = UInt64(1) << UInt64(shift)
            #expect(decimal(Digits.decimal(number) { String(decoding: $0, as: UTF8.self) }) == .value(number))
        }
    }
}
