// The encoders of a worker: how many there may be at once, and those that wait for the next answer. What a client can make the
// worker hold by asking is counted here.

import Compression
import HTTP

/// Encoders, and what goes with one for an answer.
final class EncoderStock {
    /// Encoders that are kept beyond an answer. More than a few are busy at once only where answers are streams.
    private static let spareLimit = 8

    private let limit: Int
    private(set) var inUse = 0
    private var spare: [any StreamEncoder] = []
    private var spareCodings: [AnswerCoding] = []

    /// - Parameter limit: Encoders at once.
    init(limit: Int) { self.limit = limit }

    /// An encoder, a used one where there is one.
    ///
    /// - Returns: `nil` where there are as many as there may be, or the library has no memory.
    func take(_ coding: ContentCoding, level: Int) -> (any StreamEncoder)? {
        guard inUse < limit else { return nil }
        // Only gzip's wait.
        let place = coding == .gzip ? spare.lastIndex { $0.level == level } : nil
        guard let encoder = place.map({ spare.remove(at: $0) }) ?? make(coding, level) else { return nil }
        inUse += 1
        return encoder
    }

    private func make(_ coding: ContentCoding, _ level: Int) -> (any StreamEncoder)? {
        switch coding {
        case .gzip: try? GzipEncoder(level: level)
        case .brotli: try? BrotliEncoder(level: level)
        }
    }

    /// Takes an encoder back, whatever it was in the middle of.
    func giveBack(_ encoder: any StreamEncoder) {
        inUse -= 1
        guard spare.count < Self.spareLimit, encoder.reset() else { return }
        spare.append(encoder)
    }

    func takeCoding() -> AnswerCoding { spareCodings.popLast() ?? AnswerCoding(stock: self) }

    func giveBack(_ coding: AnswerCoding) {
        if spareCodings.count < Self.spareLimit { spareCodings.append(coding) }
    }
}
