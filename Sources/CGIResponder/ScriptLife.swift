// When the answer of a script is complete. A value, fed with what happens: the script has ended, its pipes have, time has
// passed. What becomes of it is decided here and done by ScriptProcess.
//
// The answer ends where standard output ends. Usually the script ends in the same moment, and its exit code belongs to the
// answer. But one that has closed its output may go on working, and one that has ended may have left processes behind
// that hold the pipes open; neither may hold the request for ever.

import Syscalls

/// How far a script is.
struct ScriptLife {
    /// How long the rest is waited for, in milliseconds, when one of the two ends has come: the script's or its output's.
    static let grace: UInt64 = 1000

    /// How the answer ends.
    enum Verdict: Equatable {
        /// It is complete; so it is told to the web server.
        case answered(exitCode: Int)
        /// The script has ended without a word.
        case silent(ExitStatus)
        /// A signal ended it in the middle, as far as one can tell: the web server must be able to see that.
        case cut(ExitStatus)
        /// It ran for too long; `said` tells whether an answer has begun.
        case timedOut(said: Bool)
        /// Its request's body could not be passed on.
        case starved(said: Bool)
    }

    private(set) var status: ExitStatus?
    private(set) var isTimedOut = false
    private var hasOutput = true
    private var hasErrors = true
    private(set) var hasSpoken = false
    /// Octets that waited in the pipes when the script ended: those are its own, and time counts from when they were read.
    private var owed = 0
    private var graceBegins: UInt64?

    /// Something was read from one of the pipes.
    mutating func read(_ count: Int, isOutput: Bool, now: UInt64) {
        if isOutput { hasSpoken = true }
        guard status != nil, owed > 0 else { return }
        owed -= min(owed, count)
        if owed == 0 { graceBegins = now }
    }

    mutating func outputEnded(now: UInt64) {
        hasOutput = false
        if status == nil { graceBegins = now }
    }

    mutating func errorsEnded() { hasErrors = false }

    /// - Parameter waiting: Octets that wait in its pipes.
    mutating func ended(_ status: ExitStatus, waiting: Int, now: UInt64) {
        self.status = status
        owed = waiting
        graceBegins = waiting == 0 ? now : nil
    }

    /// It is killed because it ran for too long: nothing more of it counts.
    mutating func timedOut() { isTimedOut = true }

    /// How the answer ends, if it does now.
    func verdict(now: UInt64) -> Verdict? {
        if isTimedOut { return .timedOut(said: hasSpoken) }
        let isOver = status != nil && !hasOutput && !hasErrors
        guard isOver || graceBegins.map({ $0 + Self.grace <= now }) ?? false else { return nil }
        switch status {
        case nil: return .answered(exitCode: 0)
        case let status? where !hasSpoken: return .silent(status)
        case .exited(let code): return .answered(exitCode: code)
        case .signalled(let number): return .cut(.signalled(number))
        }
    }
}
