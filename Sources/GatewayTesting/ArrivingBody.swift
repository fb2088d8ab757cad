import GatewayInterface

/// A body on its way to a handler that has been called already: the counterpart of what a gateway's worker has for a client that is
/// still sending.
final class ArrivingBody: BodySource {
    private struct State: Sendable {
        var parts: [[UInt8]] = []
        var received = 0
        var hasEnded = false
        var isBroken = false
        /// Why the client gets no other answer.
        var isTooLarge = false
        /// Whether reading has answered that there is no more.
        var isRead = false
    }

    let count: Int?
    private let fields: [TrailerField]
    private let state = Monitor(State())

    init(count: Int?, trailers: [TrailerField]) {
        self.count = count
        fields = trailers
    }

    // MARK: The handler's side

    func read(upTo limit: Int) throws -> [UInt8] { throw RequestBodyError.notHere }

    func next(upTo limit: Int) async throws -> [UInt8] {
        try await state.wait { state in
            if state.isBroken { throw RequestBodyError.incomplete }
            if let first = state.parts.first {
                let part = Array(first.prefix(max(1, limit)))
                if part.count == first.count {
                    state.parts.removeFirst()
                } else {
                    state.parts[0] = Array(first.dropFirst(part.count))
                }
                return part
            }
            guard state.hasEnded else { return nil }
            state.isRead = true
            return []
        }
    }

    var trailers: [TrailerField] { state.read { $0.isRead } ? fields : [] }

    // MARK: The client's side

    /// Sends the parts of a body, each when the one before it has been taken.
    ///
    /// - Parameter refuse: Called where it has more bytes than it may.
    func send(_ body: TestBody, limit: Int, refuse: () -> Void) async {
        do {
            switch body.content {
            case .whole(let bytes): try await take(bytes, limit)
            case .parts(let length, let parts):
                try await parts { part in try await take(part, limit) }
                let isShort = state.read { $0.received < length ?? 0 }
                guard !isShort else { throw RequestBodyError.incomplete }
            }
            state.change { $0.hasEnded = true }
        } catch {
            // The handler hears of it last: what it says of a body without an end would be quicker than the refusal.
            if state.read({ $0.isTooLarge }) { refuse() }
            state.change { $0.isBroken = true }
        }
    }

    /// Nothing more comes.
    func breakOff() { state.change { $0.isBroken = !$0.hasEnded } }

    private func take(_ part: [UInt8], _ limit: Int) async throws {
        // No part is the end of a body.
        guard !part.isEmpty else { return }
        try await state.wait { state -> Void? in
            if state.isBroken { throw ClientLeft() }
            guard state.parts.isEmpty else { return nil }
            state.received += part.count
            guard state.received <= limit else {
                state.isTooLarge = true
                throw RequestBodyError.tooLarge(limit: limit)
            }
            state.parts.append(part)
            return ()
        }
    }
}
