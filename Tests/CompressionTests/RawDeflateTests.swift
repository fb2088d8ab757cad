import Compression
import Octets
import TestSupport
import Testing

@Suite("Deflate without head and end")
struct RawDeflateTests {
    private static func text() -> [UInt8] {
        (0..<3000).flatMap { Array("line \($0 % 97) of page \($0)\n".utf8) }
    }

    private static func written(
        _ deflater: RawDeflater, _ text: [UInt8], isFinished: Bool = false
    ) throws -> [UInt8] {
        var output = ByteBuffer()
        try text.withUnsafeBufferPointer { try deflater.encode($0, into: &output) }
        if isFinished { try deflater.finish(into: &output) } else { try deflater.flush(into: &output) }
        return Array(output.bytes)
    }

    private static func read(
        _ inflater: RawInflater, _ bytes: [UInt8], limit: Int = 1 << 20, piece: Int = .max
    ) throws -> [UInt8] {
        var output = ByteBuffer()
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(piece))
            rest = rest.dropFirst(part.count)
            let left = limit - output.count
            try part.withUnsafeBufferPointer { try inflater.inflate($0, into: &output, limit: left) }
        }
        return Array(output.bytes)
    }

    @Test("What goes in comes out, with every window", arguments: RawDeflater.windowBits, [1, 9])
    func roundTrip(_ bits: Int, _ level: Int) throws {
        let deflater = try RawDeflater(level: level, windowBits: bits)
        #expect(deflater.level == level && deflater.windowBits == bits)
        let inflater = try RawInflater(windowBits: bits)
        let text = Self.text()
        for piece in [1, 1000, .max] {
            let bytes = try Self.written(deflater, text)
            #expect(bytes.count < text.count / 2)
            #expect(bytes.suffix(4) == [0x00, 0x00, 0xFF, 0xFF])
            #expect(try Self.read(inflater, bytes, piece: piece) == text)
            #expect(inflater.isBetweenBlocks && !inflater.isAtEnd)
        }
    }

    @Test("A window of octets that the reader has not got is refused")
    func smallWindow() throws {
        var generator = SeededGenerator(seed: 4)
        let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let bytes = try Self.written(try RawDeflater(level: 9, windowBits: 12), noise + noise)
        #expect(try Self.read(try RawInflater(windowBits: 12), bytes) == noise + noise)
        #expect(throws: InflateError.malformed) {
            try Self.read(try RawInflater(windowBits: 9), bytes, piece: 700)
        }
    }

    @Test("After a reset nothing refers back to what was before")
    func reset() throws {
        let deflater = try RawDeflater(level: 4, windowBits: 15)
        let inflater = try RawInflater()
        let text = Array(Self.text().prefix(20_000))
        let first = try Self.written(deflater, text)
        let memory = (deflater.memory, inflater.memory)
        let second = try Self.written(deflater, text)
        #expect(second.count < first.count / 4)
        #expect(deflater.reset())
        #expect(try Self.written(deflater, text) == first)
        #expect(try Self.read(inflater, first + second) == text + text)
        inflater.reset()
        #expect(throws: InflateError.malformed) { try Self.read(inflater, second) }
        inflater.reset()
        #expect(try Self.read(inflater, first) == text)
        #expect(deflater.memory == memory.0 && deflater.memory < 300_000)
        #expect(inflater.memory > memory.1 && inflater.memory < 50_000)
    }

    @Test("What is larger than it may be is not written", arguments: [0, 1, 16_383, 16_384, 16_385, 999_999])
    func bomb(_ limit: Int) throws {
        let bytes = try Self.written(
            try RawDeflater(level: 9, windowBits: 15), [UInt8](repeating: 0, count: 1_000_000))
        #expect(bytes.count < 1100)
        var output = ByteBuffer()
        let inflater = try RawInflater()
        let error = #expect(throws: InflateError.self) {
            try bytes.withUnsafeBufferPointer { try inflater.inflate($0, into: &output, limit: limit) }
        }
        #expect(error == .tooLarge)
        let count = output.count
        #expect(count == limit)
        inflater.reset()
        #expect(try Self.read(inflater, bytes, limit: 1_000_000).count == 1_000_000)
    }

    @Test("More may follow a last block, and refer back to what came before it")
    func lastBlock() throws {
        let inflater = try RawInflater()
        let hello: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        #expect(try Self.read(inflater, hello) == Array("Hello".utf8))
        #expect(inflater.isAtEnd && inflater.isBetweenBlocks)
        // RFC 7692, section 7.2.3.2: the same again, as a reference.
        #expect(try Self.read(inflater, [0xF2, 0x00, 0x11, 0x00, 0x00]) == Array("Hello".utf8))
        #expect(!inflater.isAtEnd)
        for piece in [1, 2, .max] {
            inflater.reset()
            #expect(try Self.read(inflater, hello + hello, piece: piece) == Array("HelloHello".utf8))
        }
        let text = Self.text()
        let bytes = try Self.written(try RawDeflater(level: 4, windowBits: 15), text, isFinished: true)
        inflater.reset()
        #expect(try Self.read(inflater, bytes) == text)
        #expect(inflater.isAtEnd)
    }

    @Test("What is cut inside of a block, or no deflate at all, can be told")
    func malformed() throws {
        let inflater = try RawInflater()
        let bytes = try Self.written(try RawDeflater(level: 4, windowBits: 15), Self.text())
        #expect(try !Self.read(inflater, Array(bytes.dropLast(7))).isEmpty)
        #expect(!inflater.isBetweenBlocks)
        inflater.reset()
        #expect(inflater.isBetweenBlocks)
        #expect(throws: InflateError.malformed) { try Self.read(inflater, [0xFF, 0xFF]) }
    }

    @Test(
        "Windows and levels that there are not are refused", arguments: [(4, 8), (4, 16), (0, 15), (10, 15)])
    func range(_ level: Int, _ bits: Int) {
        #expect(throws: EncoderError.self) { try RawDeflater(level: level, windowBits: bits) }
    }

    @Test("A reader takes a window of 256 octets, and none smaller or larger than there are")
    func readerRange() throws {
        #expect(try RawInflater(windowBits: 8).windowBits == 8)
        for bits in [7, 16, -15] {
            #expect(throws: InflateError.self) { try RawInflater(windowBits: bits) }
        }
    }
}
