// A worker's life, from the fork to its exit code. How it serves meanwhile is the engine's affair, or that of a class
// which the program brought along.

import Logging
import Logs
import Plans
import Scoreboard
import Settings
import Syscalls

/// A forked process that serves HTTP.
package enum Worker {
    /// Runs a worker to its end.
    ///
    /// - Returns: The exit code: 0 after draining, 3 when the application could not be built, 4 when it is not there, 1
    ///   for everything else.
    package static func run(_ plan: WorkerPlan, parent: ProcessID) -> Int32 {
        defer { plan.errorLog.finish() }
        if let failure = enter(plan, parent: parent) {
            plan.errorLog.logger("worker \(plan.index)").critical("cannot start: \(failure)")
            return 1
        }
        let info = WorkerInfo(slot: plan.index, age: plan.age, pid: SystemProcess.id)
        let hooks = plan.extensions.hooks
        SystemProcess.ignoreBrokenPipes()
        SystemProcess.ignoreFileSizeSignals()
        SystemProcess.handleAbort { hooks.workerAbort?(info) }
        plan.scoreboard.setIdentity(
            age: plan.age, pid: info.pid, startedAt: Clock.monotonicMilliseconds(), worker: plan.index)
        hooks.postFork?(info)
        let code = serve(plan, info)
        hooks.workerExit?(info)
        return code
    }

    /// Becomes who the settings say.
    private static func enter(_ plan: WorkerPlan, parent: ProcessID) -> SyscallError? {
        ProcessTitle.set(plan.title)
        do { try plan.settings.enter(as: plan.identity, parent: parent) } catch { return error }
        return nil
    }

    private static func serve(_ plan: WorkerPlan, _ info: WorkerInfo) -> Int32 {
        let log = plan.errorLog.logger("worker \(plan.index)")
        do {
            if let workerClass = plan.extensions.workerClass(for: plan.settings) {
                return try HostedWorker(plan, info: info, workerClass: workerClass, log: log).serve()
            }
            return try Engine(plan, info: info, log: log).serve()
        } catch let error as ConfigurationError {
            log.critical("\(error.message)")
            return error.exitCode
        } catch {
            log.critical("\(ConfigurationError.start(error).message)")
            return 1
        }
    }
}
