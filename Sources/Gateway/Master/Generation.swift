// A generation is one set of application processes and the workers that use them. Start-up, reload and shutdown are
// the life of a generation; two of them live side by side while one replaces the other.
//
//   booting the pool ─► booting workers ─► serving ─► draining workers ─► stopping the pool ─► gone

import Syscalls

/// Application processes and workers that belong together.
final class Generation {
    enum Phase: Equatable {
        case bootingPool, bootingWorkers, serving
        /// Workers finish their exchanges; killed at this time.
        case draining(until: UInt64)
        /// No worker is left; application processes are killed at this time.
        case stoppingPool(until: UInt64)
    }

    /// Counted from 1.
    let number: Int
    /// `nil` for a Swift application.
    let pool: ApplicationPool?
    var workers: WorkerTable
    var phase = Phase.bootingPool

    init(number: Int, pool: ApplicationPool?, workers: Int) {
        self.number = number
        self.pool = pool
        self.workers = WorkerTable(target: workers)
    }

    /// Whether it is on its way out.
    var isLeaving: Bool {
        switch phase {
        case .draining, .stoppingPool: true
        case .bootingPool, .bootingWorkers, .serving: false
        }
    }

    /// Whether nothing of it is left.
    var isGone: Bool {
        if case .stoppingPool = phase { return workers.isEmpty && (pool?.isGone ?? true) }
        return false
    }
}
