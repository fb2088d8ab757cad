// The sockets that clients connect to are shared with every worker, and with all the code that runs in one. What such code does
// to a socket it does to all: a shutdown(2) ends it for everybody, and a flag that is cleared makes every accept(2) wait. The
// master looks after its sockets, and puts right what it can without anybody's help.

import Logging
import Plans
import Settings
import Syscalls

extension Listener {
    /// What somebody has done to it.
    enum Fault: Equatable {
        case none
        /// It waits: accepting is made non-blocking again.
        case blocking
        /// It was shut down, and listens again.
        case revived
        /// It was shut down, for ever.
        case dead
    }

    /// Looks how it is, and puts right what can be.
    func repair(backlog: Int) -> Fault {
        if address.isUnix {
            if Socket.isShutDown(number) { return .dead }
        } else if !Socket.isListening(number) {
            return Socket.revive(number, address, backlog: backlog) ? .revived : .dead
        }
        return Socket.restoreNonBlocking(number) ? .blocking : .none
    }
}

extension Master {
    /// Milliseconds between two looks at the listeners.
    private static let listenerInterval: UInt64 = 250

    /// Looks whether the listeners still listen.
    func careForListeners(_ now: UInt64) {
        guard now >= nextListenerLook else { return }
        nextListenerLook = now + Self.listenerInterval
        for generation in generations where generation.phase == .serving {
            for listener in generation.listeners { care(for: listener, now) }
        }
    }

    private func care(for listener: Listener, _ now: UInt64) {
        switch listener.repair(backlog: context.settings.backlog) {
        case .none: break
        case .blocking:
            context.log.warning(
                "the listening socket \(listener.address) had been made blocking by code that runs in a worker: it is not any more"
            )
        case .revived:
            context.log.error(
                "the listening socket \(listener.address) was shut down by code that runs in a worker: it listens again"
            )
        case .dead:
            guard now >= nextListenerReload, stopDeadline == nil else { return }
            nextListenerReload =
                now + max(1000, listenerPauses.pauseAfter(life: now - min(now, nextListenerReload)))
            context.log.error(
                "the listening socket \(listener.address) was shut down by code that runs in a worker: a reload makes another one"
            )
            reload("a listening socket was shut down")
        }
    }
}
