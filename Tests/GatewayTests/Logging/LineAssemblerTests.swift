import Testing

@testable import Gateway

@Suite("Lines of an application's messages")
struct LineAssemblerTests {
    private func lines(_ pieces: [String], flushed: Bool = true) -> [String] {
        let assembler = LineAssembler()
        var lines: [String] = []
        for piece in pieces {
            Array(piece.utf8).withUnsafeBufferPointer { bytes in
                assembler.lines(adding: bytes) { lines.append($0) }
            }
        }
        if flushed { assembler.flush { lines.append($0) } }
        return lines
    }

    @Test(
        "Lines are the same however they arrive",
        arguments: [
            ("one\ntwo\n", ["one", "two"]), ("one\r\ntwo\r\n", ["one", "two"]),
            ("one\n\n\r\ntwo", ["one", "two"]), ("no end", ["no end"]),
            ("", []), ("\n", []), ("a\rb\n", ["a\rb"]), ("grün\nblau\n", ["grün", "blau"]),
        ] as [(String, [String])])
    func pieces(_ text: String, _ expected: [String]) {
        #expect(lines([text]) == expected)
        let bytes = Array(text.utf8)
        let assembler = LineAssembler()
        var slow: [String] = []
        for byte in bytes {
            [byte].withUnsafeBufferPointer { assembler.lines(adding: $0) { slow.append($0) } }
        }
        assembler.flush { slow.append($0) }
        #expect(slow == expected)
    }

    @Test("What has no end yet waits for it")
    func waits() {
        #expect(lines(["one\ntw"], flushed: false) == ["one"])
        #expect(lines(["one\ntw", "o\n"], flushed: false) == ["one", "two"])
    }

    @Test("A line that never ends is not held for ever")
    func endless() {
        let piece = String(repeating: "x", count: 1000)
        let found = lines([String](repeating: piece, count: 30), flushed: false)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.utf8.count <= 8192 + 1000 })
        #expect(lines([String](repeating: piece, count: 30)).joined().utf8.count == 30_000)
    }
}
