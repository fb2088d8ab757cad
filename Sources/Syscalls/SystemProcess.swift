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
    /// Whether it runs as root.
    public static var isRoot: Bool { geteuid() == 0 }
    /// Processors that it may use.
    public static var processorCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    /// Tells threads of this process apart.
    public static var currentThread: UInt { UInt(pthread_self()) }

    /// Ends at once: no deinitializers, no atexit.
    public static func exitImmediately(_ code: Int32) -> Never { _exit(code) }

    /// Whether a process exists.
    public static func exists(_ pid: pid_t) -> Bool { Glibc.kill(pid, 0) == 0 || errno == EPERM }

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

    /// The working folder.
    public static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "." }
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
}
