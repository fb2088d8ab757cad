import Octets
import TestSupport

/// How many bytes of an input have come after each read.
enum Arrivals {
    /// Byte by byte, in small pieces and in large ones. Chance is drawn from the bytes, so that an input that fails fails again.
    static func all(_ bytes: UnsafeBufferPointer<UInt8>) -> [[Int]] {
        guard bytes.count > 1 else { return [[bytes.count]] }
        var generator = SeededGenerator(seed: hash(bytes))
        return [
            Array(1...bytes.count), random(bytes.count, most: 7, &generator),
            random(bytes.count, most: max(8, bytes.count / 2), &generator),
        ]
    }

    private static func random(_ count: Int, most: Int, _ generator: inout SeededGenerator) -> [Int] {
        var lengths: [Int] = []
        var arrived = 0
        while arrived < count {
            arrived = min(count, arrived + Int.random(in: 1...most, using: &generator))
            lengths.append(arrived)
        }
        return lengths
    }

    /// FNV-1a.
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
    }
}

/// The outcome of an input that arrives at once, which has to be that of the same input in pieces.
func sameHoweverCut<Outcome: Equatable>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ outcome: ([Int]) throws(Violation) -> Outcome
) throws(Violation) -> Outcome {
    let whole = try outcome([bytes.count])
    for arrivals in Arrivals.all(bytes) {
        let cut = try outcome(arrivals)
        try require(cut == whole, "in \(arrivals.count) reads it is \(cut), in one it is \(whole)")
    }
    return whole
}

/// Reads a stream as an owner of a buffer does: what has arrived and is not used up is offered again.
///
/// - Parameter step: Looks at the bytes that wait, and says how many are used up; `nil` ends the reading.
/// - Returns: How many bytes were used up, and whether `step` ended the reading.
func readStream(
    _ bytes: UnsafeBufferPointer<UInt8>, _ arrivals: [Int],
    _ step: (_ waiting: UnsafeBufferPointer<UInt8>) throws(Violation) -> (used: Int, wantsMore: Bool)?
) throws(Violation) -> (used: Int, hasEnded: Bool) {
    var used = 0
    for arrived in arrivals {
        while true {
            let waiting = UnsafeBufferPointer(rebasing: bytes[used..<arrived])
            guard let result = try step(waiting) else { return (used, true) }
            try require(
                (0...waiting.count).contains(result.used),
                "\(result.used) octets are used up of \(waiting.count)")
            used += result.used
            if result.wantsMore { break }
            try require(result.used > 0, "nothing was used up, and nothing more is wanted")
        }
    }
    return (used, false)
}

extension UnsafeBufferPointer where Element == UInt8 {
    /// Whether the octets of a range hold only what a test allows.
    func all(_ range: ByteRange, _ isAllowed: (UInt8) -> Bool) -> Bool {
        range.end <= count && self[range].allSatisfy(isAllowed)
    }

    /// Whether a range lies within the first octets.
    func holds(_ range: ByteRange, before end: Int) -> Bool { end <= count && range.end <= end }
}
