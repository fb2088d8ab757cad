// A listener as a worker sees it. Of the workers that wait on it the kernel wakes one; whether a connection is served,
// left to another worker or refused is the front door's decision.

import EventLoop
import Logging
import Logs
import Plans
import Scoreboard
import Settings
import Syscalls

/// Accepts the connections of one listener.
final class Acceptor: Source {
    private let context: WorkerContext
    private let door: FrontDoor
    private let ends: LocalEnds
    private var isPaused = false
    private var isDraining = false

    init(listener: CInt, ends: LocalEnds, context: WorkerContext) {
        self.context = context
        door = context.door
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
        guard isPaused, !context.holdsAccepting, door.isOpen else { return }
        isPaused = false
        do { try start() } catch { context.log.error("cannot go on accepting: \(error)") }
    }

    /// Accepts what the kernel may have told a worker of that has no room.
    func helpOut() { if isWatched { ready(.readable) } }

    /// - Returns: Whether another connection may wait.
    private func accept() -> Bool {
        guard isDraining || door.hasRoom else { return turnAway() }
        var address = Socket.anyAddress
        var number = Socket.accept(self.number, peer: &address)
        // The kernel looks for a descriptor before it looks whether anybody waits: nobody is put out for nobody.
        let isShort = Socket.isOutOfDescriptors(-number)
        if isShort {
            guard isDraining || door.canSpareOne || door.isFull() else {
                pauseAccepting()
                return false
            }
            number = door.acceptWithSpare(self.number, peer: &address)
        }
        guard number >= 0 else { return failed(-number) }
        let descriptor = OwnedDescriptor(adopting: number)
        context.counters.add(.accepted)
        let peer = PeerAddress(address, descriptor.number, asksForLocal: ends.plain.isWildcard)
        if context.expectsPreface, !context.proxies.trusts(peer: peer.address) {
            context.refusedConnection(from: peer.host, "it is no proxy of --proxy-allow-ips")
            context.counters.add(.closed)
            return true
        }
        // A proxy speaks for many. Those whom it relays are counted when it has named them.
        let speaksForMany = context.expectsPreface || context.trusted.trusts(peer: peer.address)
        guard let place = speaksForMany ? -1 : door.enter(peer.address) else {
            refuse(descriptor, isShort: isShort, .address, because: door.tooMany(from: peer.host))
            return true
        }
        if isShort {
            guard door.makeRoom() else {
                door.leave(place)
                door.complain()
                refuse(descriptor, isShort: true, .descriptors, because: "there is no descriptor left")
                return true
            }
            door.holdSpare()
        }
        // Only now: a client that is refused puts nobody out.
        if !isDraining, context.connectionCount >= door.limit { _ = door.makeRoom() }
        let connection = Connection(
            descriptor, context: context, ends: ends, peer: peer, addressPlace: place)
        do {
            try connection.start()
        } catch {
            context.log.error("cannot watch a connection: \(error)")
            door.leave(place)
            context.counters.add(.closed)
        }
        return true
    }

    /// accept has failed.
    private func failed(_ code: CInt) -> Bool {
        door.holdSpare()
        guard Socket.isOutOfDescriptors(code) else {
            // It concerns one connection that is gone already, or means that none waits.
            return Socket.isTransient(code)
        }
        // Not even the spare one: the listener would be reported ready again and again.
        door.complain()
        pauseAccepting()
        return false
    }

    /// Leaves the next connection to others, or tells it that there is no room anywhere.
    private func turnAway() -> Bool {
        guard door.isFull() else {
            pauseAccepting()
            return false
        }
        var address = Socket.anyAddress
        var number = Socket.accept(self.number, peer: &address)
        let isShort = Socket.isOutOfDescriptors(-number)
        if isShort { number = door.acceptWithSpare(self.number, peer: &address) }
        guard number >= 0 else { return failed(-number) }
        context.counters.add(.accepted)
        refuse(
            OwnedDescriptor(adopting: number), isShort: isShort, .connections,
            because: "all workers have as many as they may have (--worker-connections)")
        return true
    }

    private func refuse(
        _ descriptor: consuming OwnedDescriptor, isShort: Bool, _ limit: FrontDoor.Limit,
        because reason: String
    ) {
        door.refuse(descriptor, isShort: isShort, limit, because: reason)
        context.counters.add(.closed)
    }

    /// Leaves new connections to other workers.
    func pauseAccepting() {
        guard isWatched else { return }
        isPaused = true
        context.loop.remove(self)
    }
}
