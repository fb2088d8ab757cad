// How many processes there should be. Nothing here starts, ends or reads a clock, so every rule of scaling can be tested as
// a plain value.
//
// What drives it is what is measured: requests that wait, and processes that are busy. Waiting alone is no reason before it
// has lasted: a queue that is gone in a moment needs no process that takes a second to start. And few are started at a
// time, however long the queue is: processes that boot take the processor from those that answer.

import Settings

/// Decides how many processes of one application start, and how many may go.
struct PoolScaler: Equatable {
    /// What the master sees of a pool.
    struct Load: Equatable {
        /// Processes that accept, without those that are about to leave.
        var ready = 0
        /// Processes that boot, or that did not and wait for their next attempt.
        var booting = 0
        /// Processes that have served and died, and wait for their next start: they take up room, and nothing hinders others.
        var resting = 0
        /// Ready ones with at least one request.
        var busy = 0
        /// Requests that wait.
        var queued = 0
        /// Milliseconds that the oldest of them has waited.
        var wait: UInt64 = 0
    }

    /// Milliseconds that a request must have waited before a process is started for it, where one accepts already.
    static let patience: UInt64 = 20

    let way: ScalingSettings.Way
    /// Processes at the most.
    let most: Int
    /// Processes in any case.
    let least: Int
    /// Free ones that are kept ready.
    let spare: Int
    let slotsPerProcess: Int
    /// Processes that boot at the same time.
    let bootsAtOnce: Int

    init(_ settings: ScalingSettings, most: Int, slotsPerProcess: Int, bootsAtOnce: Int) {
        way = settings.way
        self.most = most
        self.slotsPerProcess = max(1, slotsPerProcess)
        self.bootsAtOnce = max(1, bootsAtOnce)
        switch settings.way {
        case .static: (least, spare) = (most, 0)
        case .dynamic:
            (least, spare) = (min(settings.minProcesses, most), min(settings.spareProcesses, most))
        case .ondemand: (least, spare) = (0, 0)
        }
    }

    /// How many processes to start now.
    func starts(_ load: Load) -> Int {
        let total = load.ready + load.booting
        let missing = min(least, most - load.resting) - total
        // At the start all that there must be may boot at once: nobody is being served yet.
        if way == .static || load.ready == 0 && missing > 0 { return max(0, missing) }
        let free = load.ready - load.busy
        let wanted = max(missing, spare - free - load.booting, demand(load))
        return max(0, min(wanted, most - total - load.resting, bootsAtOnce - load.booting))
    }

    /// Processes that the queue would fill, beside those that boot already and those that are about to take from it.
    private func demand(_ load: Load) -> Int {
        guard load.queued > 0, load.wait >= Self.patience || load.ready + load.booting == 0 else { return 0 }
        let processes = (load.queued + slotsPerProcess - 1) / slotsPerProcess
        return processes - load.booting - (load.ready - load.busy)
    }

    /// How many ready processes are more than is needed: those of them that have been idle for long may go.
    func surplus(_ load: Load) -> Int {
        guard way != .static, load.queued == 0 else { return 0 }
        return max(0, load.ready - max(least, load.busy + spare))
    }
}
