// A process between fork and exec has the identity already that it is to have: whoever has the same one may stop it, and a
// lease or a file system may hold its program. Nobody waits for it without a limit.

import Syscalls

/// A process on its way to its program.
final class Launch {
    let pid: ProcessID
    /// When it is killed if it has not come to run, in milliseconds of the monotonic clock.
    let deadline: UInt64
    private let process: StartingProcess
    /// Whether it is known what came of it.
    private(set) var isSettled = false

    init(_ process: consuming StartingProcess) {
        pid = process.pid
        deadline = Clock.monotonicMilliseconds() + UInt64(ChildProcess.startPatience)
        self.process = consume process
    }

    /// To be watched for reading.
    var number: CInt { process.report.number }

    /// Waits until it is known what comes of it.
    ///
    /// - Parameter kills: Whether it is killed if that takes longer than until `deadline`; otherwise that is no failure.
    /// - Throws: Why it does not run; it has been reaped then.
    func settle(until deadline: UInt64, kills: Bool) throws(SpawnError) {
        guard !isSettled else { return }
        let progress = process.settled(until: deadline)
        switch progress {
        case .begun: isSettled = true
        case .starting where !kills: break
        case .starting:
            ChildProcess.signalLeader(pid, .kill)
            ChildProcess.finish(pid)
            throw .late
        case .failed(let error):
            ChildProcess.finish(pid)
            throw error
        }
    }

    /// Looks how far it is, and kills it when its time is over; its end follows.
    ///
    /// - Returns: Why it does not run, once that is known.
    func look(_ now: UInt64) -> SpawnError? {
        guard !isSettled else { return nil }
        let progress = process.progress()
        isSettled = progress != .starting || deadline <= now
        if case .failed(let error) = progress { return error }
        guard progress == .starting, isSettled else { return nil }
        ChildProcess.signalLeader(pid, .kill)
        return .late
    }
}
