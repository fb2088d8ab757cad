import GatewayInterface
import HTTP
import Logging
import Octets
import Syscalls

/// What all connections of one worker have in common. One thread uses it.
final class WorkerContext {
    /// The worker's index in the scoreboard and in the logs.
    let index: Int
    let settings: Settings
    let scoreboard: Scoreboard
    let loop: EventLoop
    let log: Logger
    let accessLog: AccessLog?
    let dispatcher: Dispatcher
    /// What distinguishes the worker's class from others.
    let policy: BuiltinClass
    /// Whose X-Forwarded-Proto is believed.
    let trusted: TrustedPeers
    /// Where applications may have files sent from.
    let fileRoots: [FileRoots]
    /// By what clients recognize the file that is being answered with.
    let fileValidators = FileValidators()
    /// What requests are called.
    var requestIDs = RequestIDs()
    /// The worker as hooks see it.
    let info: WorkerInfo
    let preRequest: (@Sendable (WorkerInfo, Environ) -> Void)?
    let postRequest: (@Sendable (WorkerInfo, Environ, Int) -> Void)?
    /// Lets one exchange at a time through, in the class `sync`.
    let gate: ExchangeGate?
    /// Where a receive lands before it is known whether anything must be kept. Shared, because one receive is dealt
    /// with at a time: an idle connection owns no memory.
    let scratch: UnsafeMutableBufferPointer<UInt8>
    /// `Server`, `Date` and their line ends, made once a second.
    private(set) var commonFields = ByteBuffer(capacity: 128)
    private var commonFieldsSecond = -1
    private var spareExchanges: [Exchange] = []
    /// All exchanges, spare ones too: a warm worker finds those in flight without having noted them.
    private var exchanges: [Exchange] = []
    /// What the scoreboard shows, so that it is not written ten times a second.
    private var shown: (exchange: Exchange, since: UInt64)?
    /// Whether new connections are left to other workers.
    private(set) var holdsAccepting = false
    /// Called when that has changed.
    var holdsAcceptingChanged: () -> Void = {}
    /// Connections open now.
    private(set) var connectionCount = 0
    /// Whether the worker is leaving: no connection is kept after its exchange.
    var isDraining = false
    /// Called when a connection has closed.
    var connectionClosed: () -> Void = {}

    static let scratchSize = 65_536

    init(
        _ plan: WorkerPlan, info: WorkerInfo, policy: BuiltinClass, gate: ExchangeGate?, loop: EventLoop,
        log: Logger, accessLog: AccessLog?, dispatcher: Dispatcher
    ) throws(ConfigurationError) {
        index = plan.index
        settings = plan.settings
        scoreboard = plan.scoreboard
        trusted = try TrustedPeers(plan.settings.forwardedAllowIPs)
        var roots: [FileRoots] = []
        for settings in plan.applicationSettings { roots.append(try FileRoots(settings)) }
        fileRoots = roots
        preRequest = plan.extensions.hooks.preRequest
        postRequest = plan.extensions.hooks.postRequest
        self.info = info
        self.policy = policy
        self.gate = gate
        self.loop = loop
        self.log = log
        self.accessLog = accessLog
        self.dispatcher = dispatcher
        scratch = .allocate(capacity: Self.scratchSize)
    }

    deinit { scratch.deallocate() }

    func opened() { connectionCount += 1 }

    func closed() {
        connectionCount -= 1
        connectionClosed()
    }

    /// An exchange for a request that begins.
    func takeExchange(for connection: Connection) -> Exchange {
        let exchange = spareExchanges.popLast() ?? makeExchange()
        exchange.isSpare = false
        exchange.connection = connection
        return exchange
    }

    /// Takes an exchange back whose response is complete and which no backend knows any more.
    func giveBack(_ exchange: Exchange) {
        // Twice in the list it would serve two clients at once, and each could get the other's answer.
        assert(!exchange.isSpare)
        guard !exchange.isSpare else { return log.critical("an exchange was given back twice") }
        exchange.isSpare = true
        exchange.reset()
        // As many as a burst leaves behind would never be needed at once again.
        if spareExchanges.count < 256 { spareExchanges.append(exchange) } else { drop(exchange) }
        gate?.ended(exchange)
    }

    private func makeExchange() -> Exchange {
        let exchange = Exchange(context: self)
        exchange.place = exchanges.count
        exchanges.append(exchange)
        return exchange
    }

    private func drop(_ exchange: Exchange) {
        let last = exchanges.removeLast()
        guard last !== exchange else { return }
        last.place = exchange.place
        exchanges[exchange.place] = last
    }

    // MARK: What others see

    /// Leaves new connections to other workers, or accepts them again.
    func holdAccepting(_ holds: Bool) {
        guard holds != holdsAccepting else { return }
        holdsAccepting = holds
        holdsAcceptingChanged()
    }

    /// Shows on the scoreboard which request has been in flight longest.
    func showOldest() {
        var oldest: Exchange?
        for exchange in exchanges where !exchange.isSpare && exchange.dispatchedAt != 0 {
            if exchange.dispatchedAt < oldest?.dispatchedAt ?? .max { oldest = exchange }
        }
        show(oldest)
    }

    /// Shows a request on the scoreboard, or that there is none.
    func show(_ exchange: Exchange?) {
        guard let exchange else {
            if shown != nil { scoreboard.record(worker: index).clear() }
            shown = nil
            return
        }
        if let shown, shown.exchange === exchange, shown.since == exchange.dispatchedAt { return }
        shown = (exchange, exchange.dispatchedAt)
        let empty = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        let pairs = exchange.environ.bytes
        // They stand first in the environ, and the client's address first in the connection's pairs.
        let method = NameValuePairs.value(of: "REQUEST_METHOD", in: pairs) ?? empty
        let target = NameValuePairs.value(of: "REQUEST_URI", in: pairs) ?? empty
        let record = scoreboard.record(worker: index)
        guard let peer = exchange.connection?.peer else {
            return record.write(method: method, target: target, client: empty, since: exchange.dispatchedAt)
        }
        peer.pairs.withUnsafeBufferPointer { peer in
            record.write(
                method: method, target: target,
                client: NameValuePairs.value(of: "REMOTE_ADDR", in: peer) ?? empty,
                since: exchange.dispatchedAt)
        }
    }

    /// Appends `Server` and `Date`, each unless the application sent its own.
    func appendCommonFields(server: Bool, date: Bool, to output: inout ByteBuffer) {
        let second = Clock.secondsSince1970()
        if second != commonFieldsSecond {
            commonFieldsSecond = second
            commonFields.clear()
            commonFields.append("Server: gateway\r\nDate: ")
            HTTPDate.append(secondsSince1970: second, to: &commonFields)
            commonFields.append("\r\n")
        }
        let split = 17  // Octets of the Server line.
        let bytes = commonFields.bytes
        if server, date { return output.append(bytes) }
        if server { output.append(UnsafeBufferPointer(rebasing: bytes[..<split])) }
        if date { output.append(UnsafeBufferPointer(rebasing: bytes[split...])) }
    }
}
