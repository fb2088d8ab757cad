import EventLoop
import GatewayInterface
import HTTP
import Logging
import Logs
import Octets
import Plans
import Routing
import Scoreboard
import Settings
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
    /// What the access log wants noted of a request on its way.
    let logNeeds: LogNeeds
    /// The requests that have no line yet, for the master to write them where this process cannot.
    let inFlight: InFlightRequests?
    let dispatcher: Dispatcher
    /// What distinguishes the worker's class from others.
    let policy: BuiltinClass
    /// Whose word about other clients is believed.
    let trusted: TrustedPeers
    /// What this worker has done, in the scoreboard.
    let counters: WorkerCounters
    /// What the buffers of its connections and exchanges take.
    let budget: MemoryBudget
    /// What the temporary files of all workers may take.
    let space: TemporarySpace
    /// Who is served, and who goes for whom.
    private(set) var door: FrontDoor!
    /// When it was last said that memory or the disk is full.
    var memoryLines = LineInterval()
    var spoolLines = LineInterval()
    private var heldLines = LineInterval()
    /// When it was last said that a proxy contradicts itself.
    var forwardingLines = LineInterval()
    /// By which fields.
    let forwardingFields: ForwardingFields
    /// Whether applications see fields of that sort that are not believed.
    let passesForwarding: Bool
    /// Who may send PROXY headers, and which; none where they are not expected.
    let proxies: TrustedPeers
    let proxyVersions: ProxyHeader.Versions
    /// Whether every connection begins with a PROXY header.
    let expectsPreface: Bool
    private var refusals = LineInterval()
    /// Where applications may have files sent from.
    let fileRoots: [FileRoots]
    /// What compresses answers.
    let encoders: EncoderStock
    /// By what clients recognize the file that is being answered with.
    let fileValidators = FileValidators()
    /// What requests are called.
    var requestIDs = RequestIDs()
    var spanIDs = SpanIDs()
    /// Whether a trusted peer's X-Request-ID is believed.
    let believesRequestIDs: Bool
    /// Whether answers name their request.
    let returnsRequestIDs: Bool
    let trace: TraceMode
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
    /// The line of `Server`; empty where there is none.
    private var serverLine = ByteBuffer()
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
        counters = plan.scoreboard.counters(worker: plan.index)
        budget = MemoryBudget(limit: plan.settings.workerBuffers)
        space = TemporarySpace(
            plan.scoreboard, worker: plan.index, limit: plan.settings.temporaryLimit)
        trusted = try TrustedPeers(plan.settings.forwardedAllowIPs, setting: "forwarded-allow-ips")
        forwardingFields = ForwardingFields(plan.settings.forwardedFields)
        passesForwarding = plan.settings.unbelievedFields == .pass
        proxies = try TrustedPeers(plan.settings.proxyAllowIPs, setting: "proxy-allow-ips")
        proxyVersions = plan.settings.proxyProtocol.versions
        expectsPreface = !proxyVersions.isEmpty
        var roots: [FileRoots] = []
        for settings in plan.applicationSettings { roots.append(try FileRoots(settings)) }
        fileRoots = roots
        encoders = EncoderStock(limit: settings.compression.limit)
        preRequest = plan.extensions.hooks.preRequest
        postRequest = plan.extensions.hooks.postRequest
        self.info = info
        self.policy = policy
        self.gate = gate
        self.loop = loop
        self.log = log
        self.accessLog = accessLog
        logNeeds = accessLog?.needs ?? LogNeeds()
        inFlight = accessLog == nil ? nil : plan.inFlight.map(InFlightRequests.init)
        believesRequestIDs = plan.settings.trustsRequestIDs
        returnsRequestIDs = plan.settings.returnsRequestIDs
        trace = plan.settings.trace
        self.dispatcher = dispatcher
        scratch = .allocate(capacity: Self.scratchSize)
        if settings.serverField != "off" { serverLine.append(text: "Server: \(settings.serverField)\r\n") }
        if let inFlight { accessLog?.willWrite = { inFlight.strikeOut() } }
        door = FrontDoor(self, slots: plan.slotCount)
    }

    deinit { scratch.deallocate() }

    func opened() { connectionCount += 1 }

    func closed() {
        connectionCount -= 1
        counters.add(.closed)
        door.lookAgain()
        connectionClosed()
    }

    /// A buffer for a body or an answer.
    func makeSpool() -> Spool {
        Spool(
            memoryLimit: settings.bufferMemory, folder: settings.temporaryFolder, budget: budget, space: space
        )
    }

    /// What waits for a slow client does not fit in the temporary folder.
    func isHeldUp(by error: SyscallError) {
        guard let times = heldLines.happened(loop.now) else { return }
        log.error(
            "responses that wait for slow clients do not fit in \(settings.temporaryFolder) (--temporary-folder, --temporary-limit): \(error); their applications wait too\(LineInterval.times(times))"
        )
    }

    /// Something that waits could not be kept. A full disk concerns everybody: it is said once in a while.
    func lost(_ what: StaticString, _ error: SyscallError) {
        guard let times = spoolLines.happened(loop.now) else { return }
        log.error(
            "\(what) was lost in \(settings.temporaryFolder) (--temporary-folder, --temporary-limit): \(error)\(LineInterval.times(times))"
        )
    }

    /// Whether a request may have a body that takes memory.
    func hasMemory() -> Bool {
        guard budget.isExhausted else { return true }
        // What spare exchanges keep for later is needed now.
        for exchange in spareExchanges { exchange.trim() }
        if budget.isExhausted { complainOfMemory() }
        return !budget.isExhausted
    }

    private func complainOfMemory() {
        guard let times = memoryLines.happened(loop.now) else { return }
        log.error(
            "the buffers hold \(budget.used) octets: requests with a body get 503 (--worker-buffers)\(LineInterval.times(times))"
        )
    }

    /// Says why a connection was closed before its first request; not each time, as anybody may connect.
    func refusedConnection(from host: String, _ reason: String) {
        counters.add(.refused)
        guard let times = refusals.happened(loop.now) else { return }
        let client = host.isEmpty ? "a unix socket" : host
        log.warning("closed a connection from \(client): \(reason)\(LineInterval.times(times))")
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

    /// Ends every request that has no answer yet: the worker leaves and does not wait for them.
    func stopExchanges() {
        for exchange in exchanges where !exchange.isSpare && exchange.connection != nil { exchange.stopped() }
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

    /// Leaves a request on the scoreboard that is still in flight: whoever has run last may well be what the worker is
    /// stuck in, or killed at.
    func hideIfOver() {
        guard let shown, shown.exchange.isSpare || shown.exchange.dispatchedAt != shown.since else { return }
        show(nil)
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
        // They stand near the front of the environ.
        let method = NameValuePairs.value(of: "REQUEST_METHOD", in: pairs) ?? empty
        let target = NameValuePairs.value(of: "REQUEST_URI", in: pairs) ?? empty
        let client = NameValuePairs.value(of: "REMOTE_ADDR", in: pairs) ?? empty
        scoreboard.record(worker: index).write(
            method: method, target: target, client: client, since: exchange.dispatchedAt)
    }

    /// Appends `Server` and `Date`, each unless the application sent its own.
    func appendCommonFields(server: Bool, date: Bool, to output: inout ByteBuffer) {
        let second = Clock.secondsSince1970()
        if second != commonFieldsSecond {
            commonFieldsSecond = second
            commonFields.clear()
            commonFields.append(serverLine.bytes)
            commonFields.append("Date: ")
            HTTPDate.append(secondsSince1970: second, to: &commonFields)
            commonFields.append("\r\n")
        }
        let split = serverLine.count
        let bytes = commonFields.bytes
        if server, date { return output.append(bytes) }
        if server { output.append(UnsafeBufferPointer(rebasing: bytes[..<split])) }
        if date { output.append(UnsafeBufferPointer(rebasing: bytes[split...])) }
    }
}
