import CSyscalls
import Glibc

/// The number of a process.
public typealias ProcessID = pid_t

/// What a process knows and changes about itself.
public enum SystemProcess {
    /// This process.
    public static var id: pid_t { getpid() }
    /// Its parent.
    public static var parentID: pid_t { getppid() }
    /// Processors that it may use: see ``Processors``.
    public static var processorCount: Int { Processors.current.count }

    /// Tells threads of this process apart.
    public static var currentThread: UInt { UInt(pthread_self()) }

    /// Ends at once: no deinitializers, no atexit.
    public static func exitImmediately(_ code: Int32) -> Never { _exit(code) }

    /// Waits for a signal.
    public static func pause() { _ = Glibc.pause() }

    /// Whether a process exists.
    public static func exists(_ pid: pid_t) -> Bool { Glibc.kill(pid, 0) == 0 || errno == EPERM }

    /// Whether a process exists and has not ended: one that nobody has reaped yet exists still.
    public static func isRunning(_ pid: pid_t) -> Bool {
        guard exists(pid) else { return false }
        // The name, in parentheses, may hold anything; the state follows it.
        guard let status = Files.text("/proc/\(pid)/stat"), let end = status.lastIndex(of: ")") else {
            return true
        }
        return !status[end...].hasPrefix(") Z")
    }

    /// The environment as `NAME=value`.
    public static var environment: [String] {
        var entries: [String] = []
        var cursor = environ
        while let entry = cursor.pointee {
            entries.append(String(cString: entry))
            cursor += 1
        }
        return entries
    }

    /// One variable of the environment.
    public static func environmentValue(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Changes the working folder.
    public static func changeDirectory(_ path: String) throws(SyscallError) {
        try require("chdir") { chdir(path) }
    }

    /// Sets a variable of the environment; `nil` removes it. For a process of one thread: others may be reading.
    public static func setEnvironment(_ name: String, _ value: String?) throws(SyscallError) {
        if let value {
            try require("setenv") { setenv(name, value, 1) }
        } else {
            try require("unsetenv") { unsetenv(name) }
        }
    }

    /// Sets the permissions that new files do not get, 0 to 0o777.
    ///
    /// - Returns: Those before.
    @discardableResult
    public static func setUmask(_ mask: UInt32) -> UInt32 { umask(mask & 0o777) }

    /// Octets of memory that this process has in use; 0 where that cannot be told.
    public static var residentMemory: Int { residentMemory(of: "self") }

    /// Octets of memory that a process has in use; 0 where that cannot be told.
    public static func residentMemory(_ pid: pid_t) -> Int { residentMemory(of: "\(pid)") }

    private static func residentMemory(of process: String) -> Int {
        // The program's size in pages, then what of it is in memory (proc(5)).
        guard let fields = Files.text("/proc/\(process)/statm")?.split(separator: " "), fields.count > 1
        else { return 0 }
        return (Int(fields[1]) ?? 0) * sysconf(CInt(_SC_PAGESIZE))
    }

    /// The working folder.
    public static var currentDirectory: String { workingDirectory ?? "." }

    /// The working folder; `nil` where it has been removed.
    public static var workingDirectory: String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// Lifts the soft limit of open descriptors to the hard one: each connection is a descriptor. Application processes
    /// get the limit that was there before.
    ///
    /// - Returns: The limit now in force.
    @discardableResult
    public static func raiseDescriptorLimit() -> Int {
        // No more than the event loop's table of connections should ever grow to.
        Int(CSyscalls_raise_descriptor_limit(1 << 20))
    }

    /// Opens /dev/null where one of the descriptors 0, 1 and 2 is closed: another file would get its number, and with it
    /// what is meant for a log.
    public static func openStandardDescriptors() {
        for number in CInt(0)...2 where fcntl(number, F_GETFD) == -1 { _ = open("/dev/null", O_RDWR) }
    }

    /// Makes writes to a closed peer an error instead of a deadly signal.
    public static func ignoreBrokenPipes() { _ = Glibc.signal(SIGPIPE, SIG_IGN) }

    /// Makes writes beyond the limit of a file's size (RLIMIT_FSIZE) an error instead of a deadly signal.
    public static func ignoreFileSizeSignals() { _ = Glibc.signal(SIGXFSZ, SIG_IGN) }

    /// Descriptors that this process may have open at once.
    public static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
