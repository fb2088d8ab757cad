// Whether a new connection is served, and who has to go for it. A worker at its limit, or without descriptors, closes the
// connection that it can best spare. Where it can spare none it is full, and says so in the scoreboard: new connections are
// then left to the workers that have room, which share the listeners; and where none has room they are answered 503, so
// that nobody waits in a backlog without an end.

import EventLoop
import HTTP
import Logging
import Logs
import Octets
import Scoreboard
import Settings
import Syscalls

/// The limits of a worker's connections.
final class FrontDoor {
    /// What a connection is refused for.
    enum Limit: Int, CaseIterable {
        case connections, address, descriptors
    }

    /// Descriptors that are left to everything but clients and applications: temporary files, logs, files that are sent.
    private static let otherDescriptors = 128
    /// Refused clients that are given time to read why, at once.
    private static let lingererLimit = 64

    /// It owns the door.
    private unowned let context: WorkerContext
    private let counters: WorkerCounters
    private let addresses: AddressCounts
    /// Connections at the most.
    let limit: Int
    let idle = IdleConnections()
    /// Given up to accept a connection that is to be refused, where there is no other descriptor.
    private var spare: SpareDescriptor?
    private var lingerers = 0
    /// One for each reason: a noisy one must not hide another.
    private var refusals = [LineInterval](repeating: LineInterval(), count: Limit.allCases.count)
    private var shortages = LineInterval()

    /// - Parameter slots: Connections to applications that the worker may need.
    init(_ context: WorkerContext, slots: Int) {
        self.context = context
        counters = context.counters
        addresses = context.scoreboard.addresses
        spare = SpareDescriptor()
        let descriptors = SystemProcess.descriptorLimit
        // The lowest free number is how many are in use.
        let room = descriptors - Int(spare?.number ?? 0) - slots - Self.otherDescriptors
        let wanted = context.settings.workerConnections
        limit = min(wanted, max(room, 1))
        if limit < wanted {
            context.log.warning(
                "\(descriptors) descriptors leave room for \(limit) connections of \(wanted) (--worker-connections): raise 'ulimit -n'"
            )
        }
    }

    /// Whether one connection more may be served, perhaps because another one goes for it.
    var hasRoom: Bool { context.connectionCount < limit || canSpareOne }

    /// Whether some connection can go for another one.
    var canSpareOne: Bool { idle.spare(context.loop.now) != nil }

    /// Holds the spare descriptor again, where it was given up and there is one.
    func holdSpare() { if spare == nil { spare = SpareDescriptor() } }

    /// Closes the connection that can best be spared.
    ///
    /// - Returns: Whether there was one.
    func makeRoom() -> Bool {
        guard let connection = idle.spare(context.loop.now) else { return false }
        counters.add(.evicted)
        connection.isEvicted = true
        connection.close()
        return true
    }

    /// There is no room, and nobody to put out.
    ///
    /// - Returns: Whether new connections are to be refused; else they are left to others.
    func isFull() -> Bool {
        counters.isFull = true
        return context.scoreboard.isFullEverywhere(but: context.index)
    }

    /// A connection has closed, or time has passed.
    func lookAgain() {
        holdSpare()
        if counters.isFull, hasRoom { counters.isFull = false }
    }

    /// Whether the worker should accept: it has room, or everybody else is full as well.
    var isOpen: Bool { !counters.isFull || context.scoreboard.isFullEverywhere(but: context.index) }

    /// Descriptors have run out.
    func complain() {
        guard let times = shortages.happened(context.loop.now) else { return }
        context.log.error(
            "out of descriptors, and no idle connection to close (raise 'ulimit -n')\(LineInterval.times(times))"
        )
    }

    // MARK: Addresses

    /// Counts a connection for its client's address.
    ///
    /// - Returns: Its place for ``leave(_:)``, -1 where it is not counted; `nil` where the address has too many.
    func enter(_ client: NetworkAddress?) -> Int? {
        let most = context.settings.addressConnections
        guard most > 0, let client else { return -1 }
        let (high, low) = client.subscriber
        switch addresses.enter(
            context.scoreboard.addressHash(high, low), worker: context.index,
            workers: context.scoreboard.workerBound, limit: most)
        {
        case .counted(let place): return place
        case .uncounted: return -1
        case .tooMany: return nil
        }
    }

    /// Why a connection is refused, for the log.
    func tooMany(from host: String) -> String {
        "\(host) has \(context.settings.addressConnections) already (--address-connections); a proxy belongs in --forwarded-allow-ips"
    }

    /// A connection has closed.
    func leave(_ place: Int) {
        if place >= 0 { addresses.leave(place, worker: context.index) }
    }

    // MARK: Refusing

    /// Accepts a connection with the spare descriptor.
    ///
    /// - Returns: As ``Socket/accept(_:peer:)``.
    func acceptWithSpare(_ listener: CInt, peer: inout SocketAddress) -> CInt {
        spare = nil
        return Socket.accept(listener, peer: &peer)
    }

    /// Answers 503 and closes.
    ///
    /// - Parameter isShort: Whether there is no descriptor for a client that reads slowly.
    func refuse(
        _ descriptor: consuming OwnedDescriptor, isShort: Bool, _ limit: Limit, because reason: String
    ) {
        counters.add(.refused)
        if let times = refusals[limit.rawValue].happened(context.loop.now) {
            context.log.warning("a connection is refused: \(reason)\(LineInterval.times(times))")
        }
        var answer = ByteBuffer(capacity: 256)
        answer.append("HTTP/1.1 503 Service Unavailable\r\n")
        context.appendCommonFields(server: true, date: true, to: &answer)
        answer.append("Retry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        // A new socket has room for so little, and who has gone already needs no answer.
        if case .bytes(let count) = Descriptor.send(descriptor.number, answer.bytes) {
            counters.add(.octetsOut, count)
        }
        Descriptor.shutdownSending(descriptor.number)
        guard !isShort, lingerers < Self.lingererLimit else {
            _ = Descriptor.receive(descriptor.number, into: context.scratch)
            drop(descriptor)
            holdSpare()
            return
        }
        lingerers += 1
        let client = RefusedClient(descriptor, loop: context.loop, memory: context.scratch) {
            [unowned self] in
            lingerers -= 1
        }
        do { try client.start() } catch { client.close() }
    }

    private func drop(_ descriptor: consuming OwnedDescriptor) {}
}

/// A descriptor that is held for the moment in which there is no other.
private final class SpareDescriptor {
    private let descriptor: OwnedDescriptor
    var number: CInt { descriptor.number }

    init?() {
        guard let null = try? Files.openDirectory("/") else { return nil }
        descriptor = null
    }
}
