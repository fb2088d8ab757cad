import Glibc

extension Descriptor {
    /// Another descriptor of the same open file, close-on-exec.
    public static func duplicate(_ number: CInt) throws(SyscallError) -> OwnedDescriptor {
        OwnedDescriptor(adopting: try require("fcntl") { fcntl(number, F_DUPFD_CLOEXEC, 0) })
    }
}
