import Logging
import Syscalls

/// A listener as a worker sees it: accepts while there is room.
final class Acceptor: Source {
    /// Connections accepted in a row. Few, so that a flood of them does not hold up those that are being served, and
    /// spreads over all workers.
    private static let burst = 4

    private let context: WorkerContext
    private let local: LocalEnd
    private var isPaused = false
    /// When lack of descriptors may be logged again.
    private var nextComplaint: UInt64 = 0

    init(listener: CInt, local: LocalEnd, context: WorkerContext) {
        self.context = context
        self.local = local
        super.init(number: listener)
    }

    /// Begins to accept. Of the workers that wait on a listener the kernel wakes one.
    func start() throws(SyscallError) { try context.loop.add(self, [.readable, .exclusive]) }

    override func ready(_ events: Epoll.Events) {
        for _ in 0..<Self.burst where !isPaused { guard accept() else { return } }
    }

    /// Serves what sits in the backlog already, and closes this worker's copy of the listener. It is not used again.
    func drain() {
        while accept() {}
        if isWatched { context.loop.remove(self) }
        Descriptor.closeInherited(number)
    }

    /// Goes on after a pause, when there may be room again.
    func resumeIfPaused() {
        guard isPaused, context.connectionCount < context.settings.workerConnections else { return }
        isPaused = false
        do { try start() } catch { context.log.error("cannot go on accepting: \(error)") }
    }

    /// - Returns: Whether a connection was accepted.
    private func accept() -> Bool {
        guard context.connectionCount < context.settings.workerConnections else {
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
        let connection = Connection(
            OwnedDescriptor(adopting: number), context: context, local: local,
            peer: PeerAddress(address, local: local.isWildcard ? number : nil))
        do { try connection.start() } catch { context.log.error("cannot watch a connection: \(error)") }
        return true
    }

    private func pauseAccepting() {
        guard isWatched else { return }
        isPaused = true
        context.loop.remove(self)
    }
}
