import Logging
import Syscalls

/// A listener as a worker sees it: accepts while there is room.
final class Acceptor: Source {
    private let context: WorkerContext
    private let ends: LocalEnds
    private var isPaused = false
    private var isDraining = false
    /// When lack of descriptors may be logged again.
    private var nextComplaint: UInt64 = 0

    init(listener: CInt, ends: LocalEnds, context: WorkerContext) {
        self.context = context
        self.ends = ends
        super.init(number: listener)
    }

    /// Begins to accept. Of the workers that wait on a listener the kernel wakes one; where each serves one exchange
    /// at a time it wakes all, because the one might be about to begin a long exchange.
    func start() throws(SyscallError) {
        try context.loop.add(self, context.policy.servesOneAtATime ? .readable : [.readable, .exclusive])
    }

    override func ready(_ events: Epoll.Events) {
        for _ in 0..<context.policy.acceptBurst where !isPaused { guard accept() else { return } }
    }

    /// Serves what sits in the backlog already, also beyond the limit of connections: closing the last copy of the
    /// listener would reset it. Then closes this worker's copy. It is not used again.
    func drain() {
        isDraining = true
        while accept() {}
        if isWatched { context.loop.remove(self) }
        Descriptor.closeInherited(number)
    }

    /// Goes on after a pause, when there may be room again.
    func resumeIfPaused() {
        guard isPaused, !context.holdsAccepting, context.connectionCount < context.settings.workerConnections
        else { return }
        isPaused = false
        do { try start() } catch { context.log.error("cannot go on accepting: \(error)") }
    }

    /// - Returns: Whether a connection was accepted.
    private func accept() -> Bool {
        guard isDraining || context.connectionCount < context.settings.workerConnections else {
            pauseAccepting()
            return false
        }
        var address = Socket.anyAddress
        let number = Socket.accept(self.number, peer: &address)
        guard number >= 0 else {
            if Socket.isOutOfDescriptors(-number) {
                if context.loop.now >= nextComplaint {
                    nextComplaint = context.loop.now + 10_000
                    context.log.error(
                        "out of descriptors: no new connection until one closes (raise 'ulimit -n')")
                }
                pauseAccepting()
            }
            // Anything else concerns one connection that is gone already, or means that none waits.
            return Socket.isTransient(-number)
        }
        let descriptor = OwnedDescriptor(adopting: number)
        let peer = PeerAddress(address, number, asksForLocal: ends.plain.isWildcard)
        if context.expectsPreface, !context.proxies.trusts(peer: peer.address) {
            context.refusedConnection(from: peer.host, "it is no proxy of --proxy-allow-ips")
            return true
        }
        let connection = Connection(descriptor, context: context, ends: ends, peer: peer)
        do { try connection.start() } catch { context.log.error("cannot watch a connection: \(error)") }
        return true
    }

    /// Leaves new connections to other workers.
    func pauseAccepting() {
        guard isWatched else { return }
        isPaused = true
        context.loop.remove(self)
    }
}
