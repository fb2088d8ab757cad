// Sends vectors over many connections at once, driven by one thread: each gets its next piece only when the gateway has read
// all pieces before, so that the pieces are its reads.

import Syscalls
import Testing

/// How the octets travel. The outcome must not depend on it.
enum Way: CaseIterable, Sendable {
    case whole, byLine, byByte

    /// The pieces of a vector. Of a very long one only the end comes byte by byte.
    func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        switch self {
        case .whole: return [bytes[...]]
        case .byLine:
            let ends = bytes.indices.filter { bytes[$0] == 10 }.map { $0 + 1 }
            var starts = [0] + ends
            if starts.last == bytes.count { starts.removeLast() }
            return zip(starts, starts.dropFirst() + [bytes.count]).map { bytes[$0..<$1] }
        case .byByte:
            let first = max(0, bytes.count - 400)
            return (first > 0 ? [bytes[..<first]] : []) + (first..<bytes.count).map { bytes[$0...$0] }
        }
    }
}

/// One gateway and the vectors that it is sent.
struct VectorRun {
    let backend: String
    let gateway: GatewayProcess
    let socket: String
    /// Connections at a time.
    private let width = 48

    /// Sends all vectors one way, and expects their outcomes, and no other call of the application.
    func expect(_ vectors: [RequestVector], _ way: Way) throws {
        let before = gateway.calls.count
        for start in stride(from: 0, to: vectors.count, by: width) {
            try expectBatch(Array(vectors[start..<min(start + width, vectors.count)]), way)
        }
        let calls = gateway.calls[before...].sorted()
        let expected = vectors.flatMap(\.outcomes).compactMap { outcome in
            if case .served(let seen) = outcome { seen.call } else { nil }
        }.sorted()
        guard calls != expected else { return }
        let (more, fewer) = (
            calls.difference(from: expected).insertions, calls.difference(from: expected).removals
        )
        Issue.record("\(backend), \(way): calls that must not be \(more), missing \(fewer)")
    }

    private func expectBatch(_ vectors: [RequestVector], _ way: Way) throws {
        let clients = try vectors.map { _ in try HTTPClient(unix: socket) }
        let pieces = vectors.map { way.pieces(of: $0.bytes) }
        for round in 0..<(pieces.map(\.count).max() ?? 0) {
            for (index, client) in clients.enumerated() where round < pieces[index].count {
                client.send(Array(pieces[index][round]))
            }
            // Only the last piece need not have been read: nothing follows it.
            for (index, client) in clients.enumerated() where round + 1 < pieces[index].count {
                try client.waitUntilRead()
            }
        }
        for (vector, client) in zip(vectors, clients) { try judge(vector, client, way) }
    }

    private func judge(_ vector: RequestVector, _ client: HTTPClient, _ way: Way) throws {
        let place = "\(backend), \(way), \(vector.name)"
        do {
            for outcome in vector.outcomes {
                switch outcome {
                case .interim(let status):
                    #expect(try client.receive().status == status, "\(place)")
                case .refused(let status):
                    let response = try client.receive()
                    #expect(response.status == status, "\(place): \(response.text)")
                    #expect(response["Connection"] == "close", "\(place)")
                case .served(let expected):
                    let isHead = expected.variables["REQUEST_METHOD"] == "HEAD"
                    let response = try client.receive(toHead: isHead)
                    guard response.status == 200 else {
                        Issue.record("\(place): \(response.status) \(response.text)")
                        continue
                    }
                    if isHead { continue }
                    guard let seen = SeenRequest(response.text) else {
                        Issue.record("\(place): not an environ: \(response.text)")
                        continue
                    }
                    if seen != expected { Issue.record("\(place): \(seen.difference(from: expected))") }
                }
            }
            client.shutdownSending()
            try client.receiveEnd()
        } catch let error as AnswerError {
            Issue.record("\(place): \(error)")
        }
    }
}
