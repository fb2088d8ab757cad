import Octets
import Testing

@Suite("What is logged cannot forge")
struct LogEscapingTests {
    private func json(_ bytes: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer()
        bytes.withUnsafeBufferPointer { buffer.append(json: $0) }
        return Array(buffer.bytes)
    }

    @Test("In plain text one octet is one escape, and nothing else is left")
    func text() {
        for byte in UInt8.min...UInt8.max {
            for isQuoted in [true, false] {
                var buffer = ByteBuffer()
                [byte].withUnsafeBufferPointer { buffer.append(escaped: $0, isQuoted: isQuoted) }
                let text = String(decoding: buffer.bytes, as: UTF8.self)
                let isPlain =
                    (0x21...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C || byte == 0x20 && isQuoted
                let digits = String(byte, radix: 16, uppercase: true)
                let escape = "\\x" + (digits.count == 1 ? "0" : "") + digits
                #expect(text == (isPlain ? String(UnicodeScalar(byte)) : escape))
            }
        }
    }

    @Test(
        "In JSON: valid UTF-8 as it is, everything else as the character of its number",
        arguments: [
            ([], #""""#), (Array("a b".utf8), #""a b""#), (Array("\"\\/".utf8), #""\"\\/""#),
            ([0x0A, 0x0D, 0x09, 0x00, 0x1B, 0x7F], #""\u000a\u000d\u0009\u0000\u001b\u007f""#),
            (Array("äé€𝄞".utf8), #""äé€𝄞""#), ([0xE4], #""\u00e4""#), ([0xC3], #""\u00c3""#),
            ([0xC3, 0x28], #""\u00c3(""#), ([0xC0, 0xAF], #""\u00c0\u00af""#),
            ([0xE0, 0x80, 0xAF], #""\u00e0\u0080\u00af""#), ([0xED, 0xA0, 0x80], #""\u00ed\u00a0\u0080""#),
            ([0xF4, 0x90, 0x80, 0x80], #""\u00f4\u0090\u0080\u0080""#), ([0xE2, 0x82], #""\u00e2\u0082""#),
            ([0xF0, 0x9D, 0x84], #""\u00f0\u009d\u0084""#), ([0xC2, 0x9B], #""\u009b""#),
            ([0xE2, 0x80, 0xA8, 0xE2, 0x80, 0xA9], #""\u2028\u2029""#), ([0x80, 0xFF], #""\u0080\u00ff""#),
            (Array("\u{E0041}\u{1D173}𝄞".utf8), #""\udb40\udc41\ud834\udd73𝄞""#),
            ([0xE2, 0x80, 0xAE, 0xD8, 0x9C, 0xE2, 0x81, 0xA6], #""\u202e\u061c\u2066""#),
        ] as [([UInt8], String)])
    func json(_ bytes: [UInt8], _ expected: String) {
        #expect(String(decoding: json(bytes), as: UTF8.self) == expected)
    }

    @Test(
        "Whatever the octets, JSON is valid UTF-8 without a control character, and its string ends at its end"
    )
    func anything() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...12)).map { _ in
                // Mostly octets that matter.
                [
                    0x22, 0x5C, 0x0A, 0xC2, 0xE2, 0x80, 0xA8, 0xF0,
                    UInt8.random(in: 0...255, using: &generator),
                ]
                .randomElement(using: &generator)!
            }
            let written = json(bytes)
            #expect(String(validating: written, as: UTF8.self) != nil, "\(bytes)")
            #expect(written.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "\(bytes)")
            var isEscaped = false
            var quotes = 0
            for byte in written {
                if byte == 0x22, !isEscaped { quotes += 1 }
                isEscaped = byte == 0x5C && !isEscaped
            }
            #expect(quotes == 2, "\(bytes)")
        }
    }

    @Test("In no format can a value end its field or its line")
    func fields() throws {
        var request = LoggedRequest()
        let evil = Array("a\" 200 0 \"\\\r\n10.0.0.1 - - [x] \u{1B}[2J".utf8) + [0xFF, 0xC3]
        for name in ["HTTP_USER_AGENT", "HTTP_REFERER", "REMOTE_USER", "REQUEST_METHOD", "REQUEST_URI"] {
            request.set(name, evil)
        }
        request.responseFields = [("x", "b\" c\n")]
        let combined = try request.text("combined")
        #expect(
            combined.count { $0 == "\"" } == 6 && !combined.contains("\n") && !combined.contains("\u{1B}"))
        // A user's name stands between no quotes: a space would end it.
        #expect(combined.split(separator: " ")[2].hasPrefix(#"a\x22\x20200\x200\x20\x22\x5C\x0D\x0A10"#))
        #expect(try request.text("%({x}o)s|") == #"b\x22\x20c\x0A|"#)
        #expect(try request.text("\"%({x}o)s\"|") == #""b\x22 c\x0A"|"#)
        #expect(try LoggedRequest(refused: evil).text("\"%(r)s\"").count { $0 == "\"" } == 2)
    }

    @Test(
        "The user of Basic credentials",
        arguments: [
            ("Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==", "aladdin"), ("basic  YTo=", "a"), ("BASIC YTpiOmM=", "a"),
            ("Basic YWxhZGRpbg==", "-"), ("Basic OmI=", "-"), ("Basic", "-"), ("Basic ", "-"),
            ("Basic !!!!", "-"), ("Bearer YTo=", "-"), ("Basic YQ", "-"), ("BasicYTo=", "-"), ("", "-"),
            ("Basic IiBcCg46eA==", #"\x22\x20\x5C\x0A\x0E"#), ("Basic w6Q6eA==", #"\xC3\xA4"#),
        ])
    func user(_ field: String, _ expected: String) throws {
        var request = LoggedRequest()
        request.set("HTTP_AUTHORIZATION", field)
        #expect(try request.text("%(u)s") == expected)
        request.set("REMOTE_USER", "known")
        #expect(try request.text("%(u)s") == "known")
    }

    @Test(
        "The path of a target",
        arguments: [
            ("/", "/"), ("/a?b", "/a"), ("/%41%zz%4", "/A%zz%4"), ("/%0A%22", #"/\x0A\x22"#), ("*", "*"),
            ("http://h/x?y", "/x"), ("http://h", "-"), ("/a:b//c", "/a:b//c"), ("/?", "/"),
        ])
    func path(_ target: String, _ expected: String) throws {
        var request = LoggedRequest()
        request.set("REQUEST_URI", target)
        #expect(try request.text("%(U)s") == expected)
    }
}
