import Compression
import Octets
import TestSupport
import Testing

@Suite("Encoders")
struct StreamEncoderTests {
    private static func encode(_ encoder: any StreamEncoder, _ text: [UInt8]) throws -> [UInt8] {
        var output = ByteBuffer()
        try text.withUnsafeBufferPointer { try encoder.encode($0, into: &output) }
        try encoder.finish(into: &output)
        return Array(output.bytes)
    }

    private static func decode(_ coding: Coding, _ bytes: [UInt8]) throws -> [UInt8] {
        let decoder = coding.decoder()
        let text = try bytes.withUnsafeBufferPointer { try decoder.decode($0) }
        #expect(decoder.isAtEnd)
        return text
    }

    /// Text that can be made smaller, and noise that cannot.
    private static func samples() -> [[UInt8]] {
        var generator = SeededGenerator(seed: 7)
        let noise = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let text = (0..<40_000).flatMap { Array("line \($0 % 97) of a page\n".utf8) }
        return [[], [1], Array("abc".utf8), Array(noise[..<999]), noise, text, Array(text[..<65_536])]
    }

    @Test("What goes in comes out, at every level", arguments: Coding.allCases, [1, 4, 9])
    func roundTrip(_ coding: Coding, _ level: Int) throws {
        let encoder = try coding.encoder(level: level)
        #expect(encoder.level == level)
        for sample in Self.samples() {
            let fresh = try coding.encoder(level: level)
            let bytes = try Self.encode(fresh, sample)
            #expect(try Self.decode(coding, bytes) == sample)
            if sample.count > 500_000 { #expect(bytes.count < sample.count / 10) }
        }
    }

    @Test("After a flush everything that was put in can be read", arguments: Coding.allCases)
    func flush(_ coding: Coding) throws {
        let encoder = try coding.encoder()
        let decoder = coding.decoder()
        var output = ByteBuffer()
        for index in 0..<200 {
            let event = Array("data: event \(index) \(String(repeating: "x", count: index * 7))\n\n".utf8)
            try event.withUnsafeBufferPointer { try encoder.encode($0, into: &output) }
            try encoder.flush(into: &output)
            #expect(try decoder.decode(output.bytes) == event)
            output.clear()
            // A second flush has nothing to say that a client could not read.
            try encoder.flush(into: &output)
            #expect(try decoder.decode(output.bytes).isEmpty)
            output.clear()
        }
        #expect(!decoder.isAtEnd)
        try encoder.finish(into: &output)
        #expect(try decoder.decode(output.bytes).isEmpty)
        #expect(decoder.isAtEnd)
    }

    @Test("However the body is cut, the same text comes out", arguments: Coding.allCases)
    func pieces(_ coding: Coding) throws {
        var generator = SeededGenerator(seed: 11)
        let text = Self.samples()[5]
        for _ in 0..<20 {
            let encoder = try coding.encoder()
            var output = ByteBuffer()
            var rest = text[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...90_000, using: &generator))
                try Array(part).withUnsafeBufferPointer { try encoder.encode($0, into: &output) }
                if Bool.random(using: &generator) { try encoder.flush(into: &output) }
                rest = rest.dropFirst(part.count)
            }
            try encoder.finish(into: &output)
            #expect(try Self.decode(coding, Array(output.bytes)) == text)
        }
    }

    @Test("A gzip encoder begins anew wherever it was left, with the memory that it has")
    func reset() throws {
        let encoder = try GzipEncoder(level: 4)
        let text = Self.samples()[5]
        let first = try Self.encode(encoder, text)
        let memory = encoder.memory
        for left in [0, 1, 70_000] {
            #expect(encoder.reset())
            var lost = ByteBuffer()
            try text[..<left].withUnsafeBufferPointer { try encoder.encode($0, into: &lost) }
            #expect(encoder.reset())
            #expect(try Self.encode(encoder, text) == first)
            #expect(encoder.memory == memory)
        }
    }

    @Test("A brotli encoder is for one body")
    func brotliReset() throws {
        let encoder = try BrotliEncoder(level: 4)
        #expect(try !Self.encode(encoder, [1, 2, 3]).isEmpty)
        #expect(!encoder.reset())
    }

    @Test(
        "The memory of an encoder has a bound, and is counted",
        arguments: [
            (.gzip, 1, 300_000), (.gzip, 9, 300_000), (.brotli, 1, 3 << 20), (.brotli, 4, 3 << 20),
            (.brotli, 9, 3 << 20),
        ] as [(Coding, Int, Int)])
    func memory(_ coding: Coding, _ level: Int, _ limit: Int) throws {
        let encoder = try coding.encoder(level: level)
        var output = ByteBuffer()
        var most = encoder.memory
        for sample in Self.samples() {
            try sample.withUnsafeBufferPointer { try encoder.encode($0, into: &output) }
            most = max(most, encoder.memory)
            try encoder.flush(into: &output)
            most = max(most, encoder.memory)
        }
        #expect(most > 10_000 && most < limit, "\(most)")
    }

    @Test("What was used wrongly says so", arguments: Coding.allCases)
    func misuse(_ coding: Coding) throws {
        let encoder = try coding.encoder()
        _ = try Self.encode(encoder, [1])
        let error = #expect(throws: EncoderError.self) { _ = try Self.encode(encoder, [2]) }
        #expect(error?.description.contains("has failed") == true)
    }

    @Test("A level that there is not is refused")
    func level() {
        #expect(throws: EncoderError.self) { _ = try GzipEncoder(level: 10) }
    }
}
