import Testing

@testable import SpawnFCGI

@Suite("Numbers as strtol reads them")
struct LeadingNumberTests {
    @Test(
        "Blanks, a sign, digits, and whatever follows",
        arguments: [
            ("0", 0, true), ("8000", 8000, true), (" \t\n8000", 8000, true), ("+5", 5, true),
            ("-5", -5, true),
            ("007", 7, true), ("12x", 12, false), ("12 ", 12, false), ("0x50", 0, false), ("", 0, true),
            ("x", 0, false), (" ", 0, false), ("-", 0, false), ("+-1", 0, false), ("1.5", 1, false),
            ("9223372036854775807", Int.max, true),
        ])
    func decimal(_ text: String, _ value: Int, _ isWhole: Bool) {
        let number = LeadingNumber(text)
        #expect(number.value == value && number.isWhole == isWhole)
    }

    @Test(
        "One that does not fit is none",
        arguments: ["9223372036854775808", "99999999999999999999999999", "-99999999999999999999"])
    func tooLarge(_ text: String) {
        #expect(LeadingNumber(text).value == nil && LeadingNumber(text).isWhole)
    }

    @Test(
        "Octal digits end at 8",
        arguments: [("0660", 0o660), ("777", 0o777), ("68", 6), ("9", 0), ("-1", -1)])
    func octal(_ text: String, _ value: Int) {
        #expect(LeadingNumber(text, radix: 8).value == value)
    }
}
