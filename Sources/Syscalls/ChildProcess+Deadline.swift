import CSyscalls
import Glibc

extension ChildProcess {
    /// Keeps what is known of processes that end until it is asked for: whoever started this one may have
    /// wanted it to be thrown away (SIGCHLD ignored).
    public static func keepResults() { _ = Glibc.signal(SIGCHLD, SIG_DFL) }

    /// Waits for the end of one process, but no longer than `milliseconds`.
    ///
    /// - Returns: How it ended; `nil` while it runs.
    public static func end(of pid: pid_t, within milliseconds: CInt) throws(SyscallError) -> ExitStatus? {
        if let status = ended(pid) { return status }
        guard milliseconds > 0 else { return nil }
        let epoll = try Epoll()
        let process = OwnedDescriptor(adopting: CSyscalls_pidfd(pid))
        // Where there is no such descriptor, as before Linux 5.3 and in some sandboxes, one looks again and
        // again.
        let isTold = process.number >= 0
        if isTold { try epoll.add(process.number, .readable, token: 0) }
        let deadline = Clock.monotonicMilliseconds() + UInt64(milliseconds)
        while true {
            if let status = ended(pid) { return status }
            let now = Clock.monotonicMilliseconds()
            guard now < deadline else { return nil }
            _ = try epoll.wait(milliseconds: isTold ? CInt(deadline - now) : 5)
        }
    }

    private static func ended(_ pid: pid_t) -> ExitStatus? {
        var status: CInt = 0
        return waitpid(pid, &status, WNOHANG) == pid ? ExitStatus(status) : nil
    }
}
