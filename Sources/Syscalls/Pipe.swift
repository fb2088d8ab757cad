import CSyscalls
import Glibc

/// A pipe, close-on-exec at both ends.
public struct Pipe: ~Copyable {
    /// To read from.
    public let readEnd: OwnedDescriptor
    /// To write to.
    public let writeEnd: OwnedDescriptor

    /// - Parameter readsWithoutBlocking: Whether reading an empty pipe is an outcome instead of a wait.
    public init(readsWithoutBlocking: Bool) throws(SyscallError) {
        var ends: [CInt] = [0, 0]
        try require("pipe2") { CSyscalls_pipe(&ends, readsWithoutBlocking) }
        readEnd = OwnedDescriptor(adopting: ends[0])
        writeEnd = OwnedDescriptor(adopting: ends[1])
    }

    /// Gives both ends up without closing them: for a fork, where owners would close them in both processes.
    public consuming func intoNumbers() -> (readEnd: CInt, writeEnd: CInt) {
        (readEnd.relinquish(), writeEnd.relinquish())
    }
    /// Keeps one end and closes the other.
    public consuming func intoReadEnd() -> OwnedDescriptor { readEnd }
    /// Keeps one end and closes the other.
    public consuming func intoWriteEnd() -> OwnedDescriptor { writeEnd }
}
