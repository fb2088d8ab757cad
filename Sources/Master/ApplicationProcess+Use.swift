// How much a process is used, and whether it should stay: what scaling and recycling go by. What workers wrote in the
// scoreboard counts here as a hint only.

import EventLoop
import Logging
import Plans
import Scoreboard
import Settings
import Syscalls

extension ApplicationProcess {
    /// Whether one of its slots has a request, or is about to have one.
    var isBusy: Bool {
        slots.contains { slot in
            let state = context.scoreboard.slot(slot).state
            return state == .busy || state == .granted
        }
    }

    /// Whether it is to be started later.
    var isWaiting: Bool { if case .waiting = state { true } else { false } }
    var isBooting: Bool { if case .booting = state { true } else { false } }
    var isRetiring: Bool { if case .retiring = state { true } else { false } }
    /// Whether it does not start, or ends again soon after.
    var isBroken: Bool {
        switch state {
        case .waiting, .booting: bootFailure != nil || respawn.pause >= 1000
        case .stopped: bootFailure != nil && pool.keepsTrying
        // Until it has shown that it lives: else the state would change with each attempt.
        case .ready:
            respawn.pause >= 1000 && lifeExchanges == 0
                && context.loop.now < startedAt + RespawnPolicy.longLife
        case .retiring, .stopping: false
        }
    }

    /// A worker has died. What was at a request of it would let the next one wait until it is done with that, though others may be
    /// idle: nobody waits for its answer, so it is replaced. But it is not killed while it is at a request of another worker.
    func lost(worker: Int) {
        guard state == .ready || isRetiring, !isForsaken else { return }
        let words = slots.map(context.scoreboard.slot).filter { $0.state == .busy || $0.state == .granted }
        guard words.contains(where: { $0.state == .busy && $0.owner == worker }),
            words.allSatisfy({ $0.owner == worker })
        else { return }
        context.log.warning(
            "\(pool.name): \(name) (pid \(pid)) is at a request whose worker is gone: KILL is sent to it, and it is started again"
        )
        isForsaken = true
        closeSlots()
        kill()
    }

    /// Why the process is to be replaced though it works; `nil` where it is not.
    func reasonToLeave(_ now: UInt64, looksAtMemory: Bool) -> String? {
        let scaling = pool.settings.scaling
        let count = lifeExchanges
        if count >= exchangeLimit { return "\(count) requests, --process-max-requests" }
        if scaling.maxAge > 0, startedAt + UInt64(scaling.maxAge) * 1000 <= now {
            return "\(scaling.maxAge) s old, --process-max-age"
        }
        guard scaling.maxMemory > 0, looksAtMemory else { return nil }
        let memory = SystemProcess.residentMemory(pid)
        return memory > scaling.maxMemory ? "\(memory) octets of memory, --process-max-memory" : nil
    }
}
