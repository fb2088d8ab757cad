import Octets
import Testing

@Suite("Character classes")
struct ASCIITests {
    private static let everyByte = UInt8.min...UInt8.max
    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let digits = "0123456789"

    private func members(_ isMember: (UInt8) -> Bool) -> Set<UInt8> { Set(Self.everyByte.filter(isMember)) }

    @Test("tchar is what RFC 9110, §5.6.2, says")
    func token() {
        #expect(members(ASCII.isToken) == Set("!#$%&'*+-.^_`|~\(Self.digits)\(Self.letters)".utf8))
    }

    @Test("A field value holds visible characters, space, tab and obs-text (RFC 9110, §5.5)")
    func fieldValue() {
        #expect(members(ASCII.isFieldValue) == Set(0x21...0x7E).union([0x20, 0x09]).union(0x80...0xFF))
    }

    @Test("A target holds visible ASCII except the number sign")
    func target() {
        #expect(members(ASCII.isTarget) == Set(0x21...0x7E).subtracting([0x23]))
    }

    @Test("A registered name is unreserved, sub-delims and escapes (RFC 3986, §3.2.2)")
    func hostName() {
        #expect(members(ASCII.isHostName) == Set("-._~!$&'()*+,;=%\(Self.digits)\(Self.letters)".utf8))
    }

    @Test("Digits and blanks")
    func digitsAndBlanks() {
        #expect(members(ASCII.isDigit) == Set(Self.digits.utf8))
        #expect(members(ASCII.isBlank) == [0x20, 0x09])
    }

    @Test("Case changes for the 26 letters and nothing else")
    func letterCase() {
        for byte in Self.everyByte {
            let isUpper = (0x41...0x5A).contains(byte)
            let isLower = (0x61...0x7A).contains(byte)
            #expect(ASCII.lowercased(byte) == (isUpper ? byte + 32 : byte))
            #expect(ASCII.uppercased(byte) == (isLower ? byte - 32 : byte))
        }
    }

    @Test("Hexadecimal digits have values, everything else has none")
    func hexadecimal() {
        for byte in Self.everyByte {
            let value = UInt8(String(Character(Unicode.Scalar(byte))), radix: 16)
            // "+" and "-" alone are no numbers, so the standard library agrees on single characters.
            #expect(ASCII.hexadecimalValue(byte) == value)
        }
    }
}
