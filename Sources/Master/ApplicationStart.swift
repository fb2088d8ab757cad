// How a life of an application process begins: the pipe that it speaks on, the fork, and the way to its program, which the
// loop watches (ProcessStart). Where that fails, the step is named with the folder and the user that it failed for, and the
// process is reaped like any other.

import EventLoop
import Logging
import Plans
import Settings
import Syscalls

/// The beginning of one life.
final class ApplicationStart {
    let pid: ProcessID
    /// What it says on its standard descriptors.
    let output: OutputWatch
    /// Why it does not run; the end of the process follows, or there was none.
    private(set) var failure: ConfigurationError?
    /// Since when it runs its program, in the loop's milliseconds.
    private(set) var begunAt: UInt64?
    private var start: ProcessStart!

    /// Forks.
    ///
    /// - Parameters:
    ///   - name: Of the process, for messages.
    ///   - lines: Takes what it says.
    /// - Throws: Why there is no process.
    init(
        _ pool: ApplicationPool, name: String, listener: CInt, lines: ApplicationLines
    ) throws(ConfigurationError) {
        let loop = pool.context.loop
        let program = pool.program
        let folder = pool.settings.folder
        guard !pool.plan.needsStartFolder || !folder.isGone else {
            throw .applicationFailed("\(pool.name): cannot start \(name): \(folder.goneMessage)")
        }
        // It runs where its generation does, whatever another one has entered since.
        folder.enter()
        do throws(SyscallError) {
            let pipe = try Pipe(readsWithoutBlocking: true)
            var descriptors = [listener, pipe.writeEnd.number, pipe.writeEnd.number]
            if let script = pool.script { descriptors.append(script) }
            let process: StartingProcess
            do throws(SpawnError) {
                process = try ChildProcess.begin(program, descriptors: descriptors)
            } catch {
                throw SyscallError(call: "fork", code: error.code)
            }
            pid = process.pid
            output = OutputWatch(pipe.intoReadEnd(), loop: loop, output: lines)
            let patience = min(ProcessStart.patience, UInt64(max(1, pool.settings.bootTimeout)) * 1000)
            start = ProcessStart(process, loop: loop, patience: patience) { [unowned self, unowned pool] in
                ended($0, pool, name)
            }
        } catch {
            throw .applicationFailed("\(pool.name): cannot start \(name): \(error)")
        }
        // What cannot be watched is read when the process has ended.
        try? output.start()
    }

    /// Whether it is still on its way to its program.
    var isPending: Bool { begunAt == nil && failure == nil }

    /// Looks at the report, and at the clock.
    func look(_ now: UInt64) { start.look(now) }

    private func ended(_ outcome: ProcessStart.Outcome, _ pool: ApplicationPool, _ name: String) {
        guard let explanation = outcome.explanation(of: pool.program) else {
            begunAt = pool.context.loop.now
            return
        }
        var message = "\(pool.name): cannot start \(name): \(explanation)"
        guard case .failed(let error) = outcome else { return failure = .applicationFailed(message) }
        if error.isNotPermitted, error.step == .fork, !pool.settings.resourceLimits.isEmpty {
            message += " (perhaps --rlimit: no limit may be above the gateway's own hard one)"
        }
        failure = error.isNotFound ? .applicationNotFound(message) : .applicationFailed(message)
    }

    /// The process has been reaped. What it has said last of its start is not lost.
    func close(_ now: UInt64) {
        start.look(now)
        start.close()
    }
}
