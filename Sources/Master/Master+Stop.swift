// Generations end: at a stop, after a reload, and before a successor takes over.

import EventLoop
import Logging
import Plans
import Settings
import Syscalls

extension Master {
    /// Ends the gateway.
    ///
    /// - Parameters:
    ///   - gracefully: Whether exchanges in progress are finished first.
    ///   - listeners: What the same process is to listen on when it begins anew as another program; `nil` for an end.
    func stop(gracefully: Bool, restartingWith listeners: [Listener]? = nil) {
        restarts = listeners
        killTrial()
        let now = context.loop.now
        noticePredecessor()
        if stopDeadline == nil || !gracefully {
            context.log.info(
                gracefully ? "stopping: exchanges in progress are finished first" : "stopping at once")
        }
        if stopDeadline == nil {
            if let successor {
                // The service manager must not take the end of this process for the end of the service.
                notifier.mainPID(successor)
            } else if predecessor == nil {
                notifier.stopping()
            }
        }
        stopDeadline = min(stopDeadline ?? .max, now + patience(gracefully))
        for generation in generations { leave(generation, gracefully: gracefully) }
    }

    private func patience(_ gracefully: Bool) -> UInt64 {
        gracefully ? UInt64(context.settings.gracefulTimeout) * 1000 : 500
    }

    /// Tells a generation to go.
    func leave(_ generation: Generation, gracefully: Bool) {
        let deadline = context.loop.now + patience(gracefully)
        if case .stoppingPool = generation.phase, gracefully { return }
        signalWorkers(of: generation, gracefully ? .term : .quit)
        for index in generation.workers.entries.keys { generation.workers.stops(index: index) }
        if case .stoppingPool = generation.phase {
            for pool in ownPools(of: generation) { pool.kill() }
            return
        }
        generation.phase = .draining(until: min(deadline, stopDeadline ?? .max))
        // The workers accept what waits in the backlog; who comes after them is to be turned away.
        if stopDeadline != nil, restarts == nil {
            leaveListeners(generation.listeners, except: [])
            generation.closeListeners()
        }
    }

    /// WINCH: the workers go, the listeners and the application processes stay. HUP brings workers back.
    func dismissWorkers() {
        guard stopDeadline == nil else { return }
        context.log.info("the workers leave; the listeners stay open (HUP starts workers anew)")
        for generation in generations where !generation.isLeaving { generation.workers.dismiss() }
        extensions.hooks.nworkersChanged?(info, workerTarget, 0)
    }

    /// Names the requests that keep workers from leaving.
    func logRunning(_ generation: Generation) {
        for (index, entry) in generation.workers.entries {
            if let request = runningRequest(worker: index) {
                context.log.warning("worker \(index) (pid \(entry.pid)) was at \(request)")
            }
        }
    }
}
