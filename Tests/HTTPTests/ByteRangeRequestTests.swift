import HTTP
import Octets
import TestSupport
import Testing

@Suite("Ranges of a file (RFC 9110, §14)")
struct ByteRangeRequestTests {
    private func answer(_ field: String, _ size: Int) -> ByteRangeAnswer {
        Array(field.utf8).withUnsafeBufferPointer { ByteRangeRequest.answer(to: $0, size: size) }
    }

    @Test(
        "A part",
        arguments: [
            ("bytes=0-0", 10, 0, 1), ("bytes=0-9", 10, 0, 10), ("bytes=3-5", 10, 3, 3),
            ("bytes=9-9", 10, 9, 1),
            ("bytes=3-", 10, 3, 7), ("bytes=0-", 10, 0, 10), ("bytes=3-99", 10, 3, 7),
            ("bytes=-1", 10, 9, 1), ("bytes=-10", 10, 0, 10), ("bytes=-99", 10, 0, 10),
            ("BYTES=1-2", 10, 1, 2), ("bytes= 1-2 ", 10, 1, 2), ("bytes=0001-0002", 10, 1, 2),
            ("bytes=1-99999999999999999999999", 10, 1, 9), ("bytes=-99999999999999999999999", 10, 0, 10),
            ("bytes=1-9223372036854775807", 10, 1, 9),
        ] as [(String, Int, Int, Int)])
    func part(_ field: String, _ size: Int, _ first: Int, _ count: Int) {
        #expect(answer(field, size) == .part(first: first, count: count))
    }

    @Test(
        "What the file does not have",
        arguments: [
            ("bytes=10-", 10), ("bytes=10-11", 10), ("bytes=-0", 10), ("bytes=0-0", 0), ("bytes=0-", 0),
            ("bytes=-5", 0), ("bytes=99999999999999999999999-", 10), ("bytes=-99999999999999999999999", 0),
            ("bytes=9223372036854775807-", 10),
            ("bytes=99999999999999999999998-99999999999999999999999", 10),
        ] as [(String, Int)])
    func unsatisfiable(_ field: String, _ size: Int) {
        #expect(answer(field, size) == .unsatisfiable)
    }

    @Test(
        "What is malformed, of another unit or more than one range asks for the whole",
        arguments: [
            "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=1-2-3", "bytes=2-1",
            "bytes=+1-2",
            "bytes=1 - 2", "bytes =1-2", " bytes=1-2", "lines=1-2", "bytes=0-1,3-4", "bytes=0-1, bytes=3-4",
            "bytes=,0-1", "bytes=0x1-2", "bytes=1-2;q=1", "bytes=--1", "bytes=1-\u{663}",
            "bytes=99999999999999999999999-5",
        ])
    func whole(_ field: String) {
        #expect(answer(field, 10) == .whole)
    }

    @Test("Whatever is asked for, a part lies within the file")
    func random() {
        var generator = SeededGenerator(seed: 7)
        let characters = Array("bytes=0123456789-, \u{0}".utf8)
        for _ in 0..<20_000 {
            let tail = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                characters.randomElement(using: &generator)!
            }
            let size = Int.random(in: 0...50, using: &generator)
            let field = Array("bytes=".utf8) + tail
            let answer = field.withUnsafeBufferPointer { ByteRangeRequest.answer(to: $0, size: size) }
            if case .part(let first, let count) = answer {
                #expect(first >= 0 && count > 0 && first + count <= size)
            }
        }
    }

    @Test(
        "If-Range wants the same octets",
        arguments: [
            (#""a""#, #""a""#, "", true), (#""a""#, #""b""#, "", false), (#""a""#, nil, "", false),
            // Weak tags do not speak about octets.
            (#"W/"a""#, #"W/"a""#, "", false), (#""a""#, #"W/"a""#, "", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, "Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", nil, "Sun, 06 Nov 1994 08:49:37 GMT", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil, false), ("", nil, "x", false), ("x", nil, nil, false),
        ] as [(String, String?, String?, Bool)])
    func condition(_ condition: String, _ tag: String?, _ date: String?, _ holds: Bool) {
        func bytes(_ text: String?) -> [UInt8] { Array((text ?? "").utf8) }
        let answer = bytes(condition).withUnsafeBufferPointer { condition in
            bytes(tag).withUnsafeBufferPointer { tagBytes in
                bytes(date).withUnsafeBufferPointer { dateBytes in
                    ByteRangeRequest.holds(
                        condition, entityTag: tag == nil ? nil : tagBytes,
                        lastModified: date == nil ? nil : dateBytes)
                }
            }
        }
        #expect(answer == holds)
    }
}
