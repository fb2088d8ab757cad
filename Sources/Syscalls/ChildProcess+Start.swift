// From fork to exec. Between the two a process has the identity that it is to have already, and whoever has the same one
// may stop it; a lease on the program's file or a file system may hold its execve(2). So a start is something that goes
// on: it has a report, which event loops watch, and whoever waits for it says how long.

import CSyscalls
import Glibc

/// What a new process that looks for its program itself says about what it has found: two numbers of the caller's own.
public struct StartWord: Equatable, Sendable {
    /// What was found.
    public let code: Int32
    /// More about it.
    public let detail: Int32

    /// A word made of its parts.
    public init(_ code: Int32, _ detail: Int32) {
        self.code = code
        self.detail = detail
    }
}

/// A process that was forked, and of which nobody knows yet whether it runs its program.
public struct StartingProcess: ~Copyable {
    /// What is known of a start.
    public enum Progress: Equatable, Sendable {
        /// Nothing yet.
        case starting
        /// It runs its program, or has ended.
        case begun
        /// A step has failed; the process ends, and is to be reaped.
        case failed(SpawnError)
    }

    /// The process.
    public let pid: pid_t
    /// To be watched for reading.
    public let report: OwnedDescriptor

    /// Looks how far it is. An end is told once.
    public func progress() -> Progress {
        var words: [StartWord] = []
        return progress(&words)
    }

    /// The same for a process that says something on its way.
    ///
    /// - Parameter words: Gets what it has said since it was last asked.
    public func progress(_ words: inout [StartWord]) -> Progress {
        while true {
            var failure = CSyscalls_failure()
            switch CSyscalls_read_report(report.number, &failure) {
            case 1 where failure.step == Int32(bitPattern: CSYSCALLS_WORD.rawValue):
                words.append(StartWord(failure.code, failure.reach))
            case 1: return .failed(SpawnError(failure))
            case 0: return .begun
            default: return .starting
            }
        }
    }

    /// Waits until it is known what comes of it, but no longer than until `deadline`, in milliseconds of the monotonic clock.
    public func settled(until deadline: UInt64) -> Progress {
        while true {
            let now = Clock.monotonicMilliseconds()
            let progress = progress()
            guard progress == .starting, now < deadline else { return progress }
            var entry = pollfd(fd: report.number, events: Int16(POLLIN), revents: 0)
            _ = poll(&entry, 1, CInt(clamping: deadline - now))
        }
    }

    /// Waits until it has begun, but no longer than `milliseconds`.
    ///
    /// - Throws: Why it did not; no process is left then, unless the system cannot end it.
    public func begun(within milliseconds: Int) throws(SpawnError) {
        let progress = settled(until: Clock.monotonicMilliseconds() + UInt64(milliseconds))
        guard progress != .begun else { return }
        if progress == .starting { ChildProcess.signal(pid, .kill) }
        ChildProcess.finish(pid)
        guard case .failed(let error) = progress else { throw .late }
        throw error
    }
}

extension ChildProcess {
    /// How long a start that is waited for may take, in milliseconds.
    public static let startPatience = 10_000
    /// How long the end of a process is waited for that ends or was killed, in milliseconds. One that the system cannot
    /// end, or whose tracer hides its end, is left to itself.
    static let endPatience: CInt = 1000

    /// Begins to start `program` with `descriptors` as its 0, 1, … and, but for ``Program/keptDescriptors``, no others.
    ///
    /// - Throws: Why there is no process.
    public static func begin(
        _ program: Program, descriptors: [CInt]
    ) throws(SpawnError) -> StartingProcess {
        try begin(program, descriptors, isTrial: false)
    }

    private static func begin(
        _ program: Program, _ descriptors: [CInt], isTrial: Bool
    ) throws(SpawnError) -> StartingProcess {
        var report: CInt = -1
        let outcome = program.withRequest(descriptors, isTrial: isTrial) { request in
            let pid = CSyscalls_begin(request, &report)
            return pid == -1 ? -errno : pid
        }
        return try started(outcome, report)
    }

    /// - Parameter outcome: A pid, or errno as a negative number.
    static func started(_ outcome: pid_t, _ report: CInt) throws(SpawnError) -> StartingProcess {
        guard outcome > 0 else { throw SpawnError(step: .fork, code: -outcome) }
        return StartingProcess(pid: outcome, report: OwnedDescriptor(adopting: report))
    }

    /// Starts `program`, and waits until it runs, which may be held up for ``startPatience``.
    ///
    /// - Throws: The error of the step that failed, exec included; no process is left then.
    public static func start(_ program: Program, descriptors: [CInt]) throws(SpawnError) -> pid_t {
        let process = try begin(program, descriptors: descriptors)
        try process.begun(within: startPatience)
        return process.pid
    }

    /// The same, with an error that says it in words.
    public static func spawn(_ program: Program, descriptors: [CInt]) throws(SyscallError) -> pid_t {
        do {
            return try start(program, descriptors: descriptors)
        } catch {
            throw SyscallError(error, of: program)
        }
    }

    /// Finds out in a process of its own whether `program` could be started: it does everything but run it.
    public static func tryOut(_ program: Program) throws(SpawnError) {
        let process = try begin(program, [], isTrial: true)
        try process.begun(within: startPatience)
        finish(process.pid)
    }

    /// Waits for the end of a process, but no longer than `milliseconds`.
    ///
    /// - Returns: Whether it has ended, and was reaped.
    public static func hasEnded(_ pid: pid_t, within milliseconds: CInt) -> Bool {
        (try? end(of: pid, within: milliseconds)) != nil
    }

    /// Reaps a process that ends or was killed, and waits no longer than a second for that.
    public static func finish(_ pid: pid_t) { _ = try? end(of: pid, within: endPatience) }
}

extension SyscallError {
    /// A start that failed, by its step.
    public init(_ error: SpawnError, of program: Program) {
        let step =
            switch error.step {
            case .identity: "become \(program.identity?.name ?? "")"
            case .directory: "chdir \(program.directory ?? "")"
            case .fork, .root, .exec: "exec \(program.path)"
            }
        self.init(call: step, code: error.code)
    }
}
