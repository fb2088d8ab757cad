import Compression
import Octets
import TestSupport

/// What is promised of the encoders. The input is a level, a repetition and a body, which is cut and flushed by chance.
enum CodingPromises {
    @Sendable
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        guard bytes.count > 2 else { return }
        var body: [UInt8] = []
        for _ in 0...Int(bytes[1] & 15) { body += bytes.dropFirst(2) }
        let level = 1 + Int(bytes[0]) % 9
        var generator = SeededGenerator(seed: Arrivals.hash(bytes))
        do {
            let gzip = try GzipEncoder(level: level)
            try check(gzip, Gunzip(), body, &generator)
            let left = try leaves(gzip, body)
            try require(left && gzip.reset(), "it cannot begin anew")
            try check(gzip, Gunzip(), body, &generator)
            try check(BrotliEncoder(level: level), Unbrotli(), body, &generator)
        } catch let violation as Violation {
            throw violation
        } catch {
            throw Violation(description: "it has failed: \(error)")
        }
    }

    /// Whatever is flushed can be read at once, and at the end it is what went in.
    private static func check(
        _ encoder: some StreamEncoder, _ decoder: some Decoder, _ body: [UInt8],
        _ generator: inout SeededGenerator
    ) throws {
        var text: [UInt8] = []
        var taken = 0
        var output = ByteBuffer()
        while taken < body.count {
            let end = min(body.count, taken + Int.random(in: 0...max(8, body.count / 2), using: &generator))
            try body[taken..<end].withUnsafeBufferPointer { try encoder.encode($0, into: &output) }
            taken = end
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                try encoder.flush(into: &output)
                text += try decoder.decode(output.bytes)
                output.clear()
                try require(text.elementsEqual(body[..<taken]), "what was flushed cannot be read")
            }
            try require(!decoder.isAtEnd, "a body ends before its end")
        }
        try encoder.finish(into: &output)
        text += try decoder.decode(output.bytes)
        try require(text == body && decoder.isAtEnd, "what comes out is not what went in")
        try require(encoder.memory > 0, "it takes no memory")
    }

    /// Leaves a body in the middle.
    private static func leaves(_ encoder: GzipEncoder, _ body: [UInt8]) throws -> Bool {
        guard encoder.reset() else { return false }
        var lost = ByteBuffer()
        try body.prefix(body.count / 2).withUnsafeBufferPointer { try encoder.encode($0, into: &lost) }
        return true
    }
}
