// How the body of a request gets to the handler: whole, before that is called, or as it comes, where the application says so.

import GatewayInterface

/// A body on its way.
struct TestDelivery: Sendable {
    /// What the handler reads.
    let body: RequestBody
    /// Octets in all; `nil` where nobody knows yet.
    let length: Int?
    /// Whether it has more octets than it may, and the application is not called.
    let isTooLarge: Bool
    private let arriving: ArrivingBody?
    private let content: TestBody
    private let limit: Int

    /// - Throws: What the client's stream throws while it is collected.
    init(_ content: TestBody, to application: Application, limit: Int) async throws {
        self.content = content
        self.limit = limit
        let known: Int? =
            switch content.content {
            case .whole(let bytes): bytes.count
            case .parts(let length, _): length
            }
        if case .asynchronous = application.handler, application.streamsBody, known != 0 {
            let arriving = ArrivingBody(count: known, trailers: content.trailers)
            (body, length, isTooLarge) = (RequestBody(arriving), known, known ?? 0 > limit)
            self.arriving = arriving
            return
        }
        arriving = nil
        let bytes: [UInt8]
        switch content.content {
        case .whole(let all): bytes = all
        case .parts(_, let parts):
            let collected = Monitor<[UInt8]>([])
            try await parts { part in collected.change { $0 += part } }
            bytes = collected.read { $0 }
        }
        (body, length) = (RequestBody(bytes, trailers: content.trailers), bytes.count)
        isTooLarge = bytes.count > limit
    }

    /// Begins to send what the handler reads as it comes.
    ///
    /// - Parameter refuse: Called where it has more octets than it may.
    func send(_ refuse: @escaping @Sendable () -> Void) {
        guard let arriving else { return }
        Task { await arriving.send(content, limit: limit, refuse: refuse) }
    }

    /// The client leaves before it has sent all.
    func breakOff() { arriving?.breakOff() }
}
