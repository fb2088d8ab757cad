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
    /// Where a receive lands before it is known whether anything must be kept. Shared, because one receive is dealt
    /// with at a time: an idle connection owns no memory.
    let scratch: UnsafeMutableBufferPointer<UInt8>
    /// `Server`, `Date` and their line ends, made once a second.
    private(set) var commonFields = ByteBuffer(capacity: 128)
    private var commonFieldsSecond = -1
    private var spareExchanges: [Exchange] = []
    /// Connections open now.
    private(set) var connectionCount = 0
    /// Whether the worker is leaving: no connection is kept after its exchange.
    var isDraining = false
    /// Called when a connection has closed.
    var connectionClosed: () -> Void = {}

    static let scratchSize = 65_536

    init(
        index: Int, settings: Settings, scoreboard: Scoreboard, loop: EventLoop, log: Logger,
        accessLog: AccessLog?, dispatcher: Dispatcher
    ) {
        self.index = index
        self.settings = settings
        self.scoreboard = scoreboard
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
        let exchange = spareExchanges.popLast() ?? Exchange(context: self)
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
        if spareExchanges.count < 256 { spareExchanges.append(exchange) }
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
