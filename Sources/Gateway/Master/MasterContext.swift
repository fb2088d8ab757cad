import Logging
import Syscalls

/// What the parts of the master have in common.
final class MasterContext {
    let settings: Settings
    let loop: EventLoop
    let scoreboard: Scoreboard
    let doorbells: Doorbells
    let errorLog: ErrorLog
    let log: Logger
    let lifeline: Lifeline
    /// Called when a process became ready or ended: the master looks at everything anew.
    var changed: () -> Void = {}

    init(settings: Settings, errorLog: ErrorLog, lifeline: Lifeline) throws(SyscallError) {
        self.settings = settings
        self.errorLog = errorLog
        self.lifeline = lifeline
        log = errorLog.logger("master")
        loop = try EventLoop()
        scoreboard = try Scoreboard()
        doorbells = try Doorbells(workers: Scoreboard.workerCapacity)
    }
}
