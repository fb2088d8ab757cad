import Glibc

extension Descriptor {
    /// Gives an open file the number `place` as well, which stays open when this process runs another
    /// program.
    public static func place(_ number: CInt, at place: CInt) throws(SyscallError) {
        guard number != place else { return try setCloseOnExec(number, false) }
        try require("dup2") { dup2(number, place) }
    }

    /// /dev/null for reading and writing.
    public static func openNull() throws(SyscallError) -> OwnedDescriptor {
        OwnedDescriptor(
            adopting: try require("open /dev/null") { open("/dev/null", O_RDWR | O_CLOEXEC) })
    }

    /// write(2) of a text.
    ///
    /// - Throws: The error that ended it.
    public static func writeText(_ descriptor: CInt, _ text: String) throws(SyscallError) {
        var text = text
        let isWritten = text.withUTF8 { writeAll(descriptor, $0) }
        guard isWritten else { throw SyscallError(call: "write", code: errno) }
    }
}
