import FastCGIBridge
import Octets
import Testing

/// What an application said, with what belongs together in one piece.
enum Said: Equatable, Sendable {
    case stdout([UInt8])
    case stderr([UInt8])
    case end(status: UInt8, application: UInt32)
    case refused(RecordError)
}

extension [Said] {
    private mutating func add(_ bytes: ArraySlice<UInt8>, isError: Bool) {
        switch (last, isError) {
        case (.stdout(let before), false): self[count - 1] = .stdout(before + bytes)
        case (.stderr(let before), true): self[count - 1] = .stderr(before + bytes)
        default: append(isError ? .stderr([UInt8](bytes)) : .stdout([UInt8](bytes)))
        }
    }

    /// Decodes `bytes` that arrive in pieces of at most `piece`.
    static func decoding(_ bytes: [UInt8], piece: Int) -> [Said] {
        var decoder = ResponseDecoder()
        var said: [Said] = []
        var used = 0
        var arrived = 0
        do {
            while true {
                let waiting = bytes.span.extracting(used..<arrived)
                let event = try decoder.next(waiting)
                switch event {
                case .more(let consumed):
                    #expect(consumed <= waiting.count)
                    used += consumed
                    guard arrived < bytes.count else { return said }
                    arrived = Swift.min(arrived + piece, bytes.count)
                case .stdout(let range, let consumed), .stderr(let range, let consumed):
                    #expect(!range.isEmpty && range.end <= consumed && consumed <= waiting.count)
                    var isError = false
                    if case .stderr = event { isError = true }
                    said.add(bytes[(used + range.start)..<(used + range.end)], isError: isError)
                    used += consumed
                case .nothing(let consumed):
                    #expect(consumed > 0 && consumed <= waiting.count)
                    used += consumed
                case .end(let status, let application, let consumed):
                    #expect(consumed <= waiting.count)
                    said.append(.end(status: status.rawValue, application: application))
                    used += consumed
                }
            }
        } catch {
            return said + [.refused(error)]
        }
    }

    /// Decodes `bytes` whole and in small pieces, and expects all to agree.
    static func decoding(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) -> [Said] {
        let whole = decoding(bytes, piece: Swift.max(1, bytes.count))
        for piece in [1, 2, 3, 5, 7, 8, 9, 100, 4096] where bytes.count / piece < 5000 {
            #expect(
                decoding(bytes, piece: piece) == whole, "\(piece) at a time", sourceLocation: sourceLocation)
        }
        return whole
    }
}
