import HTTP
import Octets
import TestSupport
import Testing

@Suite("Ranges of a file (RFC 9110, §14)")
struct ByteRangeRequestTests {
    private func answer(_ field: String, _ size: Int, limit: Int = 4) -> ByteRangeAnswer {
        Array(field.utf8).withUnsafeBufferPointer {
            ByteRangeRequest.answer(to: $0, size: size, limit: limit)
        }
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
            // A list may have empty elements, and parts that are not there.
            ("bytes=,0-1", 10, 0, 2), ("bytes=0-1,,", 10, 0, 2), ("bytes=0-1 , ,\t", 10, 0, 2),
            ("bytes=0-1,20-30", 10, 0, 2), ("bytes=20-,-2,30-40", 10, 8, 2),
            // Parts that overlap or touch are one.
            ("bytes=0-1,1-2", 10, 0, 3), ("bytes=0-1,2-3", 10, 0, 4), ("bytes=5-,-9", 10, 1, 9),
            ("bytes=0-0,0-0,0-0,0-0", 10, 0, 1), ("bytes=4-5,0-1,2-3", 10, 0, 6),
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
        "What is malformed, of another unit or too much asks for the whole",
        arguments: [
            "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=1-2-3", "bytes=2-1",
            "bytes=+1-2",
            "bytes=1 - 2", "bytes =1-2", " bytes=1-2", "lines=1-2", "bytes=0-1, bytes=3-4",
            "bytes=0-0,2-2,4-4,6-6,8-8", "bytes=0-0,0-0,0-0,0-0,0-0", "bytes=20-,21-,22-,23-,24-",
            "bytes=,", "bytes= , ", "bytes=0-1,a", "bytes=0-1,5-4", "bytes=0-1;3-4", "bytes=0x1-2",
            "bytes=1-2;q=1", "bytes=--1", "bytes=1-\u{663}",
            "bytes=99999999999999999999999-5",
        ])
    func whole(_ field: String) {
        #expect(answer(field, 10) == .whole)
    }

    @Test(
        "Several parts, in the order that was asked for",
        arguments: [
            ("bytes=0-1,4-5", [(0, 2), (4, 2)]), ("bytes=4-5,0-1", [(4, 2), (0, 2)]),
            ("bytes=0-0,-1", [(0, 1), (9, 1)]), ("bytes=0-1, 4-5 ,\t8-", [(0, 2), (4, 2), (8, 2)]),
            ("bytes=0-1,20-,4-5", [(0, 2), (4, 2)]), ("bytes=8-9,0-1,7-7,4-4", [(7, 3), (0, 2), (4, 1)]),
            // The third one joins the other two, in the place of the first.
            ("bytes=0-0,4-5,8-8,1-3", [(0, 6), (8, 1)]),
        ] as [(String, [(Int, Int)])])
    func parts(_ field: String, _ parts: [(Int, Int)]) {
        #expect(answer(field, 10) == .parts(parts.map { BytePart(first: $0.0, count: $0.1) }))
    }

    @Test("Where ranges are off, everybody gets the whole")
    func off() {
        for field in ["bytes=0-1", "bytes=20-", "bytes=0-1,4-5"] {
            #expect(answer(field, 10, limit: 0) == .whole)
        }
    }

    @Test(
        "Whatever is asked for, parts lie within the file, apart from each other, and are no more than the limit"
    )
    func random() {
        var generator = SeededGenerator(seed: 7)
        let characters = Array("bytes=0123456789-,-, \u{0}".utf8)
        var several = 0
        for _ in 0..<5000 {
            var tail = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                let first = Int.random(in: 0...60, using: &generator)
                let last = first + Int.random(in: -1...5, using: &generator)
                return ["\(first)-\(last)", "\(first)-", "-\(last)"].randomElement(using: &generator)!
            }.joined(separator: ",").utf8.map { $0 }
            if Bool.random(using: &generator), !tail.isEmpty {
                tail[Int.random(in: tail.indices, using: &generator)] = characters.randomElement(
                    using: &generator)!
            }
            let size = Int.random(in: 0...50, using: &generator)
            let field = Array("bytes=".utf8) + tail
            let answer = field.withUnsafeBufferPointer {
                ByteRangeRequest.answer(to: $0, size: size, limit: 4)
            }
            switch answer {
            case .part(let first, let count): #expect(first >= 0 && count > 0 && first + count <= size)
            case .parts(let parts):
                several += 1
                #expect((2...4).contains(parts.count))
                var free = -1
                for part in parts.sorted(by: { $0.first < $1.first }) {
                    #expect(part.first > free && part.count > 0 && part.first + part.count <= size)
                    free = part.first + part.count
                }
            case .whole, .unsatisfiable: break
            }
        }
        #expect(several > 50)
    }

    @Test(
        "If-Range wants the same octets",
        arguments: [
            (#""a""#, #""a""#, nil, true), (#""a""#, #""b""#, nil, false), (#""a""#, nil, nil, false),
            // Weak tags do not speak about octets.
            (#"W/"a""#, #"W/"a""#, nil, false), (#""a""#, #"W/"a""#, nil, false),
            (#"W/"a""#, #""a""#, 784_111_777, false),
            // It is one tag, and no list.
            (#""a", "b""#, #""a""#, nil, false), ("*", #""a""#, nil, false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, 784_111_777, true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", #""a""#, 784_111_777, true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", nil, 784_111_777, false),
            ("Sun, 06 Nov 1994 08:49:36 GMT", nil, 784_111_777, false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil, false), ("", nil, 0, false), ("x", nil, 0, false),
        ] as [(String, String?, Int?, Bool)])
    func condition(_ condition: String, _ tag: String?, _ modified: Int?, _ holds: Bool) {
        let answer = withBytes(condition, tag) { condition, tag in
            ByteRangeRequest.holds(condition!, entityTag: tag, modified: modified, now: 1_700_000_000)
        }
        #expect(answer == holds)
    }
}
