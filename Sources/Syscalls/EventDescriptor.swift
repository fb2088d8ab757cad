import CSyscalls
import Glibc

/// A counter that one process raises to wake another (eventfd(2)).
public struct EventDescriptor: ~Copyable {
    /// To be watched for reading.
    public let descriptor: OwnedDescriptor

    /// A new counter, non-blocking and close-on-exec.
    public init() throws(SyscallError) {
        descriptor = OwnedDescriptor(adopting: try require("eventfd") { CSyscalls_eventfd() })
    }

    /// Wakes whoever watches `number`. A counter that is full has woken its reader already.
    public static func raise(_ number: CInt) {
        var one: UInt64 = 1
        _ = write(number, &one, 8)
    }

    /// Takes the count back to zero.
    public static func clear(_ number: CInt) {
        var count: UInt64 = 0
        _ = read(number, &count, 8)
    }
}

extension EventDescriptor {
    /// Gives the counter up to the process, which keeps it until it ends.
    public consuming func intoNumber() -> CInt { descriptor.relinquish() }
}
