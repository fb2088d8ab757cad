import Syscalls
import Plans
import Settings

/// What the master is handed by whoever starts it: it knows no parser of settings, and nothing of what a worker does.
package struct MasterServices {
    /// Reads the settings anew.
    let read: () throws(ConfigurationError) -> Configuration
    /// Takes back what only a start can change, and names the settings that had changed: of the new settings and of those in
    /// force.
    let keepStartOnly: (inout Settings, _ running: Settings) -> [String]
    /// Runs a worker to its end in the process that was forked for it, and returns the exit code: of the plan, and of the
    /// process that forked.
    let work: (WorkerPlan, _ parent: ProcessID) -> Int32

    package init(
        read: @escaping () throws(ConfigurationError) -> Configuration,
        keepStartOnly: @escaping (inout Settings, _ running: Settings) -> [String],
        work: @escaping (WorkerPlan, _ parent: ProcessID) -> Int32
    ) {
        self.read = read
        self.keepStartOnly = keepStartOnly
        self.work = work
    }
}
