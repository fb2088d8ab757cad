// What could hang or die is tried in a process of its own before the master does it: the master has one thread, and
// everything that runs depends on it.

import EventLoop
import GatewayInterface
import Logging
import Logs
import Plans
import Settings
import Syscalls

/// Something that is being tried.
struct Trial {
    let pid: ProcessID
    /// On its way to its program, where it has one.
    var start: ProcessStart?
    /// What is tried, for messages.
    let subject: String
    /// What it is to tell, which others that are forked meanwhile let go of.
    var report: FindingsReport?
    /// What is said where it takes too long; `nil` for what is said of all.
    var late: String?
    /// What bounds it, for messages; `nil` where no setting does.
    var option: String?
    /// When it has taken too long, in the loop's milliseconds.
    let deadline: UInt64
    /// When it was killed, for that or at the end of the gateway; it is not waited for without a limit.
    var killedAt: UInt64?
    var hasTimedOut = false
    /// Why it was not even begun.
    var failure: ConfigurationError?
    /// Called when it has succeeded.
    let succeeded: () -> Void
    /// Called with the reason when it has not.
    let failed: (ConfigurationError) -> Void
}

extension Master {
    /// Builds an application that is to be preloaded in a fork of the master, and goes on if that works.
    func tryBuilding(
        _ build: @escaping @Sendable () throws -> Application, _ configuration: Configuration
    ) throws(ConfigurationError) {
        let settings = configuration.settings
        let pid: ProcessID
        do {
            pid = try ChildProcess.fork(diesWithParent: true)
        } catch {
            throw .environment("cannot try to build the application: \(error)")
        }
        if pid == 0 {
            closeOwnDescriptors()
            let log = context.log
            do throws(ConfigurationError) {
                _ = try ApplicationBuilder.build(build, with: settings)
                SystemProcess.exitImmediately(0)
            } catch {
                log.error("\(error.message)")
                SystemProcess.exitImmediately(error.exitCode)
            }
        }
        trial = Trial(
            pid: pid, subject: "the application, which is preloaded,", option: "--boot-timeout",
            deadline: context.loop.now + UInt64(settings.bootTimeout) * 1000
        ) { [unowned self] in
            do throws(ConfigurationError) { try begin(configuration) } catch { reloadFailed(error.message) }
        } failed: { [unowned self] error in
            reloadFailed(error.message)
        }
    }

    /// Asks the program on disk for its version, and restarts as that program if it can say it.
    func tryProgram(then succeeded: @escaping () -> Void) {
        let program = Program(
            path: startedProgram, arguments: [startedProgram, "--version"],
            environment: context.settings.processEnvironment())
        do {
            let nowhere = try Files.openLog("/dev/null")
            let process = try ChildProcess.begin(
                program, descriptors: [nowhere.number, nowhere.number, nowhere.number])
            let start = ProcessStart(process, loop: context.loop) { [unowned self] outcome in
                guard let why = outcome.explanation(of: program) else { return }
                trial?.failure = .applicationFailed("the program cannot be started: \(why)")
            }
            trial = Trial(
                pid: start.pid, start: start, subject: "the program", deadline: context.loop.now + 10_000,
                succeeded: succeeded
            ) { [unowned self] error in
                context.log.error("\(error.message); the one that runs goes on")
            }
        } catch {
            let why = (error as? SpawnError)?.explanation(of: program) ?? "\(error)"
            context.log.error("the program cannot be started, the one that runs goes on: \(why)")
        }
    }

    /// Ends a trial that takes too long.
    func superviseTrial() {
        guard let trial else { return }
        let now = context.loop.now
        trial.start?.look(now)
        if let killedAt = trial.killedAt, killedAt + ForsakenChildren.patience <= now {
            context.forsaken.add(trial.pid)
            return trialEnded(trial, .signalled(9))
        }
        guard !trial.hasTimedOut, trial.deadline <= now else { return }
        self.trial?.hasTimedOut = true
        killTrial()
    }

    func killTrial() {
        guard let trial else { return }
        self.trial?.killedAt = trial.killedAt ?? context.loop.now
        ChildProcess.signalLeader(trial.pid, .kill)
    }

    func trialEnded(_ ended: Trial, _ status: ExitStatus) {
        ended.start?.look(context.loop.now)
        ended.start?.close()
        let trial = self.trial ?? ended
        self.trial = nil
        guard stopDeadline == nil else { return }
        if let path = changedInTrial {
            changedInTrial = nil
            return fileChanged(path)
        }
        switch status {
        case _ where trial.failure != nil: trial.failed(trial.failure!)
        case .exited(0): trial.succeeded()
        case _ where trial.hasTimedOut:
            let option = trial.option.map { " (\($0))" } ?? ""
            trial.failed(.applicationFailed(trial.late ?? "\(trial.subject) was not ready in time\(option)"))
        case .exited(4): trial.failed(.applicationNotFound("\(trial.subject) is not there"))
        default:
            trial.failed(
                .applicationFailed("\(trial.subject) failed when it was tried: its process \(status)"))
        }
    }

    /// In a process that was forked from the master: lets go of what is the master's alone.
    func closeOwnDescriptors(except kept: Set<CInt> = []) {
        // The descriptions of the master are its own: nobody else holds what could make it wait.
        StandardOutputs.own()
        for log in [context.errorLog] + generations.map(\.errorLog) { log.afterFork() }
        context.loop.abandonAfterFork()
        context.lifeline.closeInherited()
        trial?.report?.closeInherited()
        for listener in generations.flatMap(\.listeners) + inheritedListeners
        where !kept.contains(listener.number) {
            Descriptor.closeInherited(listener.number)
        }
        for pool in pools { pool.closeInherited() }
        context.lines.closeInherited()
    }
}
