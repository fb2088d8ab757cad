import CSyscalls
import Glibc

extension ChildProcess {
    /// Keeps what is known of processes that end until it is asked for: whoever started this one may have wanted it to be thrown
    /// away (SIGCHLD ignored).
    public static func keepResults() { _ = Glibc.signal(SIGCHLD, SIG_DFL) }

    /// Waits for the end of one process, but no longer than `milliseconds`.
    ///
    /// - Returns: How it ended; `nil` while it runs.
    public static func end(of pid: pid_t, within milliseconds: CInt) throws(SyscallError) -> ExitStatus? {
        let process = OwnedDescriptor(adopting: try require("pidfd_open") { CSyscalls_pidfd(pid) })
        let epoll = try Epoll()
        try epoll.add(process.number, .readable, token: 0)
        let end = Clock.monotonicMilliseconds() + UInt64(max(0, milliseconds))
        var now = Clock.monotonicMilliseconds()
        // A signal ends a wait too.
        while now < end, try epoll.wait(milliseconds: CInt(end - now)) == 0 {
            now = Clock.monotonicMilliseconds()
        }
        var status: CInt = 0
        return waitpid(pid, &status, WNOHANG) == pid ? ExitStatus(status) : nil
    }
}
