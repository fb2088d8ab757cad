import Octets
import Syscalls
import Testing
@testable import Logs

@Suite("The error log")
struct ErrorLogTests {
    @Test("A message is one line with its process, its level and its role, and no control character")
    func errorLog() throws {
        try withTemporaryFolder { folder in
            let log = try ErrorLog(folder + "/error", level: .warning)
            log.write("error", pid: 41, role: "worker 2", "a\nb\u{1B}[2J\tc\u{7F}é")
            log.logger("master").info("too unimportant")
            log.logger("master").critical("halt")
            let lines = (Files.text(folder + "/error") ?? "").split(separator: "\n").map {
                String($0.dropFirst(28))
            }
            #expect(
                lines == [
                    #"[41] [error] worker 2: a\nb\x1B[2J"# + "\t" + #"c\x7Fé"#,
                    "[\(SystemProcess.id)] [critical] master: halt",
                ])
        }
    }

    @Test(
        "Distances from UTC",
        arguments: [
            (0, " +0000"), (3600, " +0100"), (-12_600, " -0330"), (20_700, " +0545"), (-60, " -0001"),
        ])
    func offset(_ seconds: Int, _ text: String) {
        var line = ByteBuffer()
        LogTime.append(offset: seconds, to: &line)
        #expect(String(decoding: line.bytes, as: UTF8.self) == text)
    }

    @Test(
        "What a terminal or a reader could take for something else is escaped, and text of any language is not",
        arguments: [
            ([0x9B], #"\x9B"#), ([0xC2, 0x9B], #"\u009b"#), ([0xC2, 0x85], #"\u0085"#),
            ([0xC2, 0xA0], "\u{A0}"),
            ([0xE2, 0x80, 0xA8, 0xE2, 0x80, 0xA9], #"\u2028\u2029"#), ([0xE2, 0x80, 0xAE], #"\u202e"#),
            ([0xE2, 0x81, 0xA6, 0xE2, 0x81, 0xA9], #"\u2066\u2069"#), ([0xD8, 0x9C], #"\u061c"#),
            ([0xE2, 0x80, 0x8F], #"\u200f"#), ([0xFF, 0xC3], #"\xFF\xC3"#), ([0xE2, 0x80], #"\xE2\x80"#),
            ([0x0D, 0x0A, 0x00, 0x1B], #"\r\n\x00\x1B"#), (Array("äé€𝄞 שלום".utf8), "äé€𝄞 שלום"),
            (Array("\u{E0041}\u{E01EF}".utf8), #"\U000e0041\U000e01ef"#),
            (Array("\u{180E}".utf8), #"\u180e"#),
            (
                Array("\u{1D173}\u{1D17A}\u{1BCA0}\u{1BCA3}".utf8),
                #"\U0001d173\U0001d17a\U0001bca0\U0001bca3"#
            ),
            (Array("\u{1D172}\u{1D17B}\u{1BC9F}\u{F0000}".utf8), "\u{1D172}\u{1D17B}\u{1BC9F}\u{F0000}"),
            (Array("C:\\x".utf8), "C:\\x"),
        ] as [([UInt8], String)])
    func legible(_ bytes: [UInt8], _ expected: String) {
        var text = ByteBuffer()
        bytes.withUnsafeBufferPointer { text.append(legible: $0) }
        #expect(String(decoding: text.bytes, as: UTF8.self) == expected)
    }

    @Test("Whatever the octets, a line of the error log is valid UTF-8 without anything that acts")
    func anything() {
        for first in UInt8.min...UInt8.max {
            for rest in [[], [0x80], [0x9B], [0x80, 0xAE], [0x81, 0xA6], [0x9F, 0x98, 0x80], [0x0A]]
                as [[UInt8]]
            {
                var text = ByteBuffer()
                ([first] + rest).withUnsafeBufferPointer { text.append(legible: $0) }
                let written = String(validating: text.bytes, as: UTF8.self)
                #expect(written != nil)
                for scalar in (written ?? "").unicodeScalars where scalar != "\t" {
                    #expect(
                        ![.control, .format, .lineSeparator, .paragraphSeparator].contains(
                            scalar.properties.generalCategory) || scalar.value == 0xAD
                            || (0x600...0x605).contains(scalar.value), "\(scalar.value)")
                }
            }
        }
    }

    @Test("A text beyond its limit says how much is missing")
    func cut() {
        var text = ByteBuffer()
        Array("abcdef".utf8).withUnsafeBufferPointer { text.append(legible: $0, limit: 4) }
        #expect(String(decoding: text.bytes, as: UTF8.self) == "abcd… (2 bytes more)")
    }

    @Test("A message has an end")
    func endless() throws {
        try withTemporaryFolder { folder in
            let log = try ErrorLog(folder + "/error", level: .warning)
            log.write("error", pid: 1, role: "a", String(repeating: "x", count: ErrorLog.messageLimit + 7))
            let size = Files.status(folder + "/error")?.size ?? 0
            #expect(size > ErrorLog.messageLimit && size < ErrorLog.messageLimit + 100)
        }
    }
}
