import Testing
@testable import Logs

extension LineAssembler {
    /// The lines that are logged of what is added, as text.
    fileprivate func logged(
        _ bytes: [UInt8], rate: inout LineRate, now: UInt64 = 0, _ body: (String) -> Void
    ) {
        bytes.withUnsafeBufferPointer { bytes in
            lines(adding: bytes, rate: &rate, now: now) { body(String(decoding: $0, as: UTF8.self)) }
        }
    }
}

@Suite("Lines of an application's messages")
struct LineAssemblerTests {
    private func lines(_ pieces: [String], flushed: Bool = true) -> [String] {
        let assembler = LineAssembler()
        var rate = LineRate()
        var lines: [String] = []
        for piece in pieces { assembler.logged(Array(piece.utf8), rate: &rate) { lines.append($0) } }
        if flushed {
            assembler.flush(rate: &rate, now: 0) { lines.append(String(decoding: $0, as: UTF8.self)) }
        }
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
        let assembler = LineAssembler()
        var rate = LineRate()
        var slow: [String] = []
        for byte in text.utf8 { assembler.logged([byte], rate: &rate) { slow.append($0) } }
        assembler.flush(rate: &rate, now: 0) { slow.append(String(decoding: $0, as: UTF8.self)) }
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

    @Test("Lines beyond the share of a second are counted, and the next one begins with a whole line")
    func share() {
        let assembler = LineAssembler()
        var rate = LineRate()
        var logged: [String] = []
        let flood = [UInt8](String(repeating: "x\n", count: LineRate.limit + 40).utf8)
        assembler.logged(flood + Array("begun".utf8), rate: &rate, now: 1000) { logged.append($0) }
        #expect(logged.count == LineRate.limit)
        assembler.logged(Array(" and".utf8), rate: &rate, now: 1500) { logged.append($0) }
        #expect(rate.takeDropped(2000) == 41)
        assembler.logged(Array(" ended\nwhole\n".utf8), rate: &rate, now: 2000) { logged.append($0) }
        #expect(logged.dropFirst(LineRate.limit) == ["whole"])
        #expect(rate.takeDropped(3000) == 0)
    }

    @Test("A part of a line that waits when the share is used up is dropped with the rest of it")
    func partial() {
        let assembler = LineAssembler()
        var (rate, other) = (LineRate(), LineRate())
        var logged: [String] = []
        assembler.logged(Array("half".utf8), rate: &rate, now: 1000) { logged.append($0) }
        for _ in 0..<LineRate.limit { _ = rate.allows(1000, bytes: 1) }
        assembler.logged(Array(" a line\nanother\n".utf8), rate: &rate, now: 1000) { logged.append($0) }
        #expect(logged.isEmpty)
        #expect(rate.takeDropped(2000) == 2)
        assembler.logged(Array("third\n".utf8), rate: &other, now: 2000) { logged.append($0) }
        #expect(logged == ["third"])
    }

    @Test("A writer that never ends its line is heard again when its share is open again")
    func endlessFlood() {
        let assembler = LineAssembler()
        var rate = LineRate()
        var seconds: Set<UInt64> = []
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
        for second in UInt64(1)...3 {
            for _ in 0..<10 {
                assembler.logged(piece, rate: &rate, now: second * 1000) { _ in seconds.insert(second) }
            }
        }
        #expect(seconds == [1, 2, 3])
    }
}
