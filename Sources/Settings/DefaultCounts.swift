// How many of everything there are where no setting says it. One decision, from the processors that this process may use.

import Scoreboard
import Syscalls

/// The numbers that depend on the machine.
package struct DefaultCounts: Equatable {
    /// HTTP workers.
    package let workers: Int
    /// Processes of an application, as Gunicorn recommends for its workers.
    package let processes: Int
    /// Processes of an application that boot at the same time, while others answer.
    package let bootsAtOnce: Int

    /// - Parameter processors: Those that this process may use.
    package init(processors: Int) {
        workers = min(max(1, processors), Scoreboard.workerCapacity / 4)
        processes = min(max(1, processors), Self.mostProcesses) * 2 + 1
        bootsAtOnce = max(1, processors)
    }

    /// Those of this machine, now.
    package static var current: DefaultCounts { DefaultCounts(processors: SystemProcess.processorCount) }

    /// Twice as many, and one, are no more than `--processes` takes.
    private static let mostProcesses = 511
}
