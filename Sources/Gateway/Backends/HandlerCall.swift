import GatewayInterface

/// A handler that runs on a thread or as a task, and the exchange that waits for it. The loop alone looks into it.
final class HandlerCall {
    private var exchange: Exchange?
    private let environ: Environ
    /// In the loop's milliseconds.
    let startedAt: UInt64
    /// Its place among the backend's calls.
    var position: Int
    /// Whether its client has been answered without it.
    var isOverdue = false

    init(_ exchange: Exchange, _ environ: Environ, startedAt: UInt64, position: Int) {
        self.exchange = exchange
        self.environ = environ
        self.startedAt = startedAt
        self.position = position
    }

    /// The exchange, for the one who answers it.
    func takeExchange() -> Exchange? {
        defer { exchange = nil }
        return exchange
    }

    func seconds(at now: UInt64) -> UInt64 { (now - min(now, startedAt)) / 1000 }

    /// `GET /report from 10.0.0.1`, for messages; also when the exchange has gone.
    var description: String {
        let target = environ["REQUEST_URI"] ?? environ.path
        let host = environ.remoteAddress
        return "\(environ.method) \(target.prefix(200))" + (host.isEmpty ? "" : " from \(host)")
    }
}
