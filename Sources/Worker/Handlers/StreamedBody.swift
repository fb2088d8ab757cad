import GatewayInterface

/// A body on its way from the client to a handler that has been called already. It looks at the exchange on the loop alone.
final class StreamedBody: BodySource, @unchecked Sendable {  // Other threads change over to the loop first.
    let count: Int?
    /// The call that reads; set before the handler is called.
    weak var call: HandlerCall?
    private var fields: [TrailerField] = []

    init(count: Int?) { self.count = count }

    var trailers: [TrailerField] { fields }

    func read(upTo limit: Int) throws -> [UInt8] { throw RequestBodyError.notHere }

    func next(upTo limit: Int) async throws -> [UInt8] {
        guard let call else { throw RequestBodyError.tooLate }
        guard call.backend.executor.isHere else {
            return try await withTaskExecutorPreference(call) { try await self.nextHere(call, limit) }
        }
        return try await nextHere(call, limit)
    }

    private func nextHere(_ call: HandlerCall, _ limit: Int) async throws -> [UInt8] {
        while true {
            guard let exchange = call.exchange else { throw RequestBodyError.tooLate }
            guard exchange.connection != nil else { throw RequestBodyError.incomplete }
            exchange.wantBody()
            // Saying so may have shown that nobody is there any more.
            guard exchange.connection != nil else { throw RequestBodyError.incomplete }
            if !exchange.body.isEmpty {
                let bytes = Array(try exchange.body.front().prefix(max(1, limit)))
                exchange.body.consume(bytes.count)
                exchange.bodyWasTaken()
                return bytes
            }
            guard exchange.bodyState.isIncomplete else {
                fields = exchange.trailerFields
                return []
            }
            try Task.checkCancellation()
            await call.wait(\.bodyWaiters)
        }
    }
}
