import Octets
import Testing

@Suite("Byte ranges")
struct ByteRangeTests {
    private let bytes = Array("Content-Length: \t5 \t".utf8)

    @Test("A range counts its bytes")
    func count() {
        #expect(ByteRange(2, 5).count == 3)
        #expect(ByteRange(2, 2).isEmpty)
        #expect(ByteRange.empty.isEmpty)
        #expect(ByteRange(0, Int(UInt32.max)).count == Int(UInt32.max))
        #expect(ByteRange(3, 9).start == 3 && ByteRange(3, 9).end == 9)
    }

    @Test("Names match in any case, and only when all of their bytes do")
    func matches() {
        let texts: [StaticString] = ["content-length", "content-lengtH", "content-lengt", "content_length"]
        #expect(
            texts.map { bytes.span.matches(ByteRange(0, 14), lowercase: $0) } == [true, false, false, false])
        // Bit 5 is the case of a letter, and of nothing else.
        let others = Array("\u{0}@[".utf8)
        for (index, text) in ([" ", "`", "{"] as [StaticString]).enumerated() {
            let isMatch = others.span.matches(ByteRange(index, index + 1), lowercase: text)
            #expect(!isMatch)
        }
    }

    @Test("A name of any length differs by any byte at any place, and by the case of its letters nowhere")
    func matchesAtEveryPlace() {
        let names: [StaticString] = [
            "x", "te", "age", "etag", "range", "status", "upgrade", "location", "set-cookie", "content-type",
            "last-modified", "content-encoding", "content-disposition",
        ]
        for name in names {
            let text = Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            for position in text.indices {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [0x2D] + text + [0x2D]
                    bytes[position + 1] = byte
                    let isMatch = bytes.span.matches(ByteRange(1, text.count + 1), lowercase: name)
                    #expect(
                        isMatch == (ASCII.lowercased(byte) == text[position]), "\(name) \(position) \(byte)")
                }
            }
        }
    }

    @Test("Equality is of bytes")
    func equals() {
        let texts: [StaticString] = ["Content", "content", "Conten", "Content-", "Contenu"]
        #expect(texts.map { bytes.span.equals(ByteRange(0, 7), $0) } == [true, false, false, false, false])
    }

    @Test(
        "Spaces and tabs are trimmed at both ends",
        arguments: [(15, 19, 17, 18), (15, 17, 17, 17), (0, 7, 0, 7), (4, 4, 4, 4)])
    func trimmed(_ lower: Int, _ upper: Int, _ trimmedLower: Int, _ trimmedUpper: Int) {
        let range = bytes.span.trimmed(ByteRange(lower, upper))
        #expect(range == ByteRange(trimmedLower, trimmedUpper))
    }

    @Test("A range cuts a buffer")
    func subscripting() {
        bytes.withUnsafeBufferPointer { buffer in
            #expect(Array(buffer[ByteRange(0, 7)]) == Array("Content".utf8))
            #expect(buffer[ByteRange(20, 20)].isEmpty)
        }
    }
}
