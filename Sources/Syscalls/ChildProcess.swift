import CSyscalls
import Glibc

/// How a process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    /// It called exit with this code.
    case exited(Int)
    /// A signal killed it.
    case signalled(Int)

    init(_ status: CInt) {
        self =
            CSyscalls_exited(status)
            ? .exited(Int(CSyscalls_exit_code(status))) : .signalled(Int(CSyscalls_term_signal(status)))
    }

    /// `exited with code 3`, `was killed by signal 9`
    public var description: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .signalled(let number):
            "was killed by signal \(number) (\(String(cString: strsignal(CInt(number)))))"
        }
    }
}

/// Processes that this one starts and reaps.
public enum ChildProcess {
    /// fork(2) for a process that goes on in this program: a worker.
    ///
    /// The caller has one thread. The child has default signal actions.
    /// - Parameter diesWithParent: Whether it is killed when its parent dies.
    /// - Returns: The child's pid; 0 in the child.
    public static func fork(diesWithParent: Bool) throws(SyscallError) -> pid_t {
        let parent = getpid()
        let pid = try require("fork") { Glibc.fork() }
        if pid == 0 {
            CSyscalls_reset_signals()
            if diesWithParent, !CSyscalls_die_with_parent(parent, SIGKILL) { _exit(0) }
        }
        return pid
    }

    /// A process that ended and was not reaped yet.
    public static func reap() -> (pid: pid_t, status: ExitStatus)? {
        var status: CInt = 0
        let pid = waitpid(-1, &status, WNOHANG)
        return pid > 0 ? (pid, ExitStatus(status)) : nil
    }

    /// Waits for the end of one process, however long that takes: for processes that have nothing else to do.
    public static func wait(_ pid: pid_t) {
        _ = uninterrupted { waitpid(pid, nil, 0) }
    }

    /// Waits for the end of one process.
    ///
    /// - Returns: How it ended; `nil` where it is no child of this process.
    public static func result(of pid: pid_t) -> ExitStatus? {
        var status: CInt = 0
        guard uninterrupted({ waitpid(pid, &status, 0) }) != -1 else { return nil }
        return ExitStatus(status)
    }

    /// Sends a signal to one process.
    public static func signal(_ pid: pid_t, _ signal: Signal) { _ = Glibc.kill(pid, signal.rawValue) }

    /// Sends a signal to a process that was started here to lead a group, and to that group. The process must not have been
    /// reaped: it is found by its own number, for it may have gone to another group.
    public static func signalLeader(_ pid: pid_t, _ signal: Signal) {
        guard pid > 1 else { return }
        // A program may count what it is sent: once, unless it is the end.
        if getpgid(pid) != pid || signal == .kill { _ = Glibc.kill(pid, signal.rawValue) }
        signalGroup(pid, signal)
    }

    /// Whether a process group has members that may be signalled.
    public static func hasGroup(_ group: pid_t) -> Bool { group > 1 && Glibc.kill(-group, 0) == 0 }

    /// Sends a signal to a process group.
    public static func signalGroup(_ group: pid_t, _ signal: Signal) {
        // Group 0 and 1 would be ourselves and everybody.
        guard group > 1 else { return }
        _ = Glibc.kill(-group, signal.rawValue)
    }
}
