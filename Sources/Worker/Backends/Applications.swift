// The applications of a worker as one backend: each exchange goes to the one that its route names.

/// Several backends behind one.
final class Applications: Backend {
    private let backends: [any Backend]

    /// - Parameter backends: By the index that routes name.
    init(_ backends: [any Backend]) { self.backends = backends }

    func streamsBody(of exchange: Exchange, hasLength: Bool) -> Bool {
        backends[exchange.application].streamsBody(of: exchange, hasLength: hasLength)
    }

    func serve(_ exchange: Exchange) { backends[exchange.application].serve(exchange) }
    func isOut(_ exchange: Exchange) -> Bool { backends[exchange.application].isOut(exchange) }
    func refuse(_ exchange: Exchange) { backends[exchange.application].refuse(exchange) }
    func clientLeft(_ exchange: Exchange) { backends[exchange.application].clientLeft(exchange) }
    func sweep(_ now: UInt64) { for backend in backends { backend.sweep(now) } }
    func wake() { for backend in backends { backend.wake() } }
    var isBusy: Bool { backends.contains { $0.isBusy } }
    func drain() { for backend in backends { backend.drain() } }
}
