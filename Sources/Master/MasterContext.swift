import EventLoop
import Logging
import Logs
import Plans
import Scoreboard
import Settings
import Syscalls

/// What the parts of the master have in common.
final class MasterContext {
    /// Those in force: a reload that succeeds replaces them.
    private(set) var settings: Settings
    let loop: EventLoop
    let scoreboard: Scoreboard
    let doorbells: Doorbells
    /// The ways to the workers.
    let lines = WorkerLines()
    private(set) var errorLog: ErrorLog
    private(set) var log: Logger
    let lifeline: Lifeline
    let forsaken: ForsakenChildren
    /// What workers know of the end of the access log, which they share.
    let accessLogEdge: LogEdge
    /// Applications, by name, whose processes end when they are asked whether they are ready. Known over reloads.
    var endWhenAsked: Set<String> = []

    init(settings: Settings, errorLog: ErrorLog, lifeline: Lifeline) throws(SyscallError) {
        self.settings = settings
        self.errorLog = errorLog
        self.lifeline = lifeline
        forsaken = ForsakenChildren(lifeline)
        log = errorLog.logger("master")
        loop = try EventLoop()
        scoreboard = try Scoreboard()
        accessLogEdge = try LogEdge()
        doorbells = try Doorbells(workers: Scoreboard.workerCapacity)
    }

    /// The error log that settings ask for: the one that is open, or another.
    ///
    /// - Parameter distrusted: Users whose links are not followed on the way to it.
    func errorLog(
        for settings: Settings, distrusting distrusted: Set<UInt32>
    ) throws(ConfigurationError) -> ErrorLog {
        if settings.errorLog == self.settings.errorLog, settings.logLevel == self.settings.logLevel {
            errorLog.distrust(distrusted)
            return errorLog
        }
        do {
            return try ErrorLog(settings.errorLog, level: settings.logLevel, distrusting: distrusted)
        } catch {
            throw .environment("cannot open '\(settings.errorLog)' (--error-log): \(error.reason)")
        }
    }

    /// Goes by other settings from here on.
    func adopt(_ settings: Settings, _ errorLog: ErrorLog) {
        self.settings = settings
        self.errorLog = errorLog
        log = errorLog.logger("master")
    }
}
