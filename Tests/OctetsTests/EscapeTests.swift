import Octets
import Testing

@Suite("Octets as hexadecimal digits")
struct EscapeTests {
    private func written(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test("A number has as many digits as are asked for", arguments: [0, 1, 0xABC, 0x9F, UInt64.max])
    func digits(_ number: UInt64) {
        let text = written { $0.append(hexadecimal: number, digits: 16) }
        #expect(text.utf8.count == 16 && UInt64(text, radix: 16) == number)
        #expect(text == text.lowercased())
        #expect(written { $0.append(hexadecimal: number, digits: 2) } == text.suffix(2))
    }

    @Test("Every octet is escaped with two capitals, in a buffer as in an array")
    func escapes() {
        for octet in UInt8.min...UInt8.max {
            let expected = (octet < 16 ? "%0" : "%") + String(octet, radix: 16, uppercase: true)
            var array: [UInt8] = []
            array.append(percentEncoding: octet)
            #expect(String(decoding: array, as: UTF8.self) == expected)
            #expect(written { $0.append("%", escaping: octet) } == expected)
        }
    }
}
