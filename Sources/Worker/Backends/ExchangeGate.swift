// The class `sync`: one exchange at a time goes through to the backend, the others wait. It stands in front of any
// backend, and knows an exchange's end by its being given back.

import Logging
import Settings

/// Lets one exchange at a time through to a backend.
final class ExchangeGate: Backend {
    private let backend: any Backend
    private let settings: Settings
    private let log: Logger
    private var current: Exchange?
    private var queue = ExchangeQueue()
    private var isServing = false
    /// Called when the worker becomes busy beyond this moment, and when it is free again.
    var isBusyChanged: (Bool) -> Void = { _ in }

    init(_ backend: any Backend, settings: Settings, log: Logger) {
        self.backend = backend
        self.settings = settings
        self.log = log
    }

    /// While a client sends, however slowly, nobody else would be served.
    func streamsBody(of exchange: Exchange, hasLength: Bool) -> Bool { false }

    func serve(_ exchange: Exchange) {
        // A local redirect brings the exchange that is through already.
        if exchange === current { return backend.serve(exchange) }
        guard current == nil || queue.count < settings.queueSize else {
            return exchange.fail(status: 503, "Too many requests are waiting.", retryAfter: 1)
        }
        queue.append(exchange)
        serveQueue()
    }

    func isOut(_ exchange: Exchange) -> Bool { backend.isOut(exchange) }
    func refuse(_ exchange: Exchange) { backend.refuse(exchange) }

    /// An exchange has come to its end.
    func ended(_ exchange: Exchange) {
        guard exchange === current else { return }
        current = nil
        serveQueue()
    }

    private func serveQueue() {
        // A handler that answers at once ends its exchange in here: the outer loop takes the next.
        guard !isServing else { return }
        isServing = true
        while current == nil, let next = queue.first {
            queue.removeFirst()
            current = next
            backend.serve(next)
        }
        isServing = false
        isBusyChanged(current != nil)
    }

    func clientLeft(_ exchange: Exchange) {
        if queue.remove(exchange) {
            exchange.context.giveBack(exchange)
        } else {
            backend.clientLeft(exchange)
        }
    }

    func sweep(_ now: UInt64) {
        while let exchange = queue.takeOverdue(now: now) {
            log.error("the worker was busy for \(settings.queueTimeout) s: 503 to \(exchange.description)")
            exchange.fail(status: 503, "The server is busy.", retryAfter: 1)
        }
        backend.sweep(now)
    }

    func wake() { backend.wake() }
    func drain() { backend.drain() }
    var isBusy: Bool { backend.isBusy }
}
