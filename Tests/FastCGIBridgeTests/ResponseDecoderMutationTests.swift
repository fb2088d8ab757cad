import FastCGIBridge
import Octets
import TestSupport
import Testing

@Suite("Damaged answers")
struct ResponseDecoderMutationTests {
    /// Bytes that are records now and then.
    private func bytes(with generator: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bytes.append(.random(in: 0...255, using: &generator))
            case 1: bytes += (0..<9).map { _ in UInt8.random(in: 0...2, using: &generator) }
            case 2: bytes += Records.end(padding: .random(in: 0...9, using: &generator))
            default:
                let type: [UInt8] = [3, 6, 6, 6, 7, 10, 11, .random(in: 0...255, using: &generator)]
                let content = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                bytes += Records.record(
                    type.randomElement(using: &generator)!,
                    id: [1, 1, 1, 0].randomElement(using: &generator)!, content,
                    padding: .random(in: 0...9, using: &generator))
            }
        }
        if !bytes.isEmpty, Bool.random(using: &generator) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                in: 0...255, using: &generator)
        }
        return bytes
    }

    @Test(
        "20 000 random answers never trap, and come out the same whole and byte by byte",
        arguments: 0..<4 as Range<UInt64>)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let bytes = bytes(with: &generator)
            let whole = [Said].decoding(bytes, piece: max(1, bytes.count))
            let slow = [Said].decoding(bytes, piece: 1)
            if whole != slow {
                Issue.record("\(bytes): \(whole), byte by byte \(slow)")
                return
            }
        }
    }
}
