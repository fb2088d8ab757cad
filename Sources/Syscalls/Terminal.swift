import Glibc

/// What ties a process to a terminal.
public enum Terminal {
    /// Whether a descriptor is a terminal.
    public static func isOne(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Begins a session without a terminal (setsid(2)). A process that its children outlive in it can never get one again.
    public static func leave() throws(SyscallError) { try require("setsid") { setsid() } }

    /// Makes a descriptor one of /dev/null.
    public static func silence(_ descriptor: CInt) throws(SyscallError) {
        let null = OwnedDescriptor(
            adopting: try require("open /dev/null") { open("/dev/null", O_RDWR | O_CLOEXEC) })
        try require("dup2") { dup2(null.number, descriptor) }
    }
}
