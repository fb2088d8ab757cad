import GatewayInterface
import Octets
import TestSupport
import Testing

@Suite("Name-value pairs")
struct NameValuePairsTests {
    /// The pairs of `block`, each as name and value.
    private func pairs(_ block: [UInt8]) -> [[String]] {
        var found: [[String]] = []
        block.withUnsafeBufferPointer { bytes in
            var pairs = NameValuePairs(bytes)
            while let pair = pairs.next() {
                found.append([pair.name, pair.value].map { String(decoding: bytes[$0], as: UTF8.self) })
            }
        }
        return found
    }

    private func encoded(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer()
        write(&buffer)
        return Array(buffer.bytes)
    }

    @Test(
        "A length below 128 takes one byte, any other four (FastCGI 1.0, §3.4)",
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7F]), (128, [0x80, 0, 0, 0x80]), (255, [0x80, 0, 0, 0xFF]),
            (256, [0x80, 0, 1, 0]), (65_535, [0x80, 0, 0xFF, 0xFF]), (65_536, [0x80, 1, 0, 0]),
            (1 << 31 - 1, [0xFF, 0xFF, 0xFF, 0xFF]),
        ] as [(Int, [UInt8])])
    func lengths(_ count: Int, _ bytes: [UInt8]) {
        #expect(encoded { $0.appendPairLengths(name: count, value: 0) } == bytes + [0])
        #expect(encoded { $0.appendPairLengths(name: 3, value: count) } == [3] + bytes)
    }

    @Test("What is written is read", arguments: [0, 1, 127, 128, 65_535], [0, 1, 127, 128, 65_535])
    func roundTrip(_ nameCount: Int, _ valueCount: Int) {
        let name = String(repeating: "N", count: nameCount)
        let value = String(repeating: "v", count: valueCount)
        let block = encoded { output in
            for _ in 0..<2 {
                output.appendPairLengths(name: nameCount, value: valueCount)
                output.append(text: name)
                output.append(text: value)
            }
            output.appendPair("LAST", "")
        }
        #expect(pairs(block) == [[name, value], [name, value], ["LAST", ""]])
    }

    @Test("Every way of writing a pair writes the same")
    func variants() {
        let expected = [UInt8]([1, 2]) + Array("N12".utf8)
        let value = Array("12".utf8)
        #expect(encoded { $0.appendPair("N", "12") } == expected)
        #expect(encoded { $0.appendPair("N", text: "12") } == expected)
        #expect(encoded { $0.appendPair("N", decimal: 12) } == expected)
        #expect(
            encoded { output in value.withUnsafeBufferPointer { output.appendPair("N", $0) } } == expected)
    }

    @Test("A block cut anywhere yields its whole pairs and nothing else")
    func truncated() {
        let long = String(repeating: "x", count: 200)
        var ends = [0]
        let block = encoded { output in
            for (name, value) in [("A", "1"), ("", ""), ("LONG", long), ("B", "")] {
                output.appendPairLengths(name: name.utf8.count, value: value.utf8.count)
                output.append(text: name)
                output.append(text: value)
                ends.append(output.count)
            }
        }
        for length in 0...block.count {
            let whole = ends.count { $0 <= length } - 1
            #expect(pairs(Array(block[..<length])).count == whole, "cut at \(length)")
        }
    }

    @Test(
        "A length that points beyond the block ends the reading",
        arguments: [
            [5], [1, 1], [1, 1, 0x41], [0, 1], [0x80], [0x80, 0], [0x80, 0, 0], [0x80, 0, 0, 1],
            [0x80, 0, 0, 1, 0],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0],
            [0, 0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0x7F, 0x41], [1, 0xFF, 0xFF, 0xFF, 0xFE, 0x41],
        ] as [[UInt8]])
    func lying(_ tail: [UInt8]) {
        #expect(pairs(tail).isEmpty)
        #expect(pairs([1, 1, 0x41, 0x42] + tail) == [["A", "B"]])
    }

    @Test("A short length may be written long, and means the same")
    func longForm() {
        #expect(pairs([0x80, 0, 0, 1, 0x80, 0, 0, 2, 0x41, 0x42, 0x43]) == [["A", "BC"]])
    }

    @Test("The offset stands after the last pair that was whole")
    func offset() {
        let block: [UInt8] = [1, 1, 0x41, 0x42, 9, 9, 9]
        block.withUnsafeBufferPointer { bytes in
            var pairs = NameValuePairs(bytes)
            _ = pairs.next()
            #expect(pairs.offset == 4)
            #expect(pairs.next() == nil)
            #expect(pairs.offset == 4)
        }
    }

    @Test("A name is looked up byte by byte, and the first one counts")
    func lookUp() {
        let block = encoded { output in
            output.appendPair("NAME", "first")
            output.appendPair("NAM", "shorter")
            output.appendPair("name", "lower")
            output.appendPair("NAME", "second")
            output.appendPair("EMPTY", "")
        }
        block.withUnsafeBufferPointer { bytes in
            func value(_ name: StaticString) -> String? {
                NameValuePairs.value(of: name, in: bytes).map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(value("NAME") == "first")
            #expect(value("NAM") == "shorter")
            #expect(value("name") == "lower")
            #expect(value("EMPTY") == "")
            #expect(value("NAMES") == nil)
            #expect(value("") == nil)
        }
    }

    @Test("20 000 random blocks never trap, and no pair reaches beyond its block")
    func random() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let block = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                [
                    UInt8.random(in: 0...4, using: &generator), .random(in: 0...255, using: &generator), 0x80,
                    0,
                ].randomElement(
                    using: &generator)!
            }
            block.withUnsafeBufferPointer { bytes in
                var pairs = NameValuePairs(bytes)
                while let pair = pairs.next() {
                    let isInside = pair.name.upper == pair.value.lower && pair.value.end <= bytes.count
                    if !isInside { Issue.record("\(block): \(pair)") }
                }
            }
        }
    }
}
